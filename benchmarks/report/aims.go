package report

import (
	"fmt"
	"slices"
)

// Aim is what one figure is held to.
type Aim struct {
	// Figure names it in [Figures].
	Figure string
	// Work and Measure say for people what is done, and how it is looked at.
	Work, Measure string
	Bound         float64
	// AtMost makes Bound the most that is right instead of the least.
	AtMost bool
	Unit   Unit
}

// Unit is how a figure is written.
type Unit int

// Units of figures.
const (
	Times Unit = iota // a ratio
	Micros
	Count
)

// Text writes a value in the unit.
func (u Unit) Text(value float64) string {
	switch u {
	case Micros:
		return fmt.Sprintf("%.1f µs", value)
	case Count:
		return fmt.Sprintf("%.0f", value)
	}
	return times(value)
}

func times(x float64) string {
	switch {
	case x >= 10:
		return fmt.Sprintf("%.0f ×", x)
	case x < 0.3:
		return fmt.Sprintf("%.3f ×", x)
	}
	return fmt.Sprintf("%.2f ×", x)
}

// Span writes a figure with its quartiles, if it has a spread.
func (u Unit) Span(s Spread) string {
	if s.Low == s.High {
		return u.Text(s.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", u.Text(s.Median), bare(u.Text(s.Low)), bare(u.Text(s.High)))
}

// bare is the text without its unit.
func bare(text string) string {
	for i, r := range text {
		if r == ' ' {
			return text[:i]
		}
	}
	return text
}

// Text writes what is aimed at.
func (a Aim) Text() string {
	if a.AtMost {
		return "at most " + a.Unit.Text(a.Bound)
	}
	return "at least " + a.Unit.Text(a.Bound)
}

// Figures are what was measured, by name.
type Figures map[string]Spread

// Verdict is an aim and what came of it.
type Verdict struct {
	Aim
	Spread
	// Known is false where the figure was left out.
	Known bool
}

// Judge holds the figures to the aims.
func Judge(aims []Aim, figures Figures) []Verdict {
	out := make([]Verdict, len(aims))
	for i, aim := range aims {
		s, known := figures[aim.Figure]
		out[i] = Verdict{aim, s, known}
	}
	return out
}

// Met says whether the median reaches the aim.
func (v Verdict) Met() bool {
	return v.Known && (v.AtMost == (v.Median <= v.Bound) || v.Median == v.Bound)
}

// OverAim is how far a value of the figure is beyond the aim: 1 reaches it, more
// is better, whichever way the figure counts.
func (v Verdict) OverAim(value float64) float64 {
	if v.AtMost {
		return v.Bound / max(value, v.Bound/100)
	}
	return value / v.Bound
}

// Word says met, missed or left out.
func (v Verdict) Word() string {
	switch {
	case !v.Known:
		return "left out"
	case v.Met():
		return "met"
	}
	return "**missed**"
}

// Unmeasured names the figures of aims that nothing measured.
func Unmeasured(aims []Aim, figures Figures) (names []string) {
	for _, v := range Judge(aims, figures) {
		if !v.Known && !slices.Contains(names, v.Figure) {
			names = append(names, v.Figure)
		}
	}
	return names
}

// AimsTable lists the verdicts.
func AimsTable(verdicts []Verdict) [][]string {
	rows := [][]string{{"work", "measured as", "aim", "figure (quartiles)", "verdict"}}
	for _, v := range verdicts {
		figure := ""
		if v.Known {
			figure = v.Unit.Span(v.Spread)
		}
		rows = append(rows, []string{v.Work, v.Measure, v.Aim.Text(), figure, v.Word()})
	}
	return rows
}
