// Package allocations compares how many allocations operations make with a file
// that keeps how many they may make.
//
// Start with [Compare].
package allocations

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Engines are the names of engines.
var Engines = []string{"SQLite", "PostgreSQL"}

// Operation is one kind of request on one engine.
type Operation struct{ Engine, Name string }

func (o Operation) String() string { return o.Name + ", " + o.Engine }

// Count is what single calls of an operation allocate, in the middle.
type Count struct {
	Median int
	// Varies says that calls differ by themselves. A transaction of database/sql is
	// watched by a goroutine, and what that allocates falls into one call or
	// another; signatures and random texts have lengths that differ by a byte.
	Varies bool
}

// slack is how much more is no change: nothing, unless calls differ.
func (c Count) slack() int {
	if !c.Varies {
		return 0
	}
	return max(2, c.Median*3/100)
}

// Counts are the allocations of one call of each operation.
type Counts map[Operation]Count

// Parse reads the file: a line for each operation, with its count, the engine
// and the name. A ~ before the count says that it varies. Lines that begin with #
// are for people.
func Parse(text []byte) (Counts, error) {
	counts := Counts{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 {
			return nil, fmt.Errorf("line %d is no count, engine and operation", n+1)
		}
		if !slices.Contains(Engines, fields[1]) {
			return nil, fmt.Errorf("line %d: there is no engine %q; it is one of %s", n+1, fields[1], strings.Join(Engines, ", "))
		}
		digits, varies := strings.CutPrefix(fields[0], "~")
		count, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q is no count", n+1, fields[0])
		}
		o := Operation{fields[1], strings.Join(fields[2:], " ")}
		if _, twice := counts[o]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", n+1, o)
		}
		counts[o] = Count{count, varies}
	}
	return counts, nil
}

// Format writes the file.
func Format(counts Counts, goVersion string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# How many allocations one call of an operation makes, of those at hand: the median of single calls, with garbage
# collection off. make bench-short fails where one makes more. After ~ it may be three in a hundred more: calls of that
# operation differ by themselves, because database/sql watches a transaction from a goroutine, whose allocations fall
# into one call or another, and because signatures differ in length. Recorded with %s by
#
#	go run ./benchmarks -short -record
`, goVersion)
	last := ""
	for _, o := range slices.SortedFunc(maps.Keys(counts), func(a, b Operation) int {
		return cmp.Or(-cmp.Compare(a.Engine, b.Engine), cmp.Compare(a.Name, b.Name))
	}) {
		if o.Engine != last {
			b.WriteByte('\n')
			last = o.Engine
		}
		count := strconv.Itoa(counts[o].Median)
		if counts[o].Varies {
			count = "~" + count
		}
		fmt.Fprintf(&b, "%6s  %-10s  %s\n", count, o.Engine, o.Name)
	}
	return b.Bytes()
}

// Compare holds what was counted to what is kept. Problems are failures: more
// than is kept, an operation that is not kept, and one that is kept and was not
// counted, unless its engine was left out. Fewer are operations that make fewer
// now, by more than one and what calls differ by.
func Compare(kept, counted Counts, engines []string) (problems, fewer []string) {
	for _, o := range slices.SortedFunc(maps.Keys(counted), func(a, b Operation) int { return cmp.Compare(a.String(), b.String()) }) {
		limit, ok := kept[o]
		count := counted[o].Median
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s makes %d allocations, and the file has no line for it", o, count))
		case count > limit.Median+limit.slack():
			problems = append(problems, fmt.Sprintf("%s makes %d allocations, and %d are the most", o, count, limit.Median+limit.slack()))
		case count < limit.Median-max(1, limit.slack()):
			fewer = append(fewer, fmt.Sprintf("%s makes %d allocations, %d are kept", o, count, limit.Median))
		}
	}
	for _, o := range slices.SortedFunc(maps.Keys(kept), func(a, b Operation) int { return cmp.Compare(a.String(), b.String()) }) {
		if _, ok := counted[o]; !ok && slices.Contains(engines, o.Engine) {
			problems = append(problems, fmt.Sprintf("%s is in the file, and nothing counts it", o))
		}
	}
	return problems, fewer
}
