package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/report"
)

// inProcess calls the handlers one request at a time, without a network.
func (p *plan) inProcess(ctx context.Context) ([][]string, error) {
	table := [][]string{{"work", "beside", "figure (quartiles)", ours, "other", "allocations, ours", "allocations, other"}}
	for _, s := range p.scenarios() {
		if !slices.ContainsFunc(slices.Concat(s.titles, []string{s.sum}), p.picked) {
			continue
		}
		fmt.Fprintf(os.Stderr, "in process: %s\n", s.titles[0])
		lines, err := p.scenario(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.titles[0], err)
		}
		table = append(table, lines...)
	}
	return table, nil
}

// scenarioTime is how long contenders take turns for a scenario.
const scenarioTime = 4 * time.Second

func (p *plan) scenario(ctx context.Context, s *scenario) (lines [][]string, err error) {
	contenders, err := s.contenders(ctx)
	defer func() { err = errors.Join(err, s.close()) }()
	if err != nil {
		return nil, err
	}
	rounds, err := interleave(ctx, contenders, s.calls, max(s.batches, minBatches), scenarioTime)
	if err != nil {
		return nil, err
	}
	titles := s.titles
	if s.sum != "" {
		titles = append(slices.Clone(titles), s.sum)
		for _, of := range rounds {
			for i, batch := range of {
				sum := batch[0]
				for _, next := range batch[1:] {
					sum = sum.And(next)
				}
				of[i] = append(batch, sum)
			}
		}
	}
	for part, title := range titles {
		for i := 1; i < len(contenders); i++ {
			lines = append(lines, p.compared(title, contenders[i].name, s.look, partOf(rounds[0], part), partOf(rounds[i], part)))
		}
	}
	return lines, nil
}

// interleave lets the contenders take turns for a while. It returns the batches
// of each contender, and of each batch the figures of each work.
func interleave(ctx context.Context, contenders []contender, calls, atLeast int, limit time.Duration) ([][][]inprocess.Figures, error) {
	rounds := make([][][]inprocess.Figures, len(contenders))
	begin := time.Now()
	for batch := 0; batch < atLeast || time.Since(begin) < limit; batch++ {
		for i, c := range contenders {
			var figures []inprocess.Figures
			for _, work := range c.works {
				f, err := inprocess.Batch(work, calls)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", c.name, err)
				}
				figures = append(figures, f)
			}
			if batch > 0 { // the first one warms up
				rounds[i] = append(rounds[i], figures)
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return rounds, nil
}

const minBatches = 6

func partOf(rounds [][]inprocess.Figures, part int) (out []inprocess.Figures) {
	for _, batch := range rounds {
		out = append(out, batch[part])
	}
	return out
}

// compared is a line of the table, whose figure an aim may be about.
func (p *plan) compared(title, beside string, by look, mine, others []inprocess.Figures) []string {
	unit := report.Times
	spread := report.Pairs(mine, others, func(a, b inprocess.Figures) float64 {
		switch by {
		case byFastest:
			return float64(a.Fastest) / float64(b.Fastest)
		case byOverhead:
			return float64(a.Time-b.Time) / 1e3
		}
		return float64(b.Time) / float64(a.Time)
	})
	text := ""
	switch by {
	case bySpeed:
		text = " the speed"
	case byOverhead:
		unit, text = report.Micros, " over it"
	case byFastest:
		text = " the time"
	}
	p.figure(inProcessFigure(title, beside), spread)
	took := func(f inprocess.Figures) time.Duration {
		if by == byFastest {
			return f.Fastest
		}
		return f.Time
	}
	return []string{title, beside, unit.Span(spread) + text,
		report.Duration(load.MedianOf(mine, took)), report.Duration(load.MedianOf(others, took)),
		allocated(mine), allocated(others)}
}

func inProcessFigure(title, beside string) string { return "in process: " + title + " / " + beside }

func allocated(rounds []inprocess.Figures) string {
	count := load.MedianOf(rounds, func(f inprocess.Figures) float64 { return f.Allocs })
	size := load.MedianOf(rounds, func(f inprocess.Figures) float64 { return f.Bytes })
	return fmt.Sprintf("%.0f, %.1f KiB", count, size/1024)
}
