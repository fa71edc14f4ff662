package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// figure is what an operation took, by call, and the median of the ratios of
// consecutive batches.
type figure struct {
	small, large time.Duration
	ratio        float64
}

const (
	// batchTime is about how long a batch takes: long enough for the clock, and short enough
	// for both of a pair to see the same machine.
	batchTime = 10 * time.Millisecond
	mostCalls = 50
	minRounds = 3
	maxRounds = 301
)

// compare measures an operation at a small and a large database in turns.
func compare(ctx context.Context, op operation, small, large *site, budget time.Duration) (figure, error) {
	// The first calls prepare statements and fill caches.
	var took time.Duration
	for began := time.Now(); took == 0 || time.Since(began) < budget/20; {
		if _, err := op.batch(ctx, small, 1); err != nil {
			return figure{}, err
		}
		var err error
		if took, err = op.batch(ctx, large, 1); err != nil {
			return figure{}, err
		}
	}
	calls := int(min(max(batchTime/max(took, time.Microsecond), 1), mostCalls))
	var smalls, larges []time.Duration
	var ratios []float64
	for began := time.Now(); len(ratios) < minRounds || len(ratios) < maxRounds && time.Since(began) < budget; {
		var times [2]time.Duration
		for turn := range 2 {
			which := (turn + len(ratios)) % 2 // who begins takes turns as well
			var err error
			if times[which], err = op.batch(ctx, []*site{small, large}[which], calls); err != nil {
				return figure{}, err
			}
		}
		smalls, larges = append(smalls, times[0]), append(larges, times[1])
		ratios = append(ratios, float64(times[1])/float64(times[0]))
	}
	return figure{median(smalls), median(larges), median(ratios)}, nil
}

// batch returns what one of several calls took.
func (op operation) batch(ctx context.Context, s *site, calls int) (sum time.Duration, err error) {
	for range calls {
		if op.prepare != nil {
			if err := op.prepare(ctx, s); err != nil {
				return 0, fmt.Errorf("%s: %w", op.name, err)
			}
		}
		took, err := op.call(ctx, s)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", op.name, err)
		}
		if op.tidy != nil {
			if err := op.tidy(ctx, s); err != nil {
				return 0, fmt.Errorf("%s: %w", op.name, err)
			}
		}
		sum += took
	}
	return sum / time.Duration(calls), nil
}

func median[T time.Duration | float64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// round leaves three digits or so.
func round(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
