package plugintest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// optionsUsed is the rule about a test of a plugin: it fails the test that
// calls Run itself, since only when every other rule is done is it known. Where
// go test -run asks for it alone, it is a subtest that runs all others.
var optionsUsed = rule{name: "options-used", says: "every option of Run names an existing operation, and at least one rule uses it"}

// given is an option that Run was called with. opID and rule are "" where it is
// about all operations or all rules.
type given struct{ kind, opID, rule string }

func (g given) String() string {
	switch {
	case g.rule != "" && g.opID == "":
		return fmt.Sprintf("%s(%q)", g.kind, g.rule)
	case g.rule != "":
		return fmt.Sprintf("%s(%q, %q)", g.kind, g.rule, g.opID)
	case g.opID != "":
		return fmt.Sprintf("%s(%q)", g.kind, g.opID)
	}
	return g.kind
}

// lost says what it means that the option was never used.
func (g given) lost() string {
	switch g.kind {
	case "Sample":
		return "no rule sent such a request, so that what follows from its success was not checked by it"
	case "Owned":
		return "the rule ownership did not come to the operation, so that nobody tried another user's id on it"
	case "SingleUse":
		return "the rule one-winner did not come to the operation, so that nobody tried to use the same thing twice"
	case "Except":
		return "the rule does not look at this operation, so that the exception hides nothing today and a fault tomorrow"
	}
	return "nothing asked for it"
}

// give records an option. The second one of a kind would silently take the
// place of the first.
func (s *suite) give(g given) {
	if slices.Contains(s.given, g) {
		s.twice = append(s.twice, g)
		return
	}
	s.given = append(s.given, g)
}

// use records that a rule came to an option.
func (s *suite) use(g given) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used[g] = true
}

// done records that a rule was checked to its end.
func (s *suite) done(rule string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ran[rule] = true
}

// names reports whether an option says how to call an operation. Such a one is
// held to all rules, whoever declares it.
func (s *suite) names(opID string) bool {
	return s.samples[opID] != nil || s.owned[opID] != nil || s.singleUse[opID] != nil
}

// optionsExist fails at once where an option can never be used.
func (s *suite) optionsExist(t *testing.T) bool {
	t.Helper()
	p := &probe{T: t, suite: s, rule: optionsUsed.name, says: optionsUsed.says}
	k, err := Build(t, p.options(databasetest.SQLiteMemory(t)))
	if err != nil {
		return true // other rules say so
	}
	ids := map[string]bool{}
	for _, op := range k.Auth.Operations() {
		ids[op.ID] = true
	}
	ok := true
	for _, g := range s.twice {
		p.broken("%s was given twice: the first is never used; remove one", g)
		ok = false
	}
	for _, g := range s.given {
		if g.opID != "" && !ids[g.opID] {
			p.broken("%s names no operation; this plugin has %s", g, strings.Join(p.ownIDs(), ", "))
			ok = false
		}
	}
	return ok
}

func (p *probe) ownIDs() (ids []string) {
	for _, e := range p.newPlugin().Manifest().Endpoints {
		ids = append(ids, e.Operation().ID)
	}
	return ids
}

// judgeOptions fails t for each option that no rule came to. Where only some
// rules ran, as with go test -run, or did not come to their end, nothing is
// known of that.
func (s *suite) judgeOptions(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.judged || t.Failed() || slices.ContainsFunc(rules, func(r rule) bool { return !s.ran[r.name] }) {
		return
	}
	s.judged = true
	p := &probe{T: t, suite: s, rule: optionsUsed.name, says: optionsUsed.says}
	for _, g := range s.given {
		if !s.used[g] {
			p.broken("%s was never used: %s; remove it", g, g.lost())
		}
	}
}

// routed reports whether clients can send an operation a request.
func routed(op operation) bool { return op.Access != betterauth.ServerOnly }
