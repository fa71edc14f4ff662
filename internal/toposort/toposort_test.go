package toposort_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/toposort"
)

func TestSort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		items  string
		before map[string]string
		sorted string
		loops  []string
	}{
		"nothing":              {},
		"as given":             {items: "c a b", sorted: "c a b"},
		"after one":            {items: "a b c", before: map[string]string{"a": "c"}, sorted: "c a b"},
		"a chain":              {items: "a b c", before: map[string]string{"a": "b", "b": "c"}, sorted: "c b a"},
		"a diamond":            {items: "a b c d", before: map[string]string{"a": "b c", "b": "d", "c": "d"}, sorted: "d b c a"},
		"itself":               {items: "a b", before: map[string]string{"a": "a"}, sorted: "a b", loops: []string{"a a"}},
		"two in a circle":      {items: "a b", before: map[string]string{"a": "b", "b": "a"}, sorted: "b a", loops: []string{"a b a"}},
		"a way into a circle":  {items: "a b c", before: map[string]string{"a": "b", "b": "c", "c": "b"}, sorted: "c b a", loops: []string{"b c b"}},
		"two circles of three": {items: "a b c", before: map[string]string{"a": "b", "b": "c a", "c": "b"}, sorted: "c b a", loops: []string{"b c b", "a b a"}},
		"each circle once":     {items: "a b c", before: map[string]string{"a": "b", "b": "a", "c": "a b"}, sorted: "b a c", loops: []string{"a b a"}},
	} {
		sorted, loops := toposort.Sort(strings.Fields(c.items), func(item string) []string { return strings.Fields(c.before[item]) })
		var got []string
		for _, loop := range loops {
			got = append(got, strings.Join(loop, " "))
		}
		if strings.Join(sorted, " ") != c.sorted || !slices.Equal(got, c.loops) {
			t.Errorf("%s: sorted %v, circles %q", name, sorted, got)
		}
	}
}
