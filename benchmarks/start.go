package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/load"
	"github.com/better-auth-go/better-auth/benchmarks/report"
	"github.com/better-auth-go/better-auth/benchmarks/subject"
)

const (
	startFigure  = "start"
	memoryFigure = "memory"
	// starts is how often each server is started.
	starts = 7
	// settled is how long an idle server is left alone before its memory is read.
	settled = time.Second
)

// life is what one process needed.
type life struct {
	answered time.Duration // from its start to its first answer
	memory   float64       // in MB, once idle; 0 where the system does not say
}

// startAndMemory starts servers with every plugin on a database that is there,
// again and again, and looks at how soon they answer and what they keep.
func (p *plan) startAndMemory(ctx context.Context) ([][]string, error) {
	table := [][]string{{"every plugin on", "start to the first answer, ours", "the TypeScript server", "times as soon (quartiles)", "idle memory, ours", "the TypeScript server", "share (quartiles)"}}
	for _, e := range p.engines {
		if !p.picked("start and memory, " + e.title) {
			continue
		}
		fmt.Fprintf(os.Stderr, "start and memory: %s\n", e.title)
		var mine, theirs []life
		for range starts {
			for _, of := range []struct {
				contestant
				lives *[]life
			}{{everyServed, &mine}, {nodeEveryServed, &theirs}} {
				one, err := p.live(ctx, of.contestant, e.every)
				if errors.Is(err, subject.ErrNoReference) {
					p.leaveOut(err.Error())
					return table, nil
				}
				if err != nil {
					return nil, fmt.Errorf("start of %s: %w", of.name, err)
				}
				*of.lives = append(*of.lives, one)
			}
		}
		sooner := report.Pairs(mine, theirs, func(a, b life) float64 { return float64(b.answered) / float64(a.answered) })
		p.figure(startFigure+", "+e.title, sooner)
		answered := func(l life) time.Duration { return l.answered }
		memory := func(l life) float64 { return l.memory }
		line := []string{e.title, report.Duration(load.MedianOf(mine, answered)), report.Duration(load.MedianOf(theirs, answered)), report.Times.Span(sooner)}
		if load.MedianOf(mine, memory) == 0 {
			p.leaveOut("idle memory: there is no /proc here that says it")
			line = append(line, "", "", "")
		} else {
			share := report.Pairs(mine, theirs, func(a, b life) float64 { return a.memory / b.memory })
			p.figure(memoryFigure+", "+e.title, share)
			line = append(line, megabytes(load.MedianOf(mine, memory)), megabytes(load.MedianOf(theirs, memory)), report.Times.Span(share))
		}
		table = append(table, line)
	}
	return table, nil
}

func megabytes(n float64) string { return fmt.Sprintf("%.1f MB", n) }

// live starts a server, asks for a session, and lets it settle.
func (p *plan) live(ctx context.Context, c contestant, in seeded) (one life, err error) {
	begin := time.Now()
	process, err := p.start(ctx, c, in.name, "")
	if err != nil {
		return one, err
	}
	defer process.Stop()
	conn, err := load.Dial(process.Addr)
	if err != nil {
		return one, err
	}
	defer conn.Close()
	answer, err := conn.Do(sessionRequest(in.visitors[0].Cookie))
	if err != nil {
		return one, err
	}
	if answer.Status != http.StatusOK {
		return one, fmt.Errorf("get-session answered %d: %s", answer.Status, answer.Body)
	}
	one.answered = time.Since(begin)
	time.Sleep(settled)
	one.memory, err = residentMB(process.PID())
	return one, err
}

// residentMB is the memory of a process that is in RAM, as Linux says it.
func residentMB(pid int) (float64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, errors.New("the process does not say its VmRSS")
}
