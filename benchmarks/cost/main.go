// Command cost measures what a request costs against how large it is, and fails
// when ten times the size of anything that a client sends costs more than
// twelve times the time:
//
//	go run ./benchmarks/cost
//	go run ./benchmarks/cost -only cookies
//
// Every kind of input goes through the whole handler, with a size of n and of
// 10n in turns; the fastest of each counts, so that what else the machine does
// is left out. A kind that is limited to less than 10n costs less than ten
// times as much.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// most is the ratio of times that is still linear: the memory that ten times as
// much takes is a little slower.
const most = 12

// began stands in for the processor's time where that is not known.
var began = time.Now()

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	only := flag.String("only", "", "measure only what has this in its name")
	budget := flag.Duration("time", 500*time.Millisecond, "how long each kind is measured")
	flag.Parse()
	if err := run(ctx, *only, *budget); err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, budget time.Duration) error {
	// The collector runs between measurements and not within: how often it does
	// depends on the heap, and its time would be counted.
	debug.SetGCPercent(-1)
	s, err := newSite(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Printf("%-46s %8s %10s %10s %7s\n", "", "n", "n takes", "10n takes", "ratio")
	var failed []string
	for _, k := range s.kinds() {
		if !strings.Contains(k.name, only) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		one, ten, err := k.measure(s, budget)
		if err != nil {
			fmt.Printf("%-46s %s\n", k.name, err)
			failed = append(failed, k.name)
			continue
		}
		ratio, verdict := float64(ten)/float64(one), ""
		if ratio > most {
			verdict = "  MORE THAN LINEAR"
			failed = append(failed, k.name)
		}
		fmt.Printf("%-46s %8d %10s %10s %7.1f%s\n", k.name, k.n, round(one), round(ten), ratio, verdict)
	}
	if len(failed) > 0 {
		return fmt.Errorf("ten times the size costs more than %d times the time: %s", most, strings.Join(failed, ", "))
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(max(d/100, time.Microsecond)) }
