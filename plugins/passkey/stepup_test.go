package passkey_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest/cases"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	stepUpOptions = "/passkey/generate-step-up-options"
	verifyStepUp  = "/passkey/verify-step-up"
)

// proof answers the options at path.
func proof(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, path string, o passkeytest.GetOptions) map[string]any {
	t.Helper()
	response, err := a.Get(c.Post(path, nil).Want(http.StatusOK).Body, o)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"response": jsontext.Value(response)}
}

func stepUp(t *testing.T, c *plugintest.Client, a *passkeytest.Authenticator, o passkeytest.GetOptions) *plugintest.Answer {
	t.Helper()
	return c.Post(verifyStepUp, proof(t, c, a, stepUpOptions, o))
}

// withKey is a user with a passkey.
func withKey(t *testing.T, kit *plugintest.Kit, email string) (*plugintest.Client, *passkeytest.Authenticator) {
	t.Helper()
	c, a := kit.SignedIn(email), newAuthenticator()
	register(t, c, a, passkeytest.CreateOptions{}).Want(http.StatusOK)
	return c, a
}

func TestStepUpMakesTheSessionFresh(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var heard []string
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{}), bearer.New(bearer.Config{}),
			betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{hear[passkey.SteppedUp](&heard), hear[passkey.SignedIn](&heard), hear[passkey.Refused](&heard)}}}})
		alice, a := withKey(t, kit, "alice@example.com")
		thief := alice.Fork()
		kit.Clock.Advance(25 * time.Hour)
		alice.Get(registerOptions).WantError(betterauth.ErrSessionNotFresh)

		options := string(alice.Get(stepUpOptions).Want(http.StatusOK).Body)
		if !strings.Contains(options, `"userVerification":"required"`) || !strings.Contains(options, `"allowCredentials":[{`) {
			t.Errorf("options %s", options)
		}
		var id betterauth.Identity
		answer := stepUp(t, alice, a, passkeytest.GetOptions{}).Want(http.StatusOK).Into(&id)
		if id.Session.ID != alice.Session.ID || id.Session.Token == alice.Session.Token || id.User.ID != alice.User.ID || answer.Header.Get("Set-Auth-Token") == "" {
			t.Errorf("answered %s", answer.Body)
		}
		alice.Get(registerOptions).Want(http.StatusOK)
		thief.Get(registerOptions).WantError(betterauth.ErrUnauthorized)
		if got := counts(t, kit); got != [3]int{1, 1, 1} {
			t.Errorf("users, sessions, passkeys: %v", got)
		}
		if want := "passkey.SteppedUp{" + alice.User.ID + " " + list(t, alice)[0].ID + " " + id.Session.ID + "}"; strings.Join(heard, "\n") != want {
			t.Errorf("heard %q, want %q", heard, want)
		}
	})
}

// Each refusal leaves the session as it was.
func TestStepUpRefusals(t *testing.T) {
	t.Parallel()
	unverified := passkeytest.UserPresent
	tests := map[string]struct {
		attempt func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer
		want    *betterauth.ErrorCode
	}{
		"user not verified": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			return stepUp(t, alice, a, passkeytest.GetOptions{Flags: &unverified})
		}, passkey.ErrInvalidResponse},
		"an assertion for signing in": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			return alice.Post(verifyStepUp, proof(t, alice, a, authenticateOptions, passkeytest.GetOptions{}))
		}, passkey.ErrChallengeNotFound},
		"signing in with an assertion for this": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			return alice.Post(verifyAuthenticate, proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{}))
		}, passkey.ErrChallengeNotFound},
		"a registration for this": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			return alice.Post(verifyStepUp, madeFor(t, alice, newAuthenticator(), "", passkeytest.CreateOptions{}))
		}, passkey.ErrChallengeNotFound},
		"another user's passkey": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, _ *passkeytest.Authenticator) *plugintest.Answer {
			_, bobs := withKey(t, kit, "bob@example.com")
			return stepUp(t, alice, bobs, passkeytest.GetOptions{CredentialID: bobs.Credentials()[0].ID})
		}, passkey.ErrPasskeyNotFound},
		"another session's challenge": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			other := kit.SignedInAs(alice.User)
			in := proof(t, other, a, stepUpOptions, passkeytest.GetOptions{})
			alice.SetCookie("better-auth.better-auth-passkey", decode(other.Cookie("better-auth.better-auth-passkey")))
			return alice.Post(verifyStepUp, in)
		}, passkey.ErrChallengeNotFound},
		"another user's challenge": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, _ *passkeytest.Authenticator) *plugintest.Answer {
			bob, bobs := withKey(t, kit, "bob@example.com")
			in := proof(t, bob, bobs, stepUpOptions, passkeytest.GetOptions{})
			alice.SetCookie("better-auth.better-auth-passkey", decode(bob.Cookie("better-auth.better-auth-passkey")))
			return alice.Post(verifyStepUp, in)
		}, passkey.ErrChallengeNotFound},
		"a passkey added meanwhile": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, _ *passkeytest.Authenticator) *plugintest.Answer {
			body, late := alice.Post(stepUpOptions, nil).Want(http.StatusOK).Body, newAuthenticator()
			cookie := decode(alice.Cookie("better-auth.better-auth-passkey"))
			register(t, kit.SignedInAs(alice.User), late, passkeytest.CreateOptions{}).Want(http.StatusOK)
			response, err := late.Get(body, passkeytest.GetOptions{CredentialID: late.Credentials()[0].ID})
			if err != nil {
				t.Fatal(err)
			}
			alice.SetCookie("better-auth.better-auth-passkey", cookie)
			return alice.Post(verifyStepUp, map[string]any{"response": jsontext.Value(response)})
		}, passkey.ErrPasskeyNotFound},
		"a passkey deleted meanwhile": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
			alice.Post("/passkey/delete-passkey", map[string]any{"id": list(t, alice)[0].ID}).Want(http.StatusOK)
			return alice.Post(verifyStepUp, in)
		}, passkey.ErrPasskeyNotFound},
		"no passkey at all": {func(_ *testing.T, kit *plugintest.Kit, _ *plugintest.Client, _ *passkeytest.Authenticator) *plugintest.Answer {
			return kit.SignedIn("bob@example.com").Post(stepUpOptions, nil)
		}, passkey.ErrPasskeyMissing},
		"replay": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{Flags: &unverified})
			alice.Post(verifyStepUp, in).Want(http.StatusBadRequest)
			return alice.Post(verifyStepUp, in)
		}, passkey.ErrChallengeNotFound},
		"too late": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
			kit.Clock.Advance(5*time.Minute + time.Millisecond)
			return alice.Post(verifyStepUp, in)
		}, passkey.ErrChallengeNotFound},
		"a counter that stands": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			first := uint32(9)
			stepUp(t, alice.Fork(), a, passkeytest.GetOptions{SignCount: &first, Flags: &unverified}).Want(http.StatusBadRequest)
			zero := uint32(0)
			authenticate(t, alice.Fork(), a, passkeytest.GetOptions{SignCount: &first}).Want(http.StatusOK)
			return stepUp(t, alice, a, passkeytest.GetOptions{SignCount: &zero})
		}, passkey.ErrInvalidResponse},
		"no session": {func(t *testing.T, kit *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			kit.Client().Post(stepUpOptions, nil).WantError(betterauth.ErrUnauthorized)
			return kit.Client().Post(verifyStepUp, proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{}))
		}, betterauth.ErrUnauthorized},
		"a foreign page": {func(t *testing.T, _ *plugintest.Kit, alice *plugintest.Client, a *passkeytest.Authenticator) *plugintest.Answer {
			in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
			alice.Header.Set("Origin", "https://evil.example")
			defer alice.Header.Set("Origin", plugintest.BaseURL)
			return alice.Post(verifyStepUp, in)
		}, betterauth.ErrInvalidOrigin},
		"not what it should be": {func(_ *testing.T, _ *plugintest.Kit, alice *plugintest.Client, _ *passkeytest.Authenticator) *plugintest.Answer {
			alice.Post(verifyStepUp, map[string]any{"response": map[string]any{}}).WantError(passkey.ErrInvalidResponse)
			return alice.Post(verifyStepUp, `{"response":"x"}`)
		}, betterauth.ErrValidation},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{AllowDeletingLast: true})
			alice, a := withKey(t, kit, "alice@example.com")
			if name != "a passkey added meanwhile" {
				kit.Clock.Advance(2 * time.Hour)
			}
			tt.attempt(t, kit, alice, a).WantError(tt.want)
			session, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("id", alice.Session.ID))
			if err != nil || session.Token != alice.Session.Token || !session.CreatedAt.Equal(alice.Session.CreatedAt) {
				t.Errorf("the session was renewed all the same: %+v, %v", session, err)
			}
		})
	}
}

// Every bend that a sign-in refuses, this refuses.
func TestBentStepUps(t *testing.T) {
	t.Parallel()
	tampers := cases.Bends(cases.Authentication)
	tampers["signature"] = passkeytest.Tamper{Signature: func(sig []byte) []byte { sig[len(sig)-1] ^= 1; return sig }}
	tampers["flags not signed"] = passkeytest.Tamper{AuthData: func(d []byte) []byte { d[32] |= byte(passkeytest.UserVerified); return append(d[:36], d[36]^1) }, SignOriginal: true}
	for name, tamper := range tampers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := newKit(t, passkey.Config{})
			alice, a := withKey(t, kit, "alice@example.com")
			answer := stepUp(t, alice, a, passkeytest.GetOptions{Tamper: tamper})
			if answer.Status < 400 || answer.Status > 499 || answer.Code() == "" || answer.SetCookie("better-auth.session_token") != nil {
				t.Errorf("status %d, body %s", answer.Status, answer.Body)
			}
		})
	}
}

func TestStepUpOfUsersWhoMayNot(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "Banned", Status: http.StatusForbidden}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		isBanned := false
		var refuses error
		cfg := passkey.Config{Authentication: passkey.Authentication{AfterVerification: func(_ *betterauth.Ctx, a passkey.VerifiedAuthentication) error {
			if !a.StepUp || !a.UserVerified || a.Passkey.ID == "" || !strings.Contains(string(a.Response), "signature") {
				return errors.New("not what was verified")
			}
			return refuses
		}}}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(cfg), betterauth.Inline{ID: "admin", Gates: []betterauth.SessionGate{{
			Name: "ban", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
				if isBanned {
					return banned
				}
				return nil
			}}}}}})
		alice, a := withKey(t, kit, "alice@example.com")
		in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
		isBanned = true
		alice.Post(verifyStepUp, in).WantError(banned)
		isBanned, refuses = false, banned
		stepUp(t, alice, a, passkeytest.GetOptions{}).WantError(banned)
		refuses = nil
		in = proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
		if _, err := kit.Users().Delete(t.Context(), database.Eq("id", alice.User.ID)); err != nil {
			t.Fatal(err)
		}
		alice.Post(verifyStepUp, in).WantError(betterauth.ErrUnauthorized)
	})
}

func TestStepUpsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}})
		alice, a := withKey(t, kit, "alice@example.com")
		in := proof(t, alice, a, stepUpOptions, passkeytest.GetOptions{})
		answers := make([]func() int, 8)
		for i := range answers {
			fork := alice.Fork()
			answers[i] = func() int { return fork.Post(verifyStepUp, in).Status }
		}
		oneWins(t, answers, http.StatusBadRequest, http.StatusUnauthorized)
	})
}

// guarded is an application with one operation that asks again.
func guarded(keys *passkey.Passkeys, maxAge time.Duration) betterauth.Plugin {
	return betterauth.Inline{ID: "bank",
		Endpoints: []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{ID: "transfer", Method: http.MethodPost, Path: "/transfer", Access: betterauth.WithSession},
			func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
				return betterauth.Status{Status: true}, nil
			})},
		Before: []betterauth.BeforeHook{betterauth.Before("transfer", func(c *betterauth.Ctx, _ *betterauth.None) error {
			return keys.RequireRecent(c, maxAge)
		})},
	}
}

func TestRequireRecent(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		keys := passkey.New(passkey.Config{})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys, guarded(keys, 5*time.Minute)}})
		kit.Client().Post("/transfer", nil).WantError(betterauth.ErrUnauthorized)
		alice, a := withKey(t, kit, "alice@example.com")
		// A session is no proof, however new, and neither is adding a passkey.
		alice.Post("/transfer", nil).WantError(passkey.ErrStepUpRequired)
		stepUp(t, alice, a, passkeytest.GetOptions{}).Want(http.StatusOK)
		alice.Post("/transfer", nil).Want(http.StatusOK)
		// It is this session's proof, not its user's.
		kit.SignedInAs(alice.User).Post("/transfer", nil).WantError(passkey.ErrStepUpRequired)
		kit.Clock.Advance(5*time.Minute - time.Millisecond)
		alice.Post("/transfer", nil).Want(http.StatusOK)
		kit.Clock.Advance(time.Millisecond)
		alice.Post("/transfer", nil).WantError(passkey.ErrStepUpRequired)

		// Signing in counts, if the user was verified.
		visitor := kit.Client()
		authenticate(t, visitor, a, passkeytest.GetOptions{}).Want(http.StatusOK)
		visitor.Post("/transfer", nil).Want(http.StatusOK)
		unverified := passkeytest.UserPresent | passkeytest.BackupEligible
		visitor = kit.Client()
		authenticate(t, visitor, a, passkeytest.GetOptions{Flags: &unverified}).Want(http.StatusOK)
		visitor.Post("/transfer", nil).WantError(passkey.ErrStepUpRequired)

		// The same for an application's own handler, with the session it has.
		session, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("id", alice.Session.ID))
		if err != nil {
			t.Fatal(err)
		}
		if err := keys.CheckRecent(t.Context(), session, time.Hour); err != nil {
			t.Errorf("within the hour: %v", err)
		}
		kit.Clock.Advance(time.Hour)
		if err := keys.CheckRecent(t.Context(), session, 24*time.Hour); !errors.Is(err, passkey.ErrStepUpRequired) {
			t.Errorf("beyond what is remembered: %v", err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := keys.CheckRecent(stopped, session, time.Hour); err == nil || errors.Is(err, passkey.ErrStepUpRequired) {
			t.Errorf("a database that does not answer: %v", err)
		}
	})
}

// The page on passkeys has this hook: who has a passkey proves it before adding
// another.
func TestAskingAgainBeforeAnotherPasskey(t *testing.T) {
	t.Parallel()
	keys := passkey.New(passkey.Config{})
	kit := plugintest.New(t, keys, betterauth.Inline{ID: "app", Before: []betterauth.BeforeHook{
		betterauth.Before("generatePasskeyRegistrationOptions", func(c *betterauth.Ctx, _ *passkey.RegisterOptionsInput) error {
			id, err := c.StoredSession()
			if errors.Is(err, betterauth.ErrNoSession) {
				return nil
			}
			if err != nil {
				return err
			}
			has, err := keys.List(c, id.User.ID)
			if err != nil || len(has) == 0 {
				return err
			}
			return keys.RequireRecent(c, 5*time.Minute)
		})}})
	kit.Client().Get(registerOptions).WantError(betterauth.ErrUnauthorized)
	alice, a := withKey(t, kit, "alice@example.com")
	alice.Get(registerOptions).WantError(passkey.ErrStepUpRequired)
	stepUp(t, alice, a, passkeytest.GetOptions{}).Want(http.StatusOK)
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK)
}
