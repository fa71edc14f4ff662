package passkey_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func TestVisitorsAreRefusedByDefault(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{})
	optionsFor(kit.Client(), "Ada").WantError(betterauth.ErrUnauthorized)
	kit.Client().Post(verifyRegistration, map[string]any{"response": map[string]any{}, "createSession": true}).WantError(betterauth.ErrUnauthorized)
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{passkey.New(passkey.Config{Registration: passkey.Registration{ResolveUser: open(nil).Registration.ResolveUser}})}})
	if err == nil || !strings.Contains(err.Error(), "AllowWithoutSession") {
		t.Errorf("a resolver that is never asked: %v", err)
	}
	// Another site cannot make a browser sign up.
	kit = newKit(t, open(nil))
	visitor := kit.Client()
	in := madeFor(t, visitor, newAuthenticator(), "Ada", passkeytest.CreateOptions{})
	visitor.Header.Set("Origin", "https://evil.example")
	visitor.Post(verifyRegistration, in).WantError(betterauth.ErrInvalidOrigin)
	// Nor one without any cookie, whom nothing but the sign-in check protects.
	visitor.ClearCookies()
	visitor.Post(verifyRegistration, in).WantError(betterauth.ErrInvalidOrigin)
	if got := counts(t, kit); got != [3]int{} {
		t.Errorf("stored %v", got)
	}
}

func TestResolverRefusals(t *testing.T) {
	t.Parallel()
	closed := &betterauth.ErrorCode{Code: "INVITATION_USED", Message: "Invitation used", Status: http.StatusForbidden}
	for name, tt := range map[string]struct {
		resolved passkey.ResolvedUser
		err      error
		panics   bool
		want     *betterauth.ErrorCode
	}{
		"nobody":              {want: passkey.ErrResolvedUserInvalid},
		"no name":             {resolved: passkey.ResolvedUser{ID: "someone"}, want: passkey.ErrResolvedUserInvalid},
		"two":                 {resolved: passkey.ResolvedUser{ID: "someone", New: newcomer("Ada")}, want: passkey.ErrResolvedUserInvalid},
		"new without name":    {resolved: passkey.ResolvedUser{New: &passkey.NewUser{Email: "ada@example.com"}}, want: passkey.ErrResolvedUserInvalid},
		"no address":          {resolved: passkey.ResolvedUser{New: &passkey.NewUser{Name: "Ada", Email: "nonsense"}}, want: passkey.ErrResolvedUserInvalid},
		"a placeholder":       {resolved: passkey.ResolvedUser{New: &passkey.NewUser{Name: "Ada", Email: "ada@passkey.placeholder.invalid"}}, want: passkey.ErrResolvedUserInvalid},
		"no UTF-8":            {resolved: passkey.ResolvedUser{New: newcomer("A\xff")}, want: passkey.ErrResolvedUserInvalid},
		"control characters":  {resolved: passkey.ResolvedUser{New: newcomer("A\x00")}, want: betterauth.ErrValidation},
		"misleading":          {resolved: passkey.ResolvedUser{New: newcomer("A"), Name: "a\u202eb"}, want: betterauth.ErrValidation},
		"taken, in capitals":  {resolved: passkey.ResolvedUser{New: &passkey.NewUser{Name: "Eve", Email: "Alice@Example.com", EmailVerified: true}}, want: passkey.ErrUserExists},
		"refuses":             {err: closed, want: closed},
		"fails":               {err: errors.New("the list is gone"), want: betterauth.ErrInternal},
		"panics":              {panics: true, want: betterauth.ErrInternal},
		"an error with cause": {err: closed.Because(errors.New("x")), want: closed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, open(func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) {
				if tt.panics {
					panic("resolver")
				}
				return tt.resolved, tt.err
			}))
			kit.SignedIn("alice@example.com")
			optionsFor(kit.Client(), "x").WantError(tt.want)
		})
	}
	newKit(t, passkey.Config{Registration: passkey.Registration{AllowWithoutSession: true}}).Client().Get(registerOptions).WantError(passkey.ErrResolveUserRequired)
	// What a page sends is bounded, whatever the application makes of it.
	kit := newKit(t, open(func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) {
		return passkey.ResolvedUser{New: newcomer("Ada")}, nil
	}))
	optionsFor(kit.Client(), strings.Repeat("x", 4096)).Want(http.StatusOK)
	optionsFor(kit.Client(), strings.Repeat("x", 4097)).WantError(betterauth.ErrValidation)
	optionsFor(kit.Client(), "%ff").WantError(betterauth.ErrValidation)
	kit = newKit(t, open(nil))
	optionsFor(kit.Client(), "%00").WantError(betterauth.ErrValidation)
}

func TestTakeoverIsRefused(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var target, override passkey.Override
		cfg := open(func(*betterauth.Ctx, string) (passkey.ResolvedUser, error) {
			return passkey.ResolvedUser{ID: target.UserID, Verified: target.Verified, Name: "alice@example.com"}, nil
		})
		cfg.Registration.AfterVerification = func(*betterauth.Ctx, passkey.VerifiedRegistration) (passkey.Override, error) { return override, nil }
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(cfg)}})
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		before := counts(t, kit)

		target = passkey.Override{UserID: alice.User.ID}
		eve := kit.Client()
		eve.Post(verifyRegistration, madeFor(t, eve, newAuthenticator(), "alice", passkeytest.CreateOptions{})).WantError(passkey.ErrSessionRequired)

		// The account appears between the two requests.
		target = passkey.Override{UserID: "not-yet"}
		in := madeFor(t, eve, newAuthenticator(), "x", passkeytest.CreateOptions{})
		if err := kit.Users().Create(t.Context(), &betterauth.User{ID: "not-yet", Name: "Late", Email: "late@example.com"}); err != nil {
			t.Fatal(err)
		}
		eve.Post(verifyRegistration, in).WantError(passkey.ErrSessionRequired)

		// The hook leads to somebody else.
		target = passkey.Override{UserID: "nobody"}
		override = passkey.Override{UserID: alice.User.ID}
		eve.Post(verifyRegistration, madeFor(t, eve, newAuthenticator(), "x", passkeytest.CreateOptions{})).WantError(passkey.ErrSessionRequired)
		// Vouching for one user does not vouch for another.
		target = passkey.Override{UserID: bob.User.ID, Verified: true}
		eve.Post(verifyRegistration, madeFor(t, eve, newAuthenticator(), "x", passkeytest.CreateOptions{})).WantError(passkey.ErrSessionRequired)
		bob.Post(verifyRegistration, madeFor(t, bob, newAuthenticator(), "x", passkeytest.CreateOptions{})).WantError(passkey.ErrNotYours)
		// Nor does the hook vouch by naming whom the resolver named, who vouched for nobody.
		target = passkey.Override{UserID: alice.User.ID}
		eve.Post(verifyRegistration, madeFor(t, eve, newAuthenticator(), "x", passkeytest.CreateOptions{})).WantError(passkey.ErrSessionRequired)
		target, override = passkey.Override{UserID: bob.User.ID, Verified: true}, passkey.Override{}

		// A challenge that a session asked for is nothing without the session.
		in = madeFor(t, alice, newAuthenticator(), "x", passkeytest.CreateOptions{})
		eve = kit.Client()
		eve.SetCookie("better-auth.better-auth-passkey", decode(alice.Cookie("better-auth.better-auth-passkey")))
		eve.Post(verifyRegistration, in).WantError(passkey.ErrSessionRequired)
		// And a visitor's is nothing in a session.
		eve = kit.Client()
		in = madeFor(t, eve, newAuthenticator(), "x", passkeytest.CreateOptions{})
		alice.SetCookie("better-auth.better-auth-passkey", decode(eve.Cookie("better-auth.better-auth-passkey")))
		alice.Post(verifyRegistration, in).WantError(passkey.ErrNotYours)

		before[0]++ // Late
		if got := counts(t, kit); got != before {
			t.Errorf("users, sessions, passkeys: %v, want %v", got, before)
		}

		// With the resolver's word it is a way back in, though no proof of more factors.
		target = passkey.Override{UserID: alice.User.ID, Verified: true}
		visitor := kit.Client()
		var got created
		visitor.Post(verifyRegistration, madeFor(t, visitor, newAuthenticator(), "x", passkeytest.CreateOptions{})).Want(http.StatusOK).Into(&got)
		if got.User == nil || got.User.ID != alice.User.ID {
			t.Errorf("signed in as %+v", got.User)
		}
		// A session counts for its own user, whatever the resolver would say.
		target = passkey.Override{UserID: alice.User.ID, Verified: true}
		register(t, bob, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
		if rows := list(t, bob); len(rows) != 1 {
			t.Errorf("bob has %d passkeys", len(rows))
		}
		// An old session is asked to sign in again, not treated as nobody.
		kit.Clock.Advance(25 * time.Hour)
		bob.Get(registerOptions).WantError(betterauth.ErrSessionNotFresh)
		bob.Post(verifyRegistration, map[string]any{"response": map[string]any{}}).WantError(betterauth.ErrSessionNotFresh)
	})
}

func TestUserDeletedBetweenTheCalls(t *testing.T) {
	t.Parallel()
	kit := newKit(t, open(func(c *betterauth.Ctx, id string) (passkey.ResolvedUser, error) {
		return passkey.ResolvedUser{ID: id, Verified: true, Name: "alice"}, nil
	}))
	alice, visitor := kit.SignedIn("alice@example.com"), kit.Client()
	in := madeFor(t, visitor, newAuthenticator(), alice.User.ID, passkeytest.CreateOptions{})
	if _, err := kit.Users().Delete(t.Context(), database.Eq("id", alice.User.ID)); err != nil {
		t.Fatal(err)
	}
	// The ceremony was theirs, and ended with them.
	visitor.Post(verifyRegistration, in).WantError(passkey.ErrChallengeNotFound)
	if got := counts(t, kit); got != [3]int{} {
		t.Errorf("stored %v", got)
	}
}
