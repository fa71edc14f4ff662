// Package load makes load and measures it: a small HTTP/1.1 client, rounds of
// requests on several connections at once, and medians of rounds.
//
// Start with [Run], which makes a [Round].
package load

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"time"
)

// Round is what one stretch of load came to.
type Round struct {
	Requests int
	Elapsed  time.Duration
	// P50 and P99 are the latencies that so many percent of requests stayed within.
	P50, P99 time.Duration
}

// Rate is requests per second.
func (r Round) Rate() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// Run calls do from workers goroutines until limit has passed or do says that
// there was nothing more to do, and times each call that did something. do gets the number of its worker and
// counts its own calls by n, from 0. The first error ends the round.
func Run(workers int, limit time.Duration, do func(worker, n int) (more bool, err error)) (Round, error) {
	took := make([][]time.Duration, workers)
	errs := make([]error, workers)
	begin := time.Now()
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for n := 0; ; n++ {
				start := time.Now()
				if start.Sub(begin) >= limit {
					return
				}
				more, err := do(w, n)
				if err != nil {
					errs[w] = err
					return
				}
				if !more {
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return Round{}, err
	}
	latencies := slices.Concat(took...)
	if len(latencies) == 0 {
		return Round{}, errors.New("not one request was made")
	}
	slices.Sort(latencies)
	return Round{len(latencies), elapsed, Percentile(latencies, 50), Percentile(latencies, 99)}, nil
}

// Percentile picks the value that p percent of the sorted values do not exceed,
// by the nearest rank; zero of none.
func Percentile[T any](sorted []T, p int) T {
	var none T
	if len(sorted) == 0 {
		return none
	}
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}

// Median of the values, the lower one of two in the middle; zero of none.
func Median[T cmp.Ordered](values []T) T {
	var none T
	if len(values) == 0 {
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

// MedianOf is the median of one figure of several rounds.
func MedianOf[R any, T cmp.Ordered](rounds []R, figure func(R) T) T {
	values := make([]T, len(rounds))
	for i, r := range rounds {
		values[i] = figure(r)
	}
	return Median(values)
}
