package social_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// furtherStep is a plugin that asks for a further step while asking.
type furtherStep struct{ asking atomic.Bool }

func (f *furtherStep) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "further-step", Gates: []betterauth.SessionGate{{Name: "further step", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
		if f.asking.Load() {
			return betterauth.StepUp(map[string]any{"further": true})
		}
		return nil
	}}}}
}

// A session at the provider that one sign-in of a user is known to belong to, and that
// another one began before a further step: when it ends, both end.
func TestLogoutEndsWhatAFurtherStepCompleted(t *testing.T) {
	t.Parallel()
	for name, subject := range map[string]any{"with a subject": "sub-alice", "without one": nil} {
		t.Run(name, func(t *testing.T) {
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				p, step := newIDP(t), &furtherStep{}
				provider := p.provider("idp")
				provider.BackChannelLogout = true
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{step, social.New(social.Config{Providers: []social.Provider{provider}})}})
				p.now = kit.Clock.Now
				p.reset(bend{claims: func(c object) { c["sid"] = "session at the provider" }})
				s := &scene{Kit: kit, t: t, idp: p, c: kit.Client(), who: alice}
				first := s.c
				s.flow("idp")
				user, bystander := kit.User("alice@example.com"), kit.SignedIn("bob@example.com")

				step.asking.Store(true)
				s.c = kit.Client()
				if a := s.flow("idp"); !strings.Contains(string(a.Body), "further") {
					t.Fatal(a.Status, string(a.Body))
				}
				step.asking.Store(false)
				second := kit.SignedInAs(user) // as the further step does

				claims := object{"iss": p.server.URL, "aud": "client", "iat": kit.Clock.Now().Unix(), "jti": "one", "sid": "session at the provider",
					"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}}}
				if subject != nil {
					claims["sub"] = subject
				}
				out := kit.Client()
				out.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				out.Do(http.MethodPost, "/oauth/backchannel-logout/idp", "logout_token="+sign(object{"alg": "RS256", "kid": "main", "typ": "logout+jwt"}, claims, nil)).Want(http.StatusOK)
				for who, c := range map[string]*plugintest.Client{"the first": first, "the second": second} {
					if body := string(c.Get("/get-session").Body); body != "null" {
						t.Errorf("%s goes on: %s", who, body)
					}
				}
				if body := string(bystander.Get("/get-session").Body); body == "null" {
					t.Error("somebody else is signed out")
				}
			})
		})
	}
}

// However often somebody signed in within one session at the provider, its end ends all:
// more sign-ins than a statement of SQLite takes values.
func TestLogoutEndsAnyNumberOfSignIns(t *testing.T) {
	t.Parallel()
	const signIns = 33_000
	p := newIDP(t)
	provider := p.provider("idp")
	provider.BackChannelLogout = true
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{provider}})}})
	p.now = kit.Clock.Now
	p.reset(bend{claims: func(c object) { c["sid"] = "session at the provider" }})
	s := &scene{Kit: kit, t: t, idp: p, c: kit.Client(), who: alice}
	s.flow("idp")
	rows := kit.Host.VerificationStore()
	bound, err := rows.Get(t.Context(), database.Gt("expiresAt", kit.Clock.Now().Add(100*24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	err = kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
		for range signIns {
			if err := rows.Create(ctx, &betterauth.Verification{Identifier: bound.Identifier, Value: "an earlier session", ExpiresAt: bound.ExpiresAt}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out := kit.Client()
	out.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out.Do(http.MethodPost, "/oauth/backchannel-logout/idp", "logout_token="+sign(object{"alg": "RS256", "kid": "main", "typ": "logout+jwt"}, object{
		"iss": p.server.URL, "aud": "client", "iat": kit.Clock.Now().Unix(), "jti": "one", "sid": "session at the provider",
		"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}}}, nil)).Want(http.StatusOK)
	if body := string(s.c.Get("/get-session").Body); body != "null" {
		t.Errorf("the session goes on: %s", body)
	}
}
