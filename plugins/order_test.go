package plugins_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// recorder writes down what runs, and fails where it is told to.
type recorder struct {
	mu     sync.Mutex
	ran    []string
	failAt string
	panics bool
}

func (r *recorder) run(what string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ran = append(r.ran, what)
	switch {
	case r.failAt != what:
		return nil
	case r.panics:
		panic("told to")
	}
	return errors.New("told to")
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ran := r.ran
	r.ran = nil
	return ran
}

// standing is a plugin that stands at every place a plugin can.
func (r *recorder) standing(id string, after ...string) betterauth.Plugin {
	note := func(what string) error { return r.run(id + " " + what) }
	m := betterauth.Inline{
		ID: id, OrderAfter: after,
		Requests: []betterauth.RequestHook{{Name: "note", Run: func(*betterauth.Ctx) error { return note("request") }}},
		Before: []betterauth.BeforeHook{
			betterauth.Before(emailpassword.SignUpEmail, func(*betterauth.Ctx, *emailpassword.SignUpInput) error { return note("before") }),
		},
		Gates: []betterauth.SessionGate{{Name: "note", Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return note("gate") }}},
		After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.EverySignIn, func(*betterauth.Ctx, *betterauth.Result) error { return note("after") })},
	}
	m.RowHooks = []database.Hooks{rowHooks[betterauth.User](note, "user"), rowHooks[betterauth.Account](note, "account"), rowHooks[betterauth.Session](note, "session")}
	return m
}

func rowHooks[Row any](note func(string) error, table string) database.Hooks {
	return database.RowHooks[Row]{
		BeforeCreate:    func(context.Context, *Row) error { return note("before create " + table) },
		AfterCreate:     func(context.Context, *Row) error { return note("after create " + table) },
		CreateCommitted: func(context.Context, *Row) error { return note("committed " + table) },
	}
}

var signUpBody = map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}

func (r *recorder) kit(t *testing.T, db *database.DB) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{DB: db,
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		// "second" was added first and comes after "first".
		Plugins: []betterauth.Plugin{r.standing("second", "first"), r.standing("first"), emailpassword.New(emailpassword.Config{})},
	})
}

// signUpOrder is the order that docs/plugins.md describes.
var signUpOrder = []string{
	"first request", "second request",
	"first before", "second before",
	"first before create user", "second before create user", "first after create user", "second after create user",
	"first before create account", "second before create account", "first after create account", "second after create account",
	"first gate", "second gate",
	"first before create session", "second before create session", "first after create session", "second after create session",
	"first committed user", "second committed user", "first committed account", "second committed account",
	"first committed session", "second committed session",
	"first after", "second after",
}

func TestOrder(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		r := &recorder{}
		kit := r.kit(t, db)
		r.take()
		kit.Client().Post("/sign-up/email", signUpBody).Want(http.StatusOK)
		if got := r.take(); !slices.Equal(got, signUpOrder) {
			t.Errorf("ran\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(signUpOrder, "\n"))
		}
	})
}

// Wherever a hook or a gate fails, nothing of what comes later runs but after
// hooks, which see the failure; and nothing is left.
func TestFailingStopsTheRequest(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		r := &recorder{}
		kit := r.kit(t, db)
		for i, stage := range signUpOrder {
			if strings.Contains(stage, "committed") || strings.HasSuffix(stage, " after") {
				continue // what is durable can no longer be stopped
			}
			for _, panics := range []bool{false, true} {
				r.take()
				r.failAt, r.panics = stage, panics
				answer := kit.Client().Post("/sign-up/email", signUpBody).WantError(betterauth.ErrInternal)
				if len(answer.Cookies) > 0 {
					t.Errorf("failing in %s sets cookies %v", stage, answer.Cookies)
				}
				want := slices.Clone(signUpOrder[:i+1])
				if !strings.HasSuffix(stage, "request") {
					want = append(want, "first after", "second after")
				}
				if got := r.take(); !slices.Equal(got, want) {
					t.Errorf("failing in %s ran\n%s\nwant\n%s", stage, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for table, rows := range kit.Rows() {
					if len(rows) > 0 {
						t.Errorf("failing in %s leaves %s: %v", stage, table, rows)
					}
				}
			}
		}
		r.failAt = ""
		kit.Client().Post("/sign-up/email", signUpBody).Want(http.StatusOK)
	})
}
