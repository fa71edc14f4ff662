// Package report says what was measured: figures with their spread, the aims
// they are held to, tables in Markdown, a plot, and the page they are written
// into.
//
// Start with [Figures], which collects what is measured, and [Judge], which
// holds it to the aims.
package report

import (
	"slices"

	"github.com/better-auth-go/better-auth/benchmarks/load"
)

// Spread is a figure of many rounds: the median, and the quartiles around it.
type Spread struct{ Low, Median, High float64 }

// SpreadOf is the spread of the values; zero of none.
func SpreadOf(values []float64) Spread {
	sorted := slices.Sorted(slices.Values(values))
	return Spread{load.Percentile(sorted, 25), load.Median(sorted), load.Percentile(sorted, 75)}
}

// Exactly is a figure without a spread, such as a count.
func Exactly(value float64) Spread { return Spread{value, value, value} }

// Pairs applies of to the rounds that followed each other, so that what
// disturbs the machine for a while disturbs both.
func Pairs[R any](ours, others []R, of func(ours, other R) float64) Spread {
	var values []float64
	for i := range min(len(ours), len(others)) {
		values = append(values, of(ours[i], others[i]))
	}
	return SpreadOf(values)
}
