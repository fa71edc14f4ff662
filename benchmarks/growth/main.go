// Command growth shows how the cost of operations grows with the tables, and why:
//
//	go run ./benchmarks/growth
//	go run ./benchmarks/growth -engine sqlite -max 1e5
//
// Each step fills a database with a thousand to ten million sessions and passkeys, and a
// small one beside it. The operations go through the whole handler, at the small and the
// large database in turns, so that what else the machine does disturbs both alike. At the
// largest step the command asks both engines how they find the rows of each statement.
// It fails when a statement reads a whole table and the list in kept.go does not name
// it; it never fails because of a time.
//
// Start with operations.go for what is measured, seed.go for the rows and plan.go for the
// plans. The command prints the page that docs/growth.md contains; -o writes it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// postgresEnv names the variable with the URL of a PostgreSQL server, as the tests have it.
const postgresEnv = "BETTERAUTH_TEST_POSTGRES"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var o options
	most := flag.Float64("max", 1e7, "sessions and passkeys of the largest step")
	flag.StringVar(&o.engine, "engine", "", "sqlite or postgres; both without it")
	flag.StringVar(&o.output, "o", "", "a file to write the page to, such as docs/growth.md")
	flag.DurationVar(&o.budget, "time", 3*time.Second, "how long each operation is measured at each step")
	flag.Parse()
	o.most = int64(*most)
	err := run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

type options struct {
	most           int64
	engine, output string
	budget         time.Duration
}

// smallest is the number of sessions and passkeys of the first step, and of the small
// database beside each step.
const smallest = 1000

func (o options) steps() (steps []int64) {
	for n := int64(smallest); n <= o.most; n *= 10 {
		steps = append(steps, n)
	}
	return steps
}

func run(ctx context.Context, o options, out io.Writer) error {
	if len(o.steps()) == 0 {
		return fmt.Errorf("-max is below %d; give at least that", smallest)
	}
	makers := []maker{sqliteMaker{}, postgresMaker{os.Getenv(postgresEnv)}}
	page := page{steps: o.steps(), began: time.Now()}
	for _, m := range makers {
		if o.engine != "" && o.engine != m.name() {
			continue
		}
		if err := m.usable(); err != nil {
			page.leftOut = append(page.leftOut, err.Error())
			fmt.Fprintln(os.Stderr, "LEFT OUT:", err)
			continue
		}
		of, err := measureEngine(ctx, m, o)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name(), err)
		}
		page.engines = append(page.engines, of)
		if o.output != "" { // after each engine, so that whoever ends the next one has this one
			if err := os.WriteFile(o.output, []byte(page.text()), 0o644); err != nil {
				return err
			}
		}
	}
	if len(page.engines) == 0 {
		return errors.New("nothing was measured; -engine is sqlite, or postgres with a postgres:// URL in BETTERAUTH_TEST_POSTGRES")
	}
	if _, err := io.WriteString(out, page.text()); err != nil {
		return err
	}
	return page.verdict()
}

// engineFigures are what one engine's run came to.
type engineFigures struct {
	engine string
	// figures are by operation and step.
	figures map[string][]figure
	// indexed are those of the largest step once it has the indexes of kept.go.
	indexed map[string]figure
	plans   []operationPlan
	// disk is the most bytes that the databases had, seeding the time of the largest step.
	disk    int64
	seeding time.Duration
}

func measureEngine(ctx context.Context, m maker, o options) (engineFigures, error) {
	of := engineFigures{engine: m.title(), figures: map[string][]figure{}, indexed: map[string]figure{}}
	steps := o.steps()
	for i, n := range steps {
		if err := of.step(ctx, m, n, i == len(steps)-1, o.budget); err != nil {
			return of, fmt.Errorf("%d sessions: %w", n, err)
		}
	}
	return of, nil
}

// step measures one size and drops its databases.
func (of *engineFigures) step(ctx context.Context, m maker, n int64, last bool, budget time.Duration) (err error) {
	small, err := newSite(ctx, m, smallest)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, small.close()) }()
	began := time.Now()
	large, err := newSite(ctx, m, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, large.close()) }()
	of.seeding = time.Since(began)
	progress("%s, %d sessions and passkeys: seeded in %s", m.title(), n, of.seeding.Round(time.Millisecond))
	for _, op := range operations() {
		f, err := compare(ctx, op, small, large, budget)
		if err != nil {
			return err
		}
		of.figures[op.name] = append(of.figures[op.name], f)
		progress("  %-36s %10s beside %10s: %.2f", op.name, round(f.large), round(f.small), f.ratio)
	}
	if err := of.measureDisk(ctx, small, large); err != nil || !last {
		return err
	}
	if of.plans, err = plansOf(ctx, large); err != nil {
		return err
	}
	return of.withIndexes(ctx, small, large, budget)
}

// withIndexes measures what the indexes would change that the tables lack.
func (of *engineFigures) withIndexes(ctx context.Context, small, large *site, budget time.Duration) error {
	for _, s := range []*site{small, large} {
		for _, statement := range missingIndexes() {
			if err := s.exec(ctx, statement); err != nil {
				return err
			}
		}
	}
	if err := of.measureDisk(ctx, small, large); err != nil {
		return err
	}
	for _, s := range []*site{small, large} {
		if err := s.place.settle(ctx); err != nil {
			return err
		}
	}
	for _, op := range operations() {
		if !slices.ContainsFunc(kept, func(k keptScan) bool { return k.operation == op.name && k.index != "" }) {
			continue
		}
		f, err := compare(ctx, op, small, large, budget)
		if err != nil {
			return err
		}
		of.indexed[op.name] = f
		progress("  %-36s %10s beside %10s: %.2f, with an index", op.name, round(f.large), round(f.small), f.ratio)
	}
	return nil
}

func (of *engineFigures) measureDisk(ctx context.Context, sites ...*site) error {
	var sum int64
	for _, s := range sites {
		size, err := s.place.size(ctx)
		if err != nil {
			return err
		}
		sum += size
	}
	of.disk = max(of.disk, sum)
	return nil
}

func progress(format string, args ...any) {
	fmt.Fprintln(os.Stderr, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}
