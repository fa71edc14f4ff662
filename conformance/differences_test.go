package conformance_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// place is where we answer otherwise than the reference, on purpose, and how.
type place struct {
	id    string
	where string // "scenario / request / field", "*" for anything without " / "

	pattern  *regexp.Regexp
	adds     []string
	removes  []string
	replaces [][2]string
	here     *string
	used     atomic.Bool
}

// differencesIn reads a list of differences, which the suite in Node reads the
// same way (suite/differences.mjs).
func differencesIn(t *testing.T, file string) []*place {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var listed []struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
		Allows []struct {
			Where    []string    `json:"where"`
			Adds     []string    `json:"adds"`     // lines of our answer, "*" at the end for any rest
			Removes  []string    `json:"removes"`  // lines of the reference's
			Replaces [][2]string `json:"replaces"` // texts of the reference's, and ours
			Here     *string     `json:"here"`     // all that we answer
		} `json:"allows"`
	}
	parse(t, raw, &listed)
	var places []*place
	for _, d := range listed {
		if d.ID == "" || d.Reason == "" || len(d.Allows) == 0 {
			t.Errorf("%s: %+v lacks something", file, d)
		}
		for _, allows := range d.Allows {
			for _, where := range allows.Where {
				pattern := strings.ReplaceAll(regexp.QuoteMeta(where), `\*`, `.*`)
				places = append(places, &place{
					id: d.ID, where: where, pattern: regexp.MustCompile(`(?s)^` + pattern + `$`),
					adds: allows.Adds, removes: allows.Removes, replaces: allows.Replaces, here: allows.Here,
				})
			}
		}
	}
	return places
}

// explained reports whether some of the places together explain a difference,
// and marks those that were needed.
func explained(places []*place, where, reference, here string) bool {
	candidates := slices.DeleteFunc(slices.Clone(places), func(p *place) bool { return !p.isAt(where) })
	for chosen := 1; chosen < 1<<len(candidates); chosen++ {
		theirs, ours, fits := reference, here, true
		for i, p := range candidates {
			if fits && chosen&(1<<i) != 0 {
				theirs, ours, fits = p.settle(theirs, ours)
			}
		}
		if !fits || theirs != ours {
			continue
		}
		for i, p := range candidates {
			if chosen&(1<<i) != 0 {
				p.used.Store(true)
			}
		}
		return true
	}
	return false
}

// isAt reports whether the place is this one: a "*" reaches no further than its
// part.
func (p *place) isAt(where string) bool {
	return strings.Count(p.where, " / ") == strings.Count(where, " / ") && p.pattern.MatchString(where)
}

// settle takes from both texts what the place is about, and reports whether it
// was there.
func (p *place) settle(reference, here string) (theirs, ours string, ok bool) {
	if p.here != nil {
		return here, here, *p.here == here
	}
	for _, r := range p.replaces {
		if !strings.Contains(reference, r[0]) {
			return "", "", false
		}
		reference = strings.ReplaceAll(reference, r[0], r[1])
	}
	for _, line := range p.adds {
		if here, ok = without(here, line); !ok {
			return "", "", false
		}
	}
	for _, line := range p.removes {
		if reference, ok = without(reference, line); !ok {
			return "", "", false
		}
	}
	return reference, here, true
}

// without is a text without a line; one that ends with "*" is any that starts so.
func without(text, wanted string) (string, bool) {
	start, any := strings.CutSuffix(wanted, "*")
	lines := strings.Split(text, "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return line == wanted || any && strings.HasPrefix(line, start) })
	if at < 0 {
		return "", false
	}
	return strings.Join(slices.Delete(lines, at, at+1), "\n"), true
}

func TestExplained(t *testing.T) {
	t.Parallel()
	here := "c=1"
	places := []*place{
		{where: "* / GET /a* / cookies", pattern: regexp.MustCompile(`^.* / GET /a.* / cookies$`), adds: []string{"c=*"}},
		{where: "s / GET /a / cookies", pattern: regexp.MustCompile(`^s / GET /a / cookies$`), replaces: [][2]string{{"1", "2"}}},
		{where: "s / GET /x / body", pattern: regexp.MustCompile(`^s / GET /x / body$`), here: &here},
	}
	for _, c := range []struct {
		where, reference, here string
		want                   bool
	}{
		{"s / GET /b / cookies", "", "c=1", false},
		{"s / GET /a / x / cookies", "", "c=1", false},
		{"s / GET /a / cookies", "", "d=1", false},
		{"s / GET /a / cookies", "b=1", "c=1", false},
		{"s / GET /a / cookies", "b=1", "b=1\nc=1", true},
		{"s / GET /a / cookies", "b=1", "c=1\nb=2", true},
		{"s / GET /x / body", "anything", "c=1", true},
		{"s / GET /x / body", "anything", "c=2", false},
	} {
		if got := explained(places, c.where, c.reference, c.here); got != c.want {
			t.Errorf("%s: %q to %q: %v", c.where, c.reference, c.here, got)
		}
	}
}
