package passkey_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// An answer that a gate refuses uses up its challenge and stores its counter, though the
// transaction of the sign-in is rolled back; so does one for which a gate asks for more.
func TestRefusedAnswerIsUsedUp(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "No", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		gate   error
		status int
	}{
		"refused":        {banned, http.StatusForbidden},
		"asked for more": {betterauth.StepUp(map[string]bool{"more": true}), http.StatusOK},
		"failed":         {errors.New("the gate is broken"), http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				var outcome error
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{}), betterauth.Inline{ID: "gate",
					Gates: []betterauth.SessionGate{{Name: "gate", Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return outcome }}}}}})
				alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
				register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
				outcome = tt.gate
				c := kit.Client()
				nine := uint32(9)
				in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{SignCount: &nine}))}
				again := c.Fork()
				c.Post(verifyAuthenticate, in).Want(tt.status)
				outcome = nil
				again.Post(verifyAuthenticate, in).WantError(passkey.ErrChallengeNotFound)
				if stored := list(t, alice)[0].Counter; stored != 9 {
					t.Errorf("the counter %d is stored", stored)
				}
			})
		})
	}
}

// A clone is told of although the sign-in that told it was rolled back, once.
func TestCloneIsToldOfOnce(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]passkey.Config{"fails": {}, "warns": {CloneDetection: passkey.CloneWarn}} {
		suspected := 0
		kit := plugintest.New(t, passkey.New(config), betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
			betterauth.On(func(context.Context, passkey.CloneSuspected) error { suspected++; return nil })}})
		alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
		five := uint32(5)
		register(t, alice, a, passkeytest.CreateOptions{SignCount: five}).Want(http.StatusOK)
		zero := uint32(0)
		answer := authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &zero})
		if passes := name == "warns"; (answer.Status == http.StatusOK) != passes || suspected != 1 {
			t.Errorf("%s: %d, %d clones suspected", name, answer.Status, suspected)
		}
		if stored := list(t, alice)[0].Counter; stored != 5 {
			t.Errorf("%s: the counter %d is stored", name, stored)
		}
	}
}

// appFault is an application that fails in some way while an answer is checked.
type appFault struct {
	hook, row func(c context.Context) error
	leave     context.CancelFunc // nil for a client that stays
}

// Whatever ends the check of an answer, no second one to its challenge signs in: a panic,
// a further step that the application asks for, a client that goes away.
func TestChallengeEndsWithItsAnswer(t *testing.T) {
	t.Parallel()
	no := &betterauth.ErrorCode{Code: "NO", Message: "No", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		fault  func(f *appFault)
		status int
	}{
		"the hook panics":              {func(f *appFault) { f.hook = func(context.Context) error { panic("hook") } }, http.StatusInternalServerError},
		"the hook asks for more":       {func(f *appFault) { f.hook = func(context.Context) error { return betterauth.StepUp("more") } }, http.StatusOK},
		"the hook refuses":             {func(f *appFault) { f.hook = func(context.Context) error { return no } }, http.StatusForbidden},
		"a row hook panics":            {func(f *appFault) { f.row = func(context.Context) error { panic("row") } }, http.StatusInternalServerError},
		"a row hook fails":             {func(f *appFault) { f.row = func(context.Context) error { return errors.New("row") } }, http.StatusInternalServerError},
		"the client goes, row hook":    {func(f *appFault) { f.row = func(context.Context) error { f.leave(); return no } }, http.StatusForbidden},
		"the client goes, with a hook": {func(f *appFault) { f.hook = func(context.Context) error { f.leave(); return no } }, http.StatusForbidden},
	} {
		for _, asked := range []bool{true, false} {
			t.Run(fmt.Sprint(name, asked), func(t *testing.T) {
				t.Parallel()
				databasetest.Each(t, func(t *testing.T, db *database.DB) {
					var fault appFault
					config := passkey.Config{}
					call := func(ctx context.Context, f func(context.Context) error) error {
						if f == nil {
							return nil
						}
						return f(ctx)
					}
					if asked {
						config.Authentication.AfterVerification = func(c *betterauth.Ctx, _ passkey.VerifiedAuthentication) error { return call(c, fault.hook) }
					}
					kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(config), betterauth.Inline{ID: "app",
						RowHooks: []database.Hooks{database.RowHooks[betterauth.Session]{BeforeCreate: func(ctx context.Context, _ *betterauth.Session) error { return call(ctx, fault.row) }}}}}})
					alice, a := kit.SignedIn("alice@example.com"), newAuthenticator()
					register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
					c := kit.Client()
					nine := uint32(9)
					body := `{"response":` + string(assert(t, c, a, passkeytest.GetOptions{SignCount: &nine})) + `}`
					send := func(ctx context.Context) int {
						w := httptest.NewRecorder()
						kit.Auth.ServeHTTP(w, benchRequest(http.MethodPost, verifyAuthenticate, body, c).WithContext(ctx))
						return w.Code
					}
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					tt.fault(&fault)
					fault.leave = cancel
					if fault.hook != nil && !asked {
						return // there is nobody to ask
					}
					if status := send(ctx); status != tt.status {
						t.Errorf("%d, want %d", status, tt.status)
					}
					fault = appFault{}
					if status := send(t.Context()); status != http.StatusBadRequest {
						t.Errorf("a second answer: %d", status)
					}
				})
			})
		}
	}
}

// The application is asked about one of many answers to one challenge.
func TestOneAnswerIsAskedAbout(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var asked atomic.Int32
		config := passkey.Config{Authentication: passkey.Authentication{AfterVerification: func(*betterauth.Ctx, passkey.VerifiedAuthentication) error {
			asked.Add(1)
			return nil
		}}}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(config)}})
		a := newAuthenticator()
		register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
		c := kit.Client()
		in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
		all := make([]func() int, 16)
		for i := range all {
			fork := c.Fork()
			all[i] = func() int { return fork.Post(verifyAuthenticate, in).Status }
		}
		if statuses := atOnce(all); count(statuses, http.StatusOK) != 1 || asked.Load() != 1 {
			t.Errorf("asked %d times: %v", asked.Load(), statuses)
		}
	})
}

// If a refused answer cannot use up its challenge, the client hears of a failure.
func TestRefusalThatCannotBeStored(t *testing.T) {
	t.Parallel()
	down := false
	kit := plugintest.New(t, passkey.New(passkey.Config{}), betterauth.Inline{ID: "app",
		Gates: []betterauth.SessionGate{{Name: "no", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
			if down {
				return &betterauth.ErrorCode{Code: "NO", Message: "No", Status: http.StatusForbidden}
			}
			return nil
		}}}})
	a := newAuthenticator()
	register(t, kit.SignedIn("alice@example.com"), a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	c := kit.Client()
	in := map[string]any{"response": jsontext.Value(assert(t, c, a, passkeytest.GetOptions{}))}
	if _, err := kit.DB.Bun().ExecContext(t.Context(), `create trigger "down" before delete on "verification" begin select raise(abort, 'down'); end`); err != nil {
		t.Fatal(err)
	}
	down = true
	if answer := c.Post(verifyAuthenticate, in); answer.Status != http.StatusInternalServerError {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
}
