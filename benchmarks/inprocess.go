package main

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// inProcess calls the handlers one request at a time, without a network.
func (p *plan) inProcess(ctx context.Context, engines []engine) error {
	var rows []inProcessRow
	for _, s := range p.scenarios(engines) {
		more, err := p.inProcessScenario(ctx, s)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	p.report.printInProcess(rows)
	return nil
}

// inProcessRow holds the rounds of one row by subject.
type inProcessRow struct {
	title  string
	rounds map[string][]inprocess.Figures
}

func (p *plan) inProcessScenario(ctx context.Context, s scenario) (rows []inProcessRow, err error) {
	db, err := subject.Open(s.engine.name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	works := map[string][]inprocess.Work{}
	for _, kind := range s.kinds() {
		handler, err := subject.Handler(ctx, kind, db, s.cache)
		if err != nil {
			return nil, err
		}
		if works[kind], err = s.works(handler); err != nil {
			return nil, err
		}
	}
	for i, title := range s.titles() {
		row := inProcessRow{title, map[string][]inprocess.Figures{}}
		begin := time.Now()
		for batch := 0; batch < minBatches || time.Since(begin) < p.round*time.Duration(p.rounds)/2; batch++ {
			for _, kind := range s.kinds() {
				work := works[kind][i]
				calls := batchCalls
				if work.Prepare != nil {
					calls = preparedCalls
				}
				figures, err := inprocess.Batch(work, calls)
				if err != nil {
					return nil, err
				}
				if batch > 0 { // the first one warms up
					row.rounds[kind] = append(row.rounds[kind], figures)
				}
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

const (
	// batchCalls is long enough for the garbage collector to take its share of
	// every batch, and short enough for batches of two subjects to meet the same
	// disturbances.
	batchCalls = 1000
	// preparedCalls is batchCalls where each call takes longer to prepare than to
	// make.
	preparedCalls = 100
	minBatches    = 4
)

func perCall(f inprocess.Figures) time.Duration { return f.Time }
func allocs(f inprocess.Figures) float64        { return f.Allocs }
func allocated(f inprocess.Figures) float64     { return f.Bytes }

// ratio is the median of the ratios of rounds that followed each other, so that
// what disturbs the machine for a while disturbs both.
func ratio[R any](rounds, others []R, figure func(R) float64) float64 {
	var ratios []float64
	for i := range min(len(rounds), len(others)) {
		ratios = append(ratios, figure(rounds[i])/figure(others[i]))
	}
	return load.Median(ratios)
}
