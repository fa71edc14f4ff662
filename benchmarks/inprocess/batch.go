package inprocess

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"time"
)

// Figures are what a batch of calls came to, by call.
type Figures struct {
	Time time.Duration
	// Fastest is the call that met the fewest disturbances.
	Fastest time.Duration
	Allocs  float64
	Bytes   float64
}

// And adds what follows in the same batch.
func (f Figures) And(g Figures) Figures {
	return Figures{f.Time + g.Time, f.Fastest + g.Fastest, f.Allocs + g.Allocs, f.Bytes + g.Bytes}
}

// Phase and Calls are a label of CPU profiles: what runs while calls are made,
// and not while they are prepared.
const (
	Phase = "phase"
	Calls = "calls"
)

// Batch makes n calls, one after the other.
func Batch(w Work, n int) (f Figures, err error) {
	if w.Prepare != nil {
		if err := w.Prepare(n); err != nil {
			return Figures{}, err
		}
	}
	pprof.Do(context.Background(), pprof.Labels(Phase, Calls), func(context.Context) { f, err = calls(w, n) })
	return f, err
}

func calls(w Work, n int) (Figures, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fastest, start := time.Duration(math.MaxInt64), time.Now()
	for i, last := 0, start; i < n; i++ {
		if err := w.Do(i); err != nil {
			return Figures{}, err
		}
		now := time.Now()
		fastest, last = min(fastest, now.Sub(last)), now
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return Figures{
		Time:    took / time.Duration(n),
		Fastest: fastest,
		Allocs:  float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes:   float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

// Allocations counts the allocations of single calls and returns the median, so
// that what happens now and then, such as a map or a pool that grows, or a
// goroutine of the driver that wakes, does not count. No collection runs
// meanwhile, which would empty the pools. varies says that more than one call in
// twenty differs from others.
func Allocations(w Work, calls int) (median int, varies bool, err error) {
	const warm = 20 // statements are prepared, pools filled
	if w.Prepare != nil {
		if err := w.Prepare(warm + calls); err != nil {
			return 0, false, err
		}
	}
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	counts := make([]uint64, 0, calls)
	for i := range warm + calls {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := w.Do(i); err != nil {
			return 0, false, err
		}
		runtime.ReadMemStats(&after)
		if i >= warm {
			counts = append(counts, after.Mallocs-before.Mallocs)
		}
	}
	slices.Sort(counts)
	return int(counts[calls/2]), counts[calls/40] != counts[calls-1-calls/40], nil
}
