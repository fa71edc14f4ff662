package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// heardFacts writes down what the core tells of.
func heardFacts(facts *[]string) betterauth.Inline {
	note := func(format string, args ...any) error {
		*facts = append(*facts, fmt.Sprintf(format, args...))
		return nil
	}
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(_ context.Context, e betterauth.UserCreated) error { return note("created") }),
		betterauth.On(func(ctx context.Context, e betterauth.SignedIn) error {
			operation := ""
			if c, ok := betterauth.CtxFrom(ctx); ok {
				operation = c.Operation().ID
			}
			return note("signed in by %s, %d, new %v, at %s", e.Method, e.Assurance, e.NewUser, operation)
		}),
		betterauth.On(func(_ context.Context, e betterauth.Reauthenticated) error {
			return note("again by %s, %d", e.Method, e.Assurance)
		}),
		betterauth.On(func(_ context.Context, e betterauth.SessionEnded) error { return note("ended") }),
	}}
}

func wantFacts(t *testing.T, facts *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*facts, want) {
		t.Errorf("told %q, want %q", *facts, want)
	}
	*facts = nil
}

func TestSignInsAreTold(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var facts []string
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
			emailpassword.New(emailpassword.Config{}), prover(nil), heardFacts(&facts)}})
		c := kit.Client()
		c.Post("/sign-up/email", signUp).Want(http.StatusOK)
		wantFacts(t, &facts, "created", "signed in by email, 0, new true, at signUpEmail")
		c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
		wantFacts(t, &facts, "ended")
		c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
		wantFacts(t, &facts)

		alice := kit.SignedIn("alice@example.com") // in process
		wantFacts(t, &facts, "created", "signed in by plugintest, 0, new false, at ")
		alice.Post("/prove", nil).Want(http.StatusOK)
		wantFacts(t, &facts, "again by prover, 1")

		// A session that has expired ended by itself.
		kit.Clock.Advance(30 * 24 * time.Hour)
		alice.Get("/get-session").Want(http.StatusOK)
		if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context(), database.Eq("userId", alice.User.ID)); n != 0 || err != nil {
			t.Errorf("%d sessions, %v", n, err)
		}
		wantFacts(t, &facts)
	})
}

// A session that was taken back was none, whether or not it was stored.
func TestSignInsThatFailAreNotTold(t *testing.T) {
	t.Parallel()
	stepUp := betterauth.StepUp("more")
	for name, tt := range map[string]struct {
		broken betterauth.Inline
		want   []string
	}{
		"a gate refuses": {betterauth.Inline{Gates: []betterauth.SessionGate{{Name: "g",
			Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return errTeapot }}}}, nil},
		"a gate steps up": {betterauth.Inline{Gates: []betterauth.SessionGate{{Name: "g",
			Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return stepUp }}}}, []string{"created"}},
		"a row hook fails": {betterauth.Inline{RowHooks: []database.Hooks{database.RowHooks[betterauth.Session]{
			AfterCreate: func(context.Context, *betterauth.Session) error { return errTeapot }}}}, nil},
		"an after hook fails": {betterauth.Inline{After: []betterauth.AfterHook{betterauth.AfterMatch(betterauth.EverySignIn,
			func(*betterauth.Ctx, *betterauth.Result) error { return errTeapot })}}, []string{"created"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var facts []string
			tt.broken.ID = "broken"
			kit := withPasswords(t, tt.broken, heardFacts(&facts))
			kit.Client().Post("/sign-up/email", signUp)
			wantFacts(t, &facts, tt.want...)
		})
	}
}

// A session that was told of and is taken back ends, and one that a refusal took back
// with its transaction kept was none.
func TestSessionsThatAreTakenBack(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var facts []string
		var user *betterauth.User
		signIn := func(c *betterauth.Ctx) error {
			_, err := c.SignIn(user, betterauth.SignIn{Method: "x"})
			return err
		}
		early := false
		p := &tryOut{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{p, heardFacts(&facts),
			betterauth.Inline{ID: "early", Requests: []betterauth.RequestHook{{Name: "sign in", Run: func(c *betterauth.Ctx) error {
				if !early {
					return nil
				}
				return signIn(c)
			}}}}}})
		alice := kit.SignedIn("alice@example.com")
		user = alice.User
		sessions := plugintest.StoreOf[betterauth.Session](kit)
		for name, tt := range map[string]struct {
			early bool
			run   func(c *betterauth.Ctx) error
			want  []string
		}{
			"before the operation, which fails": {true, func(*betterauth.Ctx) error { return errTeapot }, []string{"signed in by x, 0, new false, at ", "ended"}},
			"in a transaction that is kept": {false, func(c *betterauth.Ctx) error {
				return c.Transaction(func(tx *betterauth.Ctx) error {
					if err := signIn(tx); err != nil {
						return err
					}
					return betterauth.Commit(errTeapot)
				})
			}, nil},
			"with its token rotated": {false, func(c *betterauth.Ctx) error {
				if err := signIn(c); err != nil {
					return err
				}
				if _, err := c.RotateSession(user); err != nil {
					return err
				}
				return errTeapot
			}, nil},
			"that the browser was told to forget": {false, func(c *betterauth.Ctx) error {
				if err := signIn(c); err != nil {
					return err
				}
				c.ForgetSession()
				return errTeapot
			}, nil},
			"and another that the browser was to continue with": {false, func(c *betterauth.Ctx) error {
				if err := signIn(c); err != nil {
					return err
				}
				c.Resume(&betterauth.Identity{Session: alice.Session, User: alice.User}, true)
				return errTeapot
			}, nil},
			"one of two": {false, func(c *betterauth.Ctx) error {
				if err := signIn(c); err != nil {
					return err
				}
				if err := signIn(c); err != nil {
					return err
				}
				return errTeapot
			}, nil},
		} {
			facts, early, p.run = nil, tt.early, tt.run
			answer := kit.Client().Post("/try", nil).WantError(errTeapot)
			if !slices.Equal(facts, tt.want) || answer.SetCookie(sessionCookie) != nil {
				t.Errorf("%s: told %q, want %q; cookies %v", name, facts, tt.want, answer.Cookies)
			}
			if n, err := sessions.Count(t.Context(), database.Eq("userId", user.ID)); n != 1 || err != nil {
				t.Errorf("%s: %d sessions, %v", name, n, err)
			}
		}
	})
}

// finder tells in the background of what it is asked to find.
type finder struct{ host *betterauth.Host }

func (f *finder) Init(_ context.Context, h *betterauth.Host) error {
	f.host = h
	return nil
}

func (f *finder) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "finder", Emits: []betterauth.EventType{betterauth.EventOf[happened]()}}
}

func TestEmitInBackground(t *testing.T) {
	t.Parallel()
	alone := &finder{}
	plugintest.New(t, alone)
	betterauth.EmitInBackground(alone.host, func(context.Context) (happened, error) {
		t.Error("looked for what nobody wants to hear")
		return happened{}, nil
	})

	hold, heard := make(chan struct{}), make(chan string, 1)
	f := &finder{}
	kit := plugintest.New(t, f, betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(context.Context, happened) error { panic("no room") }),
		betterauth.On(func(ctx context.Context, e happened) error {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("a subscriber may take for ever")
			}
			heard <- e.ID
			return nil
		})}})
	betterauth.EmitInBackground(f.host, func(context.Context) (happened, error) {
		<-hold // nobody waits
		return happened{"1"}, nil
	})
	betterauth.EmitInBackground(f.host, func(context.Context) (happened, error) { return happened{}, errors.New("not found") })
	betterauth.EmitInBackground(f.host, func(context.Context) (happened, error) { panic("lost") })
	close(hold)
	if err := kit.Auth.Close(t.Context()); err != nil || len(heard) != 1 || <-heard != "1" {
		t.Errorf("%v, heard %d", err, len(heard))
	}
	wantLogged(t, kit, "no room", "audit")
	wantLogged(t, kit, "not found", "finder")
	wantLogged(t, kit, "lost", "finder")
	betterauth.EmitInBackground(f.host, func(context.Context) (happened, error) { return happened{"2"}, nil })
	if !strings.Contains(kit.Log.String(), "closed") || len(heard) > 0 {
		t.Error("told after Close")
	}
}
