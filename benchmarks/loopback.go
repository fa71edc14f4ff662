package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/report"
)

// overHTTP drives each server in a process of its own over keep-alive
// connections of the loopback interface.
func (p *plan) overHTTP(ctx context.Context) ([][]string, error) {
	table := [][]string{{"work", "beside", "speed (quartiles)", "requests/s, ours", "other", "p50 / p99, ours", "other"}}
	for _, e := range p.engines {
		for _, s := range servings(e) {
			if !slices.ContainsFunc(slices.Concat(s.titles, []string{s.sum}), p.picked) {
				continue
			}
			fmt.Fprintf(os.Stderr, "over HTTP: %s\n", s.title)
			lines, err := p.serving(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.title, err)
			}
			table = append(table, lines...)
		}
	}
	return table, nil
}

func (p *plan) serving(ctx context.Context, s serving) (lines [][]string, err error) {
	targets, err := p.targets(ctx, s)
	defer stop(targets)
	if err != nil {
		return nil, err
	}
	rounds := make([][][]load.Round, len(targets)) // by target and round, one for each request
	for round := range p.rounds + 1 {
		for i, t := range targets {
			limit := p.round
			if round == 0 {
				limit = max(limit, warmUp)
			}
			results, err := s.load(t, limit)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			if s.sum != "" {
				results = append(results, together(results))
			}
			if round > 0 {
				rounds[i] = append(rounds[i], results)
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
	}
	titles := s.titles
	if s.sum != "" {
		titles = append(slices.Clone(titles), s.sum)
	}
	for part, title := range titles {
		for i, t := range targets[1:] {
			lines = append(lines, p.served(title, t.name, roundsOf(rounds[0], part), roundsOf(rounds[i+1], part)))
		}
	}
	return lines, nil
}

// warmUp is how long a server is driven before it is measured; Node compiles in
// that time.
const warmUp = 1500 * time.Millisecond

// together is one round in which each visitor made all requests after each other.
func together(rounds []load.Round) load.Round {
	seconds := 0.0
	var all load.Round
	for _, r := range rounds {
		seconds += 1 / r.Rate()
		all.P50 += r.P50
		all.P99 += r.P99
		all.Elapsed += r.Elapsed
	}
	all.Requests = int(all.Elapsed.Seconds() / seconds)
	return all
}

func roundsOf(rounds [][]load.Round, part int) (out []load.Round) {
	for _, r := range rounds {
		out = append(out, r[part])
	}
	return out
}

// served is a line of the table, whose figure an aim may be about.
func (p *plan) served(title, beside string, mine, others []load.Round) []string {
	spread := report.Pairs(mine, others, func(a, b load.Round) float64 { return a.Rate() / b.Rate() })
	p.figure(servedFigure(title, beside), spread)
	rate := func(rounds []load.Round) string { return fmt.Sprintf("%.0f", load.MedianOf(rounds, load.Round.Rate)) }
	latency := func(rounds []load.Round) string {
		return report.Duration(load.MedianOf(rounds, func(r load.Round) time.Duration { return r.P50 })) + " / " +
			report.Duration(load.MedianOf(rounds, func(r load.Round) time.Duration { return r.P99 }))
	}
	return []string{title, beside, report.Times.Span(spread), rate(mine), rate(others), latency(mine), latency(others)}
}

func servedFigure(title, beside string) string { return "over HTTP: " + title + " / " + beside }
