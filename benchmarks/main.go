// Command benchmarks measures this library beside a handler written by hand and
// beside the TypeScript reference on Node, in one run on one machine, and
// prints the ratios:
//
//	go run ./benchmarks
//
// It takes less than three minutes. Without Node, without the reference's
// packages or without PostgreSQL it leaves that part out and says so. What is
// measured, and how to read it, is in docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		stop()
		os.Exit(1)
	}
}

// run is the program; the arguments "serve KIND DATABASE CACHE" make it one of
// its own subjects.
func run(ctx context.Context, args []string) error {
	if len(args) == 4 && args[0] == "serve" {
		return subject.Serve(ctx, args[1], args[2], args[3], os.Stdin, os.Stdout)
	}
	var p plan
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.IntVar(&p.rounds, "rounds", 11, "how often each subject takes its turn")
	flags.DurationVar(&p.round, "round", 250*time.Millisecond, "how long a turn is")
	flags.IntVar(&p.connections, "connections", 16, "how many connections make the load")
	flags.IntVar(&p.people, "people", 1000, "how many users and sessions the database holds")
	flags.StringVar(&p.conformance, "conformance", "conformance", "the folder of the reference server")
	flags.StringVar(&p.postgres, "postgres", os.Getenv("BETTERAUTH_TEST_POSTGRES"), "URL of a PostgreSQL server; a schema is made there and dropped")
	flags.StringVar(&p.only, "only", "", "measure only what has this in its name")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if p.rounds < 1 || p.round <= 0 || p.connections < 1 {
		return errors.New("rounds, round and connections must be positive")
	}
	return p.measure(ctx)
}

// plan is what to measure and how.
type plan struct {
	rounds, connections, people int
	round                       time.Duration
	conformance, postgres, only string
	report                      report
}

// engine is a seeded database.
type engine struct {
	title    string // as people read it
	name     string // as subject.Open reads it
	visitors []subject.Visitor
}

func (p *plan) measure(ctx context.Context) (err error) {
	folder, err := os.MkdirTemp("", "benchmarks-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Printf("%s, %s/%s, %d processors. Figures depend on the machine; the ratios are what to compare.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())

	sqlite := engine{title: "SQLite", name: "sqlite:" + filepath.Join(folder, "auth.db")}
	if sqlite.visitors, err = p.seed(ctx, sqlite.name); err != nil {
		return err
	}
	engines := []engine{sqlite}
	if p.postgres == "" {
		p.report.leaveOut("everything on PostgreSQL: set BETTERAUTH_TEST_POSTGRES to a postgres:// URL")
	} else {
		inSchema, drop, err := subject.NewSchema(ctx, p.postgres)
		if err != nil {
			return fmt.Errorf("PostgreSQL: %w", err)
		}
		defer func() {
			if err := drop(); err != nil {
				fmt.Fprintln(os.Stderr, "benchmarks: the schema was not dropped:", err)
			}
		}()
		postgres := engine{title: "PostgreSQL", name: inSchema}
		if postgres.visitors, err = p.seed(ctx, postgres.name); err != nil {
			return err
		}
		engines = append(engines, postgres)
	}
	if err := p.inProcess(ctx, engines); err != nil {
		return err
	}
	if err := p.overLoopback(ctx, engines); err != nil {
		return err
	}
	p.report.printLeftOut(os.Stdout)
	return nil
}

func (p *plan) seed(ctx context.Context, name string) ([]subject.Visitor, error) {
	db, err := subject.Open(name)
	if err != nil {
		return nil, err
	}
	visitors, err := subject.Seed(ctx, db, p.people, p.connections)
	return visitors, errors.Join(err, db.Close())
}
