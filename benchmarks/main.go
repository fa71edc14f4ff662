// Command benchmarks measures this library beside handlers written by hand and
// beside the TypeScript server on Node, in one run on one machine, and holds
// the ratios to the aims of aims.go:
//
//	go run ./benchmarks
//
// It takes less than eight minutes. Without Node, without the server's packages
// or without PostgreSQL it leaves that part out and says so. What is measured,
// and how to read it, is in docs/performance.md, which -write docs renews.
//
// With -short it starts every server, compares what they answer, and compares
// the allocations of each operation with allocations.txt. It fails on a
// difference, and never on a time.
//
// Open scenarios.go for what is measured in process, loopback.go for what is
// measured over HTTP, start.go for processes, and short.go for the short form.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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

func run(ctx context.Context, args []string) error {
	var p plan
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.IntVar(&p.rounds, "rounds", 11, "how often each subject takes its turn")
	flags.DurationVar(&p.round, "round", 250*time.Millisecond, "how long a turn is")
	flags.IntVar(&p.connections, "connections", 16, "how many connections make the load")
	flags.IntVar(&p.people, "people", 1000, "how many users and sessions the database holds")
	flags.StringVar(&p.conformance, "conformance", "conformance", "the folder of the TypeScript server")
	flags.StringVar(&p.postgres, "postgres", "", "URL of a PostgreSQL server, instead of BETTERAUTH_TEST_POSTGRES; schemas are made there and dropped")
	flags.StringVar(&p.only, "only", "", "measure only what has this in its name")
	flags.StringVar(&p.write, "write", "", "the folder whose performance.md and performance.svg get what was measured")
	flags.StringVar(&p.kept, "allocations", "benchmarks/allocations.txt", "the file with the allocations of each operation")
	flags.BoolVar(&p.short, "short", false, "start every server, compare answers and allocations, and measure no time")
	flags.BoolVar(&p.record, "record", false, "with -short: write the allocations instead of comparing them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if p.postgres == "" {
		p.postgres = os.Getenv("BETTERAUTH_TEST_POSTGRES") // no default, which -h would print with its password
	}
	switch {
	case p.rounds < 1 || p.round <= 0 || p.connections < 1:
		return errors.New("rounds, round and connections must be positive")
	case p.write != "" && p.only != "":
		return errors.New("-write needs every row; leave out -only")
	case p.record && !p.short:
		return errors.New("-record goes with -short")
	}
	if p.short {
		p.people, p.connections = 100, shortVisitors
		return p.prepared(ctx, p.compare)
	}
	return p.prepared(ctx, p.measure)
}
