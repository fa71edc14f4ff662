package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/load"
)

// report collects what was left out and prints tables in Markdown.
type report struct{ leftOut []string }

func (r *report) leaveOut(what string) {
	if !slices.Contains(r.leftOut, what) {
		r.leftOut = append(r.leftOut, what)
		fmt.Fprintln(os.Stderr, "LEFT OUT:", what)
	}
}

func (r *report) printLeftOut(w io.Writer) {
	if len(r.leftOut) == 0 {
		fmt.Fprintln(w, "Nothing was left out.")
	}
	for _, what := range r.leftOut {
		fmt.Fprintln(w, "LEFT OUT:", what)
	}
}

func (r *report) printInProcess(rows []inProcessRow) {
	fmt.Printf("In process, one request at a time; medians of interleaved batches of %d or %d requests.\n\n", batchCalls, preparedCalls)
	table := [][]string{{"", "ours/bare", "ours", "bare", "allocations, ours", "allocations, bare"}}
	speed := func(f inprocess.Figures) float64 { return 1 / float64(f.Time) }
	for _, row := range rows {
		of := row.rounds
		line := []string{row.title, "", duration(load.MedianOf(of[ours], perCall)), "", allocations(of[ours]), ""}
		if len(of[bare]) > 0 {
			line[1] = times(ratio(of[ours], of[bare], speed))
			line[3] = duration(load.MedianOf(of[bare], perCall))
			line[5] = allocations(of[bare])
		}
		table = append(table, line)
	}
	printTable(os.Stdout, table)
}

func (r *report) printLoopback(rows []loopbackRow, p *plan) {
	fmt.Printf("Over loopback, %d keep-alive connections, each server in a process of its own, the load from this one;\n"+
		"medians of %d interleaved rounds of %s.\n\n", p.connections, p.rounds, p.round)
	table := [][]string{{"", "ours/Node", "ours/bare", "requests/s: ours", "bare", "Node", "p50 / p99: ours", "bare", "Node"}}
	for _, row := range rows {
		line := []string{row.title, "", ""}
		for i, other := range []string{node, bare} {
			if len(row.rounds[other]) > 0 {
				line[i+1] = times(ratio(row.rounds[ours], row.rounds[other], load.Round.Rate))
			}
		}
		for _, kind := range []string{ours, bare, node} {
			line = append(line, ifAny(row.rounds[kind], func(rounds []load.Round) string {
				return fmt.Sprintf("%.0f", load.MedianOf(rounds, load.Round.Rate))
			}))
		}
		for _, kind := range []string{ours, bare, node} {
			line = append(line, ifAny(row.rounds[kind], func(rounds []load.Round) string {
				return duration(load.MedianOf(rounds, p50)) + " / " + duration(load.MedianOf(rounds, p99))
			}))
		}
		table = append(table, line)
	}
	printTable(os.Stdout, table)
}

func p50(r load.Round) time.Duration { return r.P50 }
func p99(r load.Round) time.Duration { return r.P99 }

func ifAny[R any](rounds []R, text func([]R) string) string {
	if len(rounds) == 0 {
		return ""
	}
	return text(rounds)
}

func allocations(rounds []inprocess.Figures) string {
	return fmt.Sprintf("%.0f, %.1f KiB", load.MedianOf(rounds, allocs), load.MedianOf(rounds, allocated)/1024)
}

func times(x float64) string {
	if x >= 10 {
		return fmt.Sprintf("%.0f ×", x)
	}
	return fmt.Sprintf("%.2f ×", x)
}

func duration(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.0f µs", float64(d)/1e3)
	}
	return fmt.Sprintf("%.1f ms", float64(d)/1e6)
}

// printTable writes rows as a Markdown table, the first row its head, numbers
// to the right.
func printTable(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text), 3)
		}
	}
	for n, row := range rows {
		var line strings.Builder
		for i, text := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if i == 0 {
				text += pad
			} else {
				text = pad + text
			}
			line.WriteString("| " + text + " ")
		}
		fmt.Fprintln(w, line.String()+"|")
		if n == 0 {
			line.Reset()
			for i, width := range widths {
				rule := strings.Repeat("-", width)
				if i > 0 {
					rule = rule[1:] + ":"
				}
				line.WriteString("| " + rule + " ")
			}
			fmt.Fprintln(w, line.String()+"|")
		}
	}
	fmt.Fprintln(w)
}
