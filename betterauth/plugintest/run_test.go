package plugintest_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// inChild marks the process in which the broken plugins fail.
const inChild = "PLUGINTEST_BROKEN"

// Each broken plugin breaks one rule, and Run says which: that rule fails, in
// words, and no other. It runs in a process of its own, since there the tests
// have to fail.
func TestRunCatchesBrokenPlugins(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBroken$", "-test.v", "-test.timeout=5m")
	child.Env = append(os.Environ(), inChild+"=1", databasetest.PostgresEnv+"=")
	raw, err := child.Output() // what others write to stderr would stand between the lines
	output := string(raw)
	if err == nil {
		t.Fatalf("broken plugins passed:\n%s", output)
	}
	recordFindings(t, output)
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			failed := map[string]bool{}
			for _, match := range regexp.MustCompile(`--- FAIL: TestBroken/`+b.name+`/([a-z-]+) `).FindAllStringSubmatch(output, -1) {
				failed[match[1]] = true
			}
			if len(failed) == 0 && strings.Contains(output, "--- FAIL: TestBroken/"+b.name+" ") {
				failed[plugintest.OptionsUsed] = true // it is no subtest
			}
			if !failed[b.rule] {
				t.Errorf("the rule %s did not fail, but %v", b.rule, failed)
			}
			for rule := range failed {
				if rule != b.rule && !slices.Contains(b.also, rule) {
					t.Errorf("the rule %s failed as well", rule)
				}
			}
			if !strings.Contains(output, "the rule "+b.rule+" is broken: ") || !strings.Contains(output, b.says) {
				t.Errorf("nothing said %q", b.says)
			}
		})
	}
	if t.Failed() {
		t.Logf("the child's output:\n%s", output)
	}
}

// Of an option nothing is known where only some of the rules ran.
func TestRunOfOneRuleJudgesNoOptions(t *testing.T) {
	t.Parallel()
	for run, wantFailure := range map[string]bool{
		"^TestBroken$/^needless-exception$":                true,
		"^TestBroken$/^needless-exception$/^ownership$":    false,
		"^TestBroken$/^needless-exception$/^[^o]":          false,
		"^TestBroken$/^needless-exception$/^/^sqlite$":     true,
		"^TestBroken$/^misspelt-exception$/^manifest-same": true,
		"^TestBroken$/^needless-exception$/^options-used$": true,
		"^TestBroken$/^redirects-nowhere$/^options-used$":  true,
		"^TestBroken$/^talkative$/^options-used$":          true, // it runs all rules
		"^TestBroken$/^talkative$/^answers$":               false,
	} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+run, "-test.v", "-test.timeout=5m")
		child.Env = append(os.Environ(), inChild+"=1", databasetest.PostgresEnv+"=")
		output, err := child.CombinedOutput()
		if failed := err != nil; failed != wantFailure {
			t.Errorf("%s failed: %t\n%s", run, failed, output)
		}
	}
}

// Every rule has a plugin that breaks it.
func TestEveryRuleIsBrokenOnce(t *testing.T) {
	t.Parallel()
	for _, rule := range plugintest.RuleNames() {
		if !slices.ContainsFunc(broken, func(b brokenPlugin) bool { return b.rule == rule }) {
			t.Errorf("no plugin breaks %s", rule)
		}
	}
}

// TestBroken fails, in the process TestRunCatchesBrokenPlugins starts.
func TestBroken(t *testing.T) {
	if os.Getenv(inChild) == "" {
		t.Skip("the plugins here are broken on purpose; TestRunCatchesBrokenPlugins runs this")
	}
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			plugintest.Run(t, b.make, b.options...)
		})
	}
}
