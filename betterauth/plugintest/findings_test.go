package plugintest_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// finding is what a rule says of a broken plugin, without its context: logs, stacks
// and problems of Build.
type finding struct{ plugin, rule, text string }

var (
	inTest    = regexp.MustCompile(`^=== (?:RUN|CONT|NAME) +TestBroken/(\S+)`)
	findingAt = regexp.MustCompile(`^ +[a-z_]+\.go:\d+: the rule ([a-z-]+) is broken: `)
	// chance is what differs from run to run: ids, tokens and the times of the log.
	chance = regexp.MustCompile(`[A-Za-z0-9_-]{24,}(\.[A-Za-z0-9_%-]+)*|20\d\d-\d\d-\d\dT[0-9:.]+Z`)
)

// recordFindings compares what the rules say of the broken plugins with
// testdata/findings.golden: of each plugin what its case is about. It is to be read as
// the author of a plugin meets it. That each finding says a remedy, those that no case
// is about included, internal/layout checks.
func recordFindings(t *testing.T, output string) {
	t.Helper()
	found := findingsIn(output)
	var text strings.Builder
	for _, b := range slices.SortedFunc(slices.Values(broken), func(a, b brokenPlugin) int { return cmp.Compare(a.rule+" "+a.name, b.rule+" "+b.name) }) {
		var about []string
		for _, f := range found {
			if f.plugin == b.name && f.rule == b.rule && strings.Contains(f.text, b.says) {
				first, _, _ := strings.Cut(f.text, "\n")
				about = append(about, chance.ReplaceAllString(first, "‹random›"))
			}
		}
		if len(about) == 0 {
			t.Errorf("%s: the rule %s does not say %q", b.name, b.rule, b.says)
			continue
		}
		fmt.Fprintf(&text, "%s: %s\n\t%s\n", b.rule, b.name, slices.Min(about)) // of several, since rules try much in any order
	}
	file := filepath.Join("testdata", "findings.golden")
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, now := strings.Split(string(recorded), "\n"), strings.Split(text.String(), "\n")
	for _, line := range before {
		if !slices.Contains(now, line) {
			t.Errorf("no longer said: %s", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			t.Errorf("not recorded: %s", line)
		}
	}
	if string(recorded) != text.String() {
		t.Errorf("betterauth/plugintest/%s is stale: run go test ./betterauth/plugintest -run TestRunCatchesBrokenPlugins -update and read the difference", file)
	}
}

// findingsIn reads the output of go test -v, in which lines of parallel tests follow
// the name of theirs, even within one finding.
func findingsIn(output string) (found []finding) {
	test, open := "", map[string]int{} // by test, the place of what its next lines go on
	for line := range strings.Lines(output) {
		line = strings.TrimSuffix(line, "\n")
		last, goesOn := open[test]
		switch {
		case inTest.MatchString(line):
			test = inTest.FindStringSubmatch(line)[1]
		case findingAt.MatchString(line):
			plugin, _, _ := strings.Cut(test, "/")
			open[test] = len(found)
			found = append(found, finding{plugin: plugin, rule: findingAt.FindStringSubmatch(line)[1]})
		case goesOn && strings.HasPrefix(line, "        "):
			found[last].text = strings.TrimPrefix(found[last].text+"\n"+strings.TrimSpace(line), "\n")
		default:
			delete(open, test)
		}
	}
	return found
}
