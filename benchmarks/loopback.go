package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

// loopbackRow holds the rounds of one row by subject.
type loopbackRow struct {
	title  string
	rounds map[string][]load.Round
}

// overLoopback drives each subject in a process of its own over keep-alive
// connections.
func (p *plan) overLoopback(ctx context.Context, engines []engine) error {
	var rows []loopbackRow
	for _, s := range p.scenarios(engines) {
		fmt.Fprintf(os.Stderr, "over loopback: %s\n", s.title)
		more, err := p.loopbackScenario(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
		rows = append(rows, more...)
	}
	p.report.printLoopback(rows, p)
	return nil
}

func (p *plan) loopbackScenario(ctx context.Context, s scenario) ([]loopbackRow, error) {
	targets, err := p.targets(ctx, s)
	defer func() {
		for _, t := range targets {
			t.process.Stop()
		}
	}()
	if err != nil {
		return nil, err
	}
	rows := make([]loopbackRow, len(s.titles()))
	for i, title := range s.titles() {
		rows[i] = loopbackRow{title, map[string][]load.Round{}}
	}
	for round := range p.rounds + 1 {
		for _, t := range targets {
			limit := p.round
			if round == 0 {
				limit = max(limit, warmUp)
			}
			results, err := t.load(limit)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.kind, err)
			}
			for i, r := range results {
				if round > 0 {
					rows[i].rounds[t.kind] = append(rows[i].rounds[t.kind], r)
				}
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
	}
	return rows, nil
}

// warmUp is how long a server is driven before it is measured; Node compiles in
// that time.
const warmUp = 1500 * time.Millisecond

// targets starts the scenario's subjects and checks that they answer alike.
func (p *plan) targets(ctx context.Context, s scenario) ([]*target, error) {
	var targets []*target
	for _, kind := range append(s.kinds(), node) {
		var process *subject.Process
		var err error
		if kind == node {
			process, err = subject.StartReference(ctx, p.conformance, s.engine.name, s.cache)
		} else {
			process, err = subject.StartServe(ctx, kind, s.engine.name, s.cache)
		}
		if errors.Is(err, subject.ErrNoReference) {
			p.report.leaveOut(err.Error())
			continue
		}
		if err != nil {
			return targets, err
		}
		t := &target{kind: kind, process: process, visitors: s.engine.visitors}
		targets = append(targets, t)
		if err := t.connect(s); err != nil {
			return targets, fmt.Errorf("%s: %w", kind, err)
		}
	}
	for _, t := range targets[1:] {
		if !slices.Equal(t.sample, targets[0].sample) {
			return targets, fmt.Errorf("%s answers\n%s\nbut %s answers\n%s", targets[0].kind, targets[0].sample, t.kind, t.sample)
		}
	}
	return targets, nil
}
