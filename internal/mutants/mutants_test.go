package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The package in testdata has a test that notices some changes and not others.
func TestExamine(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a package and runs its tests some dozen times; run it without -short")
	}
	t.Chdir("../..")
	found := 0
	got, err := examine(target{Package: "internal/mutants/testdata/gate"}, regexp.MustCompile(""), 2, false, func(mutant) { found++ })
	if err != nil {
		t.Fatal(err)
	}
	var survivors []string
	for _, m := range got.survivors {
		survivors = append(survivors, strings.TrimPrefix(m.key(), "internal/mutants/testdata/gate/gate.go "))
	}
	want := []string{
		`Enter: age >= limit => age > limit`,
		`reverse: i < j => i <= j`,
		`unused: n + 1 => n - 1`,
	}
	if strings.Join(survivors, "\n") != strings.Join(want, "\n") {
		t.Errorf("survivors:\n%s\nwant:\n%s", strings.Join(survivors, "\n"), strings.Join(want, "\n"))
	}
	if found != len(got.survivors) {
		t.Errorf("%d survivors are told, %d counted", found, len(got.survivors))
	}
	if got.unreached != 1 || len(got.all) < 19 {
		t.Errorf("%d changes, %d of the survivors reached by no test", len(got.all), got.unreached)
	}
}

// What is rewritten still says what it said, in every form that is changed.
func TestInstrument(t *testing.T) {
	t.Chdir("../..")
	work := t.TempDir()
	in, err := instrument(target{Package: "internal/mutants/testdata/gate"}, work)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(work, "gate.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`if mutFlip(`, `mutAnd(`, `, func() bool { return (`, `mutGreaterEqual(`, `if !mutOn(`, `left = mutSub(`, `Open: mutFlip(`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	keys := map[string]bool{}
	for _, m := range in.mutants {
		if keys[m.key()] {
			t.Errorf("two changes are called %s", m.key())
		}
		keys[m.key()] = true
	}
}

func TestSurvivors(t *testing.T) {
	t.Parallel()
	listed, err := parseSurvivors("# comment\n\na/b.go F: x => y\n\tequal\n\tby design\na/c/b.go F: x => y\n\tequal\n")
	if err != nil {
		t.Fatal(err)
	}
	survivor := func(where string) mutant { return mutant{where: where, was: "x", becomes: "y", again: 1} }
	for name, c := range map[string]struct {
		target    target
		survivors []mutant
		stale     int
	}{
		"as listed":    {target{Package: "a"}, []mutant{survivor("a/b.go F")}, 0},
		"none":         {target{Package: "a"}, nil, 1},
		"another file": {target{Package: "a", Files: []string{"c.go"}}, nil, 0},
		"its file":     {target{Package: "a", Files: []string{"b.go"}}, nil, 1},
		"below":        {target{Package: "a/c"}, []mutant{survivor("a/b.go F")}, 1},
	} {
		if stale := listed.stale(c.target, regexp.MustCompile("F: x"), result{survivors: c.survivors}); len(stale) != c.stale {
			t.Errorf("%s: stale %v", name, stale)
		}
		if stale := listed.stale(c.target, regexp.MustCompile("another"), result{survivors: c.survivors}); len(stale) != 0 {
			t.Errorf("%s: stale %v, which was not asked for", name, stale)
		}
	}
	for name, text := range map[string]string{"no reason": "a/b.go F: x => y\n", "no entry": "\treason\n", "twice": "x/y.go\n\tr\nx/y.go\n\tr\n"} {
		if _, err := parseSurvivors(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{"./internal/cookie/": "internal/cookie", "betterauth": "betterauth", "plugins/admin": "plugins/admin"} {
		got, err := choose([]string{arg})
		if err != nil || len(got) != 1 || got[0].Package != want || (want == "betterauth") != (len(got[0].Files) > 0) {
			t.Errorf("%s: %v, %v", arg, got, err)
		}
	}
	if got, err := choose([]string{"betterauth/signin.go"}); err != nil || got[0].Package != "betterauth" || len(got[0].Files) != 1 || !got[0].has("betterauth/signin.go") || got[0].has("betterauth/gate.go") {
		t.Errorf("a file: %v, %v", got, err)
	}
	for _, bad := range []string{"", "./...", "/tmp"} {
		if got, err := choose([]string{bad}); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}
