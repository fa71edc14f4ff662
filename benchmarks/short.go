package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/better-auth-go/better-auth/benchmarks/allocations"
)

// shortVisitors is how many visit in the short form.
const shortVisitors = 10

// compare is the short form: every server starts, answers what the others
// answer, and signs in whom get-session then knows; no operation allocates more
// than the file keeps.
func (p *plan) compare(ctx context.Context) error {
	var problems []error
	for _, e := range p.engines {
		for _, s := range servings(e) {
			if err := p.answers(ctx, s); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", s.title, err))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	if err := p.compareAllocations(ctx); err != nil {
		problems = append(problems, err)
	}
	for _, what := range p.leftOut {
		fmt.Println("LEFT OUT:", what)
	}
	if len(p.leftOut) > 0 && os.Getenv("BETTERAUTH_REQUIRE_ALL") == "1" {
		problems = append(problems, errors.New("something was left out, which BETTERAUTH_REQUIRE_ALL=1 forbids"))
	}
	return errors.Join(problems...)
}

// answers starts the servers of a serving. That they answer alike is part of
// starting them; what else they must do is in check.
func (p *plan) answers(ctx context.Context, s serving) error {
	targets, err := p.targets(ctx, s)
	defer stop(targets)
	if err != nil {
		return err
	}
	if err := check(s, targets); err != nil {
		return err
	}
	var names []string
	for _, t := range targets {
		names = append(names, t.name)
	}
	fmt.Printf("%s: alike: %s\n", s.title, strings.Join(names, ", "))
	return nil
}

func (p *plan) compareAllocations(ctx context.Context) error {
	counted, err := p.countAllocations(ctx)
	if err != nil {
		return err
	}
	if p.record {
		if len(p.leftOut) > 0 {
			return errors.New("allocations are not recorded while an engine is left out")
		}
		return os.WriteFile(p.kept, allocations.Format(counted, goVersion()), 0o644)
	}
	text, err := os.ReadFile(p.kept)
	if err != nil {
		return err
	}
	kept, err := allocations.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", p.kept, err)
	}
	var engines []string
	for _, e := range p.engines {
		engines = append(engines, e.title)
	}
	problems, fewer := allocations.Compare(kept, counted, engines)
	for _, line := range fewer {
		fmt.Println("fewer:", line)
	}
	if len(fewer) > 0 {
		fmt.Println("record what was gained: go run ./benchmarks -short -record")
	}
	if len(problems) == 0 {
		fmt.Printf("%d operations allocate no more than %s keeps\n", len(counted), p.kept)
		return nil
	}
	if !bytes.Contains(text, []byte("with "+goVersion()+" ")) {
		problems = append(problems, "the file is of another release of Go than "+goVersion()+", which may be why")
	}
	errs := []error{errors.New("allocations; if they are meant, record them: go run ./benchmarks -short -record")}
	for _, line := range problems {
		errs = append(errs, errors.New("  "+line))
	}
	return errors.Join(errs...)
}
