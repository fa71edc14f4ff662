package plugintest

import (
	"os"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Run proves that a plugin keeps the contract. newPlugin makes a new value on
// every call. Each rule is a subtest, on SQLite and, where
// BETTERAUTH_TEST_POSTGRES is set, on PostgreSQL; a failure says the rule in
// words.
//
//	func TestContract(t *testing.T) {
//		plugintest.Run(t, func() betterauth.Plugin { return myplugin.New(myplugin.Config{}) })
//	}
//
// Requests are derived from the input types of the operations. What cannot be
// derived is said with options: Companions, Configure, SignedInBy, Sample,
// Owned, SingleUse, WayIn. What was not reached is logged: run with -v to see it.
//
// An operation that Sample, Owned or SingleUse names is held to every rule that
// can be checked on it, whoever declares it and whoever may call it: one that is
// Public, one of a companion, and one that is ServerOnly, which is called in
// process. An option that no rule came to fails t, once all rules have run.
func Run(t *testing.T, newPlugin func() betterauth.Plugin, options ...Option) {
	t.Helper()
	s := &suite{newPlugin: newPlugin, samples: map[string]func(*Kit, *Client) Request{}, owned: map[string]func(*Kit, *Client) Ownership{},
		singleUse: map[string]func(*Kit, *Client) Request{}, waysIn: map[string]func(*Kit, *Client) func(*Client){}, except: map[string]string{}, used: map[given]bool{}, ran: map[string]bool{}}
	for _, o := range options {
		o(s)
	}
	for key := range s.except {
		name, _, _ := strings.Cut(key, " ")
		if !ruleExists(name) {
			t.Fatalf("plugintest: Except names no rule: %q; use the name of the subtest that fails", name)
		}
	}
	ok := true
	for _, r := range manifestRules {
		ok = t.Run(r.name, func(t *testing.T) { r.check(&probe{T: t, suite: s, rule: r.name, says: r.says}) }) && ok
	}
	if !ok {
		return // what follows needs a plugin that builds
	}
	if !s.optionsExist(t) {
		return
	}
	t.Cleanup(func() { s.judgeOptions(t) })
	if s.run(t); s.started {
		return
	}
	// Only what begins like it is asked for by go test -run: what is known of options
	// is known from all the other rules.
	t.Run(optionsUsed.name, func(t *testing.T) {
		t.Cleanup(func() { s.judgeOptions(t) })
		s.run(t)
	})
}

// run checks the rules about behaviour, each a subtest of t.
func (s *suite) run(t *testing.T) {
	swept := map[string]*sweep{}
	for _, e := range engines() {
		swept[e.name] = new(sweep)
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			s.started = true
			t.Parallel()
			for _, e := range engines() {
				t.Run(e.name, func(t *testing.T) {
					t.Parallel()
					r.check(&probe{T: t, suite: s, rule: r.name, says: r.says, open: e.open, swept: swept[e.name]})
					s.done(r.name)
				})
			}
		})
	}
}

// rule is one thing a plugin owes. says completes "A plugin must keep this: …".
type rule struct {
	name, says string
	check      func(p *probe)
}

func ruleExists(name string) bool {
	for _, r := range append(append([]rule(nil), manifestRules...), rules...) {
		if r.name == name {
			return true
		}
	}
	return false
}

type engine struct {
	name string
	open func(testing.TB) (*database.DB, error)
}

func engines() []engine {
	all := []engine{{"sqlite", func(t testing.TB) (*database.DB, error) { return sqlite.Open(":memory:") }}}
	if os.Getenv(databasetest.PostgresEnv) != "" {
		all = append(all, engine{"postgres", func(t testing.TB) (*database.DB, error) {
			return postgres.Open(databasetest.PostgresDSN(t))
		}})
	}
	return all
}
