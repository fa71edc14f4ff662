// Command mutants shows what the tests do not notice: it changes one place of a
// package's code at a time (a comparison, a condition, a call that is left out)
// and runs the package's tests. A change that every test passes is a survivor.
//
//	go run ./internal/mutants                   # every target; slow
//	go run ./internal/mutants internal/cookie   # one package
//
// A file in place of a package is for packages whose tests take long. With -match
// it is one function, or one change: -match 'Ctx.slide'.
//
// survivors.txt lists the survivors that may stay, each with its reason. A
// survivor that is not listed, and an entry that did not survive, fail the run.
//
// Tests are chosen by what they reach: each is run once by itself, and a change then
// meets only the tests that run its code, the likeliest to notice it first, until one
// fails. A file of betterauth takes a minute or two on a quiet machine. On a busy one
// a test may take too long without a change being the reason, which counts as noticed:
// the summary says how many did.
//
// All changes of a package are compiled into one test binary, and an
// environment variable chooses which of them is in force. To compile and link
// for each change costs seconds; to run the tests that reach it, milliseconds.
//
// Start with targets.go for what is changed by default, operators.go for how,
// instrument.go for the rewriting, and run.go for what is run.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	workers := flag.Int("workers", 2, "how many test processes run at once")
	list := flag.Bool("list", false, "print the changes and run nothing")
	verbose := flag.Bool("v", false, "print each survivor that is listed, too")
	match := flag.String("match", "", "only changes whose line in the list of survivors matches this regular expression")
	flag.Parse()
	if err := run(flag.Args(), *workers, *list, *verbose, *match); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(args []string, workers int, list, verbose bool, match string) error {
	targets, err := choose(args)
	if err != nil {
		return err
	}
	wanted, err := regexp.Compile(match)
	if err != nil {
		return err
	}
	allowed, err := readSurvivors("internal/mutants/survivors.txt")
	if err != nil {
		return fmt.Errorf("%w (run it in the project's root)", err)
	}
	failed := false
	for _, target := range targets {
		began := time.Now()
		unlisted := 0
		result, err := examine(target, wanted, workers, list, func(m mutant) {
			switch {
			case allowed[m.key()] == "":
				unlisted++
				fmt.Printf("NEW SURVIVOR %s:%d\n\t%s\n", m.position.Filename, m.position.Line, m.key())
			case verbose:
				fmt.Println("survives:", m.key())
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", target.Package, err)
		}
		if list {
			continue
		}
		stale := allowed.stale(target, wanted, result)
		for _, key := range stale {
			fmt.Println("NOT A SURVIVOR, take it off survivors.txt:", key)
		}
		fmt.Println(result.summary(target.Package, time.Since(began)))
		failed = failed || unlisted > 0 || len(stale) > 0
	}
	if failed {
		return fmt.Errorf("survivors.txt does not say what survives: write a test that fails, or list the survivor with its reason")
	}
	return nil
}
