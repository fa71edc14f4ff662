package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed helper.txt
var helperText string

// batches are how many of the tests that reach a change one process runs, the
// likeliest to fail first; the last one runs all that are left. Most changes die in
// the first.
var batches = []int{6, 30}

// result is what became of a package's changes.
type result struct {
	all       []mutant
	survivors []mutant
	unreached int // of the survivors: no test runs the code
	timedOut  int
}

func (r result) summary(name string, took time.Duration) string {
	killed := len(r.all) - len(r.survivors)
	share := 100.0
	if len(r.all) > 0 {
		share = 100 * float64(killed) / float64(len(r.all))
	}
	return fmt.Sprintf("%s: %d of %d killed, %.1f %%; %d survive, %d of them reached by no test; %d timed out; %s",
		name, killed, len(r.all), share, len(r.survivors), r.unreached, r.timedOut, took.Round(time.Second))
}

// suite is a package's test binary with all changes in it.
type suite struct {
	binary, dir, work string
	tests             []test
	// reached holds, for each change, the tests that run its code.
	reached map[int][]test
}

type test struct {
	name string
	took time.Duration
}

// examine changes one target, where wanted matches. It calls found for each survivor
// when that is known, one at a time.
func examine(t target, wanted *regexp.Regexp, workers int, list bool, found func(mutant)) (result, error) {
	work, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	in, err := instrument(t, work)
	if err != nil {
		return result{}, err
	}
	chosen := slices.DeleteFunc(slices.Clone(in.mutants), func(m mutant) bool { return !wanted.MatchString(m.key()) })
	if list {
		for _, m := range chosen {
			fmt.Printf("%s:%d %s\n", m.position.Filename, m.position.Line, m.key())
		}
		return result{all: chosen}, nil
	}
	s := &suite{binary: filepath.Join(work, "suite"), dir: in.dir, work: work, reached: map[int][]test{}}
	build := exec.Command("go", "test", "-c", "-overlay", in.overlay, "-o", s.binary, "./"+t.Package)
	if out, err := build.CombinedOutput(); err != nil {
		return result{}, fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	if _, err := os.Stat(s.binary); err != nil {
		return result{all: chosen, survivors: chosen, unreached: len(chosen)}, nil // there are no tests
	}
	if err := s.record(workers); err != nil {
		return result{}, err
	}
	return s.try(chosen, workers, found)
}

// record runs each test by itself, unchanged, and notes what it reaches.
func (s *suite) record(workers int) error {
	out, err := exec.Command(s.binary, "-test.list", "^(Test|Example|Fuzz)").Output()
	if err != nil {
		return fmt.Errorf("listing tests: %w", err)
	}
	names := strings.Fields(string(out))
	hits := make([]string, len(names))
	s.tests = make([]test, len(names))
	errs := make([]error, len(names))
	parallel(workers, len(names), func(i int) {
		file := filepath.Join(s.work, "hits-"+names[i])
		began := time.Now()
		out, _, err := s.run("MUTANTS_HITS="+file, []test{{name: names[i]}}, 5*time.Minute)
		if err != nil {
			errs[i] = fmt.Errorf("%s fails by itself, without a change: %w\n%s", names[i], err, out)
			return
		}
		s.tests[i] = test{names[i], time.Since(began)}
		text, _ := os.ReadFile(file) // none where it reaches nothing
		hits[i] = string(text)
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, text := range hits {
		ids := strings.Fields(text)
		slices.Sort(ids)
		for _, field := range slices.Compact(ids) {
			id, err := strconv.Atoi(field)
			if err != nil {
				return err
			}
			s.reached[id] = append(s.reached[id], s.tests[i])
		}
	}
	return nil
}

// try puts one change after the other in force.
func (s *suite) try(mutants []mutant, workers int, found func(mutant)) (result, error) {
	r := result{all: mutants}
	var one sync.Mutex
	kills := map[string]int{} // by test
	lived, slow := make([]bool, len(mutants)), make([]bool, len(mutants))
	parallel(workers, len(mutants), func(i int) {
		one.Lock()
		tests := inOrder(s.reached[mutants[i].id], kills)
		one.Unlock()
		for _, batch := range inBatches(tests) {
			limit := 10 * time.Second
			for _, t := range batch {
				limit += 3 * t.took
			}
			out, timeout, err := s.run("MUTANTS_ACTIVE="+strconv.Itoa(mutants[i].id), batch, limit)
			slow[i] = timeout
			if err != nil {
				one.Lock()
				defer one.Unlock()
				if name := failed(out); name != "" {
					kills[name]++
				}
				return
			}
		}
		lived[i] = true
		one.Lock()
		defer one.Unlock()
		found(mutants[i])
	})
	for i, m := range mutants {
		if slow[i] {
			r.timedOut++
		}
		if lived[i] {
			r.survivors = append(r.survivors, m)
			if len(s.reached[m.id]) == 0 {
				r.unreached++
			}
		}
	}
	return r, nil
}

// inOrder sorts tests by how likely one finds something in a given time: those that
// have killed other changes first, for what they took, and then the quickest.
func inOrder(tests []test, kills map[string]int) []test {
	worth := func(t test) float64 { return float64(1+10*kills[t.name]) / (t.took + 10*time.Millisecond).Seconds() }
	return slices.SortedStableFunc(slices.Values(tests), func(a, b test) int { return cmp.Compare(worth(b), worth(a)) })
}

func inBatches(tests []test) (all [][]test) {
	for _, size := range batches {
		size = min(size, len(tests))
		all = append(all, tests[:size])
		tests = tests[size:]
	}
	all = append(all, tests)
	return slices.DeleteFunc(all, func(batch []test) bool { return len(batch) == 0 })
}

// run runs tests with one variable set, until one fails, which is the error.
func (s *suite) run(variable string, tests []test, limit time.Duration) (out []byte, timeout bool, err error) {
	names := make([]string, len(tests))
	for i, t := range tests {
		names[i] = regexp.QuoteMeta(t.name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(running, s.binary, "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast", "-test.short")
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), variable)
	cmd.WaitDelay = time.Second
	watched := &output{failed: stop}
	cmd.Stdout, cmd.Stderr = watched, watched
	err = cmd.Run()
	return watched.Bytes(), ctx.Err() != nil, err
}

// output keeps what a process prints and calls failed once a test has failed: with
// -test.failfast alone, the tests that run in parallel go on to their end.
type output struct {
	bytes.Buffer
	failed func()
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Buffer.Write(p)
	if failed(o.Bytes()) != "" {
		o.failed()
	}
	return n, err
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+) `)

// failed names a test that failed, "" if none did.
func failed(out []byte) string {
	if m := failure.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	return ""
}

// parallel calls f for 0 to n-1.
func parallel(workers, n int, f func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, workers) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
