#!/usr/bin/env bash
# Go: leaving the race detector out of one package (-gcflags=that/package=-race=false) makes it report races in other packages, where there are none.
#
# Code translated from C, such as an embedded database, is slow under -race and not what a test is about, so one compiles it without. One expects at
# most to miss races in that package. But the methods of sync.Map are thin and inlined, so each package that calls them contains a copy of the generic
# code behind them (internal/sync.HashTrieMap of the shape any, any), and the linker keeps one copy for the whole program. If it keeps the copy
# without instrumentation, the detector no longer sees that Store happens before Load, in all packages: a value that one goroutine builds, stores
# and never touches again is reported as a race with whoever loads it. Which copy stays depends on the import graph: with both uses of sync.Map
# in the right packages nothing is reported, and a change elsewhere brings the report.
#
# So whoever leaves the detector out of a package does so only for one that uses no generic code of the standard library that others use too.
#
# Seen with Go 1.26.8. "go help build" and "go tool compile -help" describe the flags; neither says that a package's flags reach others.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir quiet rows
printf 'module example.com/shared\n\ngo 1.26\n' >go.mod
export GOWORK=off GOFLAGS=

cat >quiet/quiet.go <<'GO'
// Package quiet is compiled without the race detector. It shares nothing with package rows.
package quiet

import "sync"

var names sync.Map

func Keep(id int, name string) { names.Store(id, name) }

func Name(id int) string {
	name, ok := names.Load(id)
	if !ok {
		return ""
	}
	return name.(string)
}
GO

cat >rows/rows.go <<'GO'
// Package rows hands a value from one goroutine to another by a sync.Map, as its documentation allows: "a write synchronizes before any read that observes it".
package rows

import (
	"fmt"
	"runtime"
	"sync"

	"example.com/shared/quiet"
)

type row struct{ columns int }

var published sync.Map

func Run() {
	quiet.Keep(1, "quiet")
	sum := 0
	for i := range 500 { // a single handing over is noticed only now and then
		columns := make(chan int)
		go func() {
			for {
				if r, ok := published.Load(i); ok {
					columns <- r.(*row).columns
					return
				}
				runtime.Gosched()
			}
		}()
		r := new(row)
		r.columns = 3
		published.Store(i, r)
		sum += <-columns
	}
	fmt.Println(sum, quiet.Name(1))
}
GO

cat >main.go <<'GO'
package main

import "example.com/shared/rows"

func main() { rows.Run() }
GO

changed=0
expect() { # expect WANTED WORDS...: whether the program's run, built with WORDS, reports a race
	local wanted=$1 got=none
	shift
	if ! GORACE=halt_on_error=1 go run -race "$@" . >run.log 2>&1; then
		grep -q 'DATA RACE' run.log || { cat run.log; exit 1; }
		got=reported
	fi
	printf '%-9s | race %-8s | go run -race %s\n' "$([ "$got" = "$wanted" ] && echo "as seen" || echo CHANGED)" "$got" "$*"
	[ "$got" = "$wanted" ] || changed=1
}

go version
expect none
expect reported -gcflags=example.com/shared/quiet=-race=false
grep -m1 -A2 'Read at' run.log | tail -n 2 | sed 's/0x[0-9a-f]*/…/; s|/.*/rows.go|rows.go|'
expect none -gcflags=example.com/shared/rows=-race=false # nothing of the value's own package is seen
exit "$changed"
