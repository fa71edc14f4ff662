package allocations_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/benchmarks/allocations"
)

var (
	session = allocations.Operation{Engine: "SQLite", Name: "get-session"}
	signIn  = allocations.Operation{Engine: "SQLite", Name: "passkey sign-in"}
	remote  = allocations.Operation{Engine: "PostgreSQL", Name: "get-session"}
)

var kept = allocations.Counts{session: {Median: 100}, signIn: {Median: 300, Varies: true}, remote: {Median: 110}}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change          func(allocations.Counts)
		engines         []string
		problems, fewer []string
	}{
		"the same":           {change: func(allocations.Counts) {}},
		"one more":           {change: func(c allocations.Counts) { c[session] = allocations.Count{Median: 101} }, problems: []string{"get-session, SQLite makes 101 allocations, and 100 are the most"}},
		"within what varies": {change: func(c allocations.Counts) { c[signIn] = allocations.Count{Median: 303} }},
		"beyond what varies": {change: func(c allocations.Counts) { c[signIn] = allocations.Count{Median: 310} }, problems: []string{"passkey sign-in, SQLite makes 310 allocations, and 309 are the most"}},
		"a little fewer":     {change: func(c allocations.Counts) { c[session] = allocations.Count{Median: 99} }},
		"many fewer":         {change: func(c allocations.Counts) { c[session] = allocations.Count{Median: 80} }, fewer: []string{"get-session, SQLite makes 80 allocations, 100 are kept"}},
		"not in the file": {change: func(c allocations.Counts) {
			c[allocations.Operation{Engine: "SQLite", Name: "new"}] = allocations.Count{Median: 5}
		},
			problems: []string{"new, SQLite makes 5 allocations, and the file has no line for it"}},
		"not counted":         {change: func(c allocations.Counts) { delete(c, session) }, problems: []string{"get-session, SQLite is in the file, and nothing counts it"}},
		"an engine left out":  {change: func(c allocations.Counts) { delete(c, remote) }, engines: []string{"SQLite"}},
		"an engine forgotten": {change: func(c allocations.Counts) { delete(c, remote) }, problems: []string{"get-session, PostgreSQL is in the file, and nothing counts it"}},
	} {
		counted := maps.Clone(kept)
		tt.change(counted)
		if tt.engines == nil {
			tt.engines = []string{"SQLite", "PostgreSQL"}
		}
		problems, fewer := allocations.Compare(kept, counted, tt.engines)
		if !slices.Equal(problems, tt.problems) || !slices.Equal(fewer, tt.fewer) {
			t.Errorf("%s: problems %q, fewer %q", name, problems, fewer)
		}
	}
}

func TestFileKeepsCounts(t *testing.T) {
	t.Parallel()
	read, err := allocations.Parse(allocations.Format(kept, "go1.99"))
	if err != nil || !maps.Equal(read, kept) {
		t.Errorf("%v, %v", read, err)
	}
	for _, text := range []string{"12", "12 SQLite", "many SQLite get-session", "1 SQLite a\n2 SQLite a"} {
		if got, err := allocations.Parse([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
