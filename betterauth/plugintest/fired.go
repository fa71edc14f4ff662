package plugintest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// counter is a plugin that counts what fires: it stands at every place where a
// plugin can, after all others.
type counter struct {
	tables []database.Table
	mu     sync.Mutex
	fired  map[string]int
}

func (n *counter) count(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fired[what]++
}

func (n *counter) Manifest() betterauth.Manifest {
	m := betterauth.Manifest{
		ID: "plugintest-counter",
		Before: []betterauth.BeforeHook{betterauth.BeforeMatch(betterauth.Every, func(c *betterauth.Ctx) error {
			n.count("before " + c.Operation().ID)
			return nil
		})},
		After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, func(c *betterauth.Ctx, _ *betterauth.Result) error {
			n.count("after " + c.Operation().ID)
			return nil
		})},
		Requests: []betterauth.RequestHook{{Name: "count", Run: func(*betterauth.Ctx) error {
			n.count("request")
			return nil
		}}},
		Gates: []betterauth.SessionGate{{Name: "count", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
			n.count("gate " + a.SignIn.Method)
			return nil
		}}},
	}
	for _, table := range n.tables {
		count := func(when string, on database.Event) error {
			n.count(fmt.Sprintf("%s %s %s", when, on, table.Name))
			return nil
		}
		m.RowHooks = append(m.RowHooks, database.UntypedRowHooks{Row: table.Row,
			Before:    func(_ context.Context, on database.Event, _ any, _ database.Set) error { return count("before", on) },
			After:     func(_ context.Context, on database.Event, _ any) error { return count("after", on) },
			Committed: func(_ context.Context, on database.Event, _ any) error { return count("committed", on) },
		})
	}
	return m
}

// Fired returns what fired since the last call of Fired or WantFired, and how
// often: "request", "before signUpEmail", "after signUpEmail", "gate email",
// "before create user", "after create user", "committed create user", and the
// same with update and delete for every table. It takes Options.Counted.
func (k *Kit) Fired() map[string]int {
	k.t.Helper()
	if k.counter == nil {
		k.t.Fatalf("plugintest: nothing is counted; set Options.Counted")
	}
	k.counter.mu.Lock()
	defer k.counter.mu.Unlock()
	fired := k.counter.fired
	k.counter.fired = map[string]int{}
	return fired
}

// WantFired fails the test unless exactly this fired since the last call of
// Fired or WantFired. Names that end in "*" stand for all that begin so.
func (k *Kit) WantFired(want map[string]int) {
	k.t.Helper()
	got := k.Fired()
	for name := range want {
		prefix, ok := strings.CutSuffix(name, "*")
		if !ok {
			continue
		}
		for fired, n := range maps.Clone(got) {
			if strings.HasPrefix(fired, prefix) && want[fired] == 0 {
				delete(got, fired)
				got[name] += n
			}
		}
	}
	if !maps.Equal(got, want) {
		k.t.Errorf("fired %v\nwant  %v", got, want)
	}
}

// allTables are the core's and those of plugins, where rows have a type.
func allTables(plugins []betterauth.Plugin) []database.Table {
	tables := coreTables()
	for _, p := range plugins {
		for _, t := range p.Manifest().Schema.Tables {
			if t.Row != nil && !slices.ContainsFunc(tables, func(o database.Table) bool { return o.Row == t.Row }) {
				tables = append(tables, t)
			}
		}
	}
	return tables
}

func coreTables() []database.Table {
	return []database.Table{
		database.TableOf[betterauth.User]("user"), database.TableOf[betterauth.Session]("session"),
		database.TableOf[betterauth.Account]("account"), database.TableOf[betterauth.Verification]("verification"),
	}
}

var _ betterauth.Plugin = (*counter)(nil)
