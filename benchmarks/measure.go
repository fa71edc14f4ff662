package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/profiled"
	"github.com/better-auth-go/better-auth/benchmarks/report"
)

// measure is the long form: every row, the verdicts, and where the time of missed
// ones goes. With -write it renews the page.
func (p *plan) measure(ctx context.Context) error {
	begin := time.Now()
	fmt.Fprintln(os.Stderr, "allocations")
	if _, err := p.countAllocations(ctx); err != nil {
		return err
	}
	inProcess, err := p.inProcess(ctx)
	if err != nil {
		return err
	}
	overHTTP, err := p.overHTTP(ctx)
	if err != nil {
		return err
	}
	lives, err := p.startAndMemory(ctx)
	if err != nil {
		return err
	}
	if len(p.figures) == 0 && p.only != "" {
		return fmt.Errorf("no row has %q in its name; leave out -only for a list of all", p.only)
	}
	verdicts := report.Judge(aims(), p.figures)
	if p.only != "" {
		verdicts = slices.DeleteFunc(verdicts, func(v report.Verdict) bool { return !p.picked(v.Work) })
	} else if names := report.Unmeasured(aims(), p.figures); len(names) > 0 && len(p.leftOut) == 0 {
		return fmt.Errorf("nothing measured what these aims are about: %s; name in aims.go what scenarios.go, servings.go and start.go measure", strings.Join(names, "; "))
	}
	profiles, err := p.profiles(ctx, verdicts)
	if err != nil {
		return err
	}
	sections := map[string]string{
		"machine":          p.machine(ctx) + ".",
		"aims":             p.summary(verdicts) + report.Table(report.AimsTable(verdicts), 3),
		"in process":       report.Table(inProcess, 3),
		"over HTTP":        fmt.Sprintf("%d connections; medians of %d rounds of %s.\n\n", p.connections, p.rounds, p.round) + report.Table(overHTTP, 3),
		"start and memory": report.Table(lives, 1),
		"profiles":         profiles,
	}
	for _, name := range []string{"machine", "in process", "over HTTP", "start and memory", "profiles", "aims"} {
		fmt.Printf("## %s\n\n%s\n\n", name, strings.TrimSpace(sections[name]))
	}
	fmt.Fprintf(os.Stderr, "took %s\n", time.Since(begin).Round(time.Second))
	if p.write == "" {
		return nil
	}
	return p.writePage(sections, verdicts)
}

// summary says how many aims are met, and what was left out.
func (p *plan) summary(verdicts []report.Verdict) string {
	met, missed := 0, 0
	for _, v := range verdicts {
		switch {
		case v.Met():
			met++
		case v.Known:
			missed++
		}
	}
	text := fmt.Sprintf("%d aims are met, %d are missed.\n\n", met, missed)
	for _, what := range p.leftOut {
		text += "LEFT OUT: " + what + "\n\n"
	}
	return text
}

// writePage renews the page and its plot.
func (p *plan) writePage(sections map[string]string, verdicts []report.Verdict) error {
	if len(p.leftOut) > 0 {
		return errors.New("the page is not renewed while something is left out")
	}
	path := filepath.Join(p.write, "performance.md")
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := report.Fill(string(page), sections)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	plot, err := report.Plot(verdicts)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.write, "performance.svg"), plot, 0o644); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(filled), 0o644)
}

// profileTime is how long a work is profiled.
const profileTime = 3 * time.Second

// profiles says where the time goes of the works that miss an aim, of those that
// are done in process.
func (p *plan) profiles(ctx context.Context, verdicts []report.Verdict) (string, error) {
	missed := map[string]bool{}
	for _, v := range verdicts {
		if v.Known && !v.Met() {
			missed[v.Work] = true
		}
	}
	var out strings.Builder
	for _, s := range p.scenarios() {
		parts := slices.Clone(s.titles)
		if missed[s.sum] {
			for _, title := range s.titles {
				missed[title] = true
			}
		}
		if !slices.ContainsFunc(parts, func(title string) bool { return missed[title] }) {
			continue
		}
		text, err := p.profile(ctx, s, missed)
		if err != nil {
			return "", fmt.Errorf("profile of %s: %w", s.titles[0], err)
		}
		out.WriteString(text)
	}
	if out.Len() == 0 {
		return "No aim about work in process is missed.", nil
	}
	return out.String(), nil
}

func (p *plan) profile(ctx context.Context, s *scenario, missed map[string]bool) (text string, err error) {
	contenders, err := s.contenders(ctx)
	defer func() { err = errors.Join(err, s.close()) }()
	if err != nil {
		return "", err
	}
	for i, title := range s.titles {
		if !missed[title] {
			continue
		}
		fmt.Fprintf(os.Stderr, "profile: %s\n", title)
		shares, err := profiled.Of(contenders[0].works[i], s.calls, profileTime)
		if err != nil {
			return "", err
		}
		text += "### " + title + "\n\n" + shares.Table() + "\n"
	}
	return text, nil
}
