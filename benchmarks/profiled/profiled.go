// Package profiled says where the time of a work goes, from a CPU profile.
//
// Start with [Of].
package profiled

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/benchmarks/inprocess"
	"github.com/better-auth-go/better-auth/benchmarks/report"
	"github.com/google/pprof/profile"
)

// Share is how much of the time is in a function, with what it calls, or in the
// code of a package itself.
type Share struct {
	Name string
	Part float64 // of 1
}

// Shares are where the time goes. Functions are this library's,
// with what they call, so they overlap; Packages have only what runs in their own code.
type Shares struct{ Functions, Packages []Share }

// Table writes both lists beside each other.
func (s Shares) Table() string {
	rows := [][]string{{"functions of this library, with what they call", "share", "packages, what runs in them", "share"}}
	for i := range max(len(s.Functions), len(s.Packages)) {
		row := make([]string, 4)
		for j, list := range [][]Share{s.Functions, s.Packages} {
			if i < len(list) {
				row[2*j], row[2*j+1] = "`"+list[i].Name+"`", fmt.Sprintf("%.0f %%", 100*list[i].Part)
			}
		}
		rows = append(rows, row)
	}
	return report.Table(rows, 4)
}

// ours begins the names of the functions that are worth a line.
const ours = "github.com/better-auth-go/better-auth/"

// Of repeats batches of the work for a while and looks at its calls alone,
// without what prepares them.
func Of(work inprocess.Work, calls int, limit time.Duration) (Shares, error) {
	var out bytes.Buffer
	if err := pprof.StartCPUProfile(&out); err != nil {
		return Shares{}, err
	}
	for begin := time.Now(); time.Since(begin) < limit; {
		if _, err := inprocess.Batch(work, calls); err != nil {
			pprof.StopCPUProfile()
			return Shares{}, err
		}
	}
	pprof.StopCPUProfile()
	p, err := profile.Parse(&out)
	if err != nil {
		return Shares{}, err
	}
	return Aggregate(p), nil
}

// Aggregate sums the samples that belong to calls.
func Aggregate(p *profile.Profile) Shares {
	functions, packages, total := map[string]int64{}, map[string]int64{}, int64(0)
	for _, sample := range p.Sample {
		if !slices.Contains(sample.Label[inprocess.Phase], inprocess.Calls) {
			continue
		}
		value := sample.Value[len(sample.Value)-1]
		total += value
		seen := map[string]bool{}
		for i, location := range sample.Location {
			for j, line := range location.Line {
				name := written(line.Function.Name)
				if i == 0 && j == 0 {
					packages[packageOf(name)] += value
				}
				short, own := strings.CutPrefix(name, ours)
				if own && !strings.HasPrefix(short, "benchmarks/") && !seen[short] {
					seen[short] = true
					functions[short] += value
				}
			}
		}
	}
	for name, value := range functions {
		if value > total*wholeWay/100 {
			delete(functions, name)
		}
	}
	return Shares{largest(functions, total, 14), largest(packages, total, 8)}
}

// wholeWay is the share in percent above which a function is only on the way to
// the others.
const wholeWay = 88

var (
	typeArguments = regexp.MustCompile(`\[.*\]`)
	closure       = regexp.MustCompile(`(\.func\d+|\.gowrap\d+|-range\d+|\.\d+)+$`)
)

// written is the name of a function as it is in the source: a closure counts as
// what it is in.
func written(name string) string {
	return closure.ReplaceAllString(typeArguments.ReplaceAllString(name, ""), "")
}

// packageOf is the import path in the name of a function.
func packageOf(function string) string {
	folder, last := path.Split(function)
	name, _, found := strings.Cut(last, ".")
	if !found {
		return "assembly" // has no package in its name
	}
	return strings.Replace(folder+name, ours, "", 1)
}

func largest(of map[string]int64, total int64, count int) (out []Share) {
	for name, value := range of {
		out = append(out, Share{name, float64(value) / float64(max(total, 1))})
	}
	slices.SortFunc(out, func(a, b Share) int { return cmp.Or(cmp.Compare(b.Part, a.Part), cmp.Compare(a.Name, b.Name)) })
	return out[:min(count, len(out))]
}
