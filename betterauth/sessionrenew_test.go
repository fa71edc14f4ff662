package betterauth_test

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
)

var channel = betterauth.NewField[string]("session", database.Column{Name: "channel", ReadOnly: true})

// prover is a plugin that believes whoever asks; before runs first.
func prover(before func(c *betterauth.Ctx) error, gates ...betterauth.SessionGate) betterauth.Plugin {
	return betterauth.Inline{
		ID: "prover", Gates: gates, Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{channel}},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "prove", Method: http.MethodPost, Path: "/prove", Access: betterauth.Public},
				func(c *betterauth.Ctx, _ betterauth.None) (*betterauth.Session, error) {
					if before != nil {
						if _, err := c.StoredSession(); err != nil && !errors.Is(err, betterauth.ErrNoSession) {
							return nil, err
						}
						if err := before(c); err != nil {
							return nil, err
						}
					}
					return c.Reauthenticate(betterauth.SignIn{Method: "prover", Assurance: betterauth.MultiFactor, Columns: database.Set{"channel": "proven"}})
				}),
			betterauth.Handle(betterauth.Operation{ID: "guarded", Method: http.MethodPost, Path: "/guarded", Access: betterauth.WithFreshSession},
				func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
					return betterauth.Status{Status: true}, nil
				}),
		},
	}
}

func TestReauthenticateMakesTheSessionFresh(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{prover(nil), bearer.New(bearer.Config{})}})
		alice := kit.SignedIn("alice@example.com")
		thief := alice.Fork()
		kit.Clock.Advance(25 * time.Hour)
		alice.Post("/guarded", nil).WantError(betterauth.ErrSessionNotFresh)
		before := stored(t, kit, alice.Session.ID)

		answer := alice.Post("/prove", nil).Want(http.StatusOK)
		if answer.SetCookie(sessionCookie) == nil || answer.Header.Get("Set-Auth-Token") == "" {
			t.Errorf("the new token was not handed out: %v", answer.Header)
		}
		alice.Post("/guarded", nil).Want(http.StatusOK)
		after := stored(t, kit, alice.Session.ID)
		if after.Token == before.Token || !after.CreatedAt.Equal(kit.Clock.Now()) || !after.ExpiresAt.Equal(before.ExpiresAt) || after.UserID != before.UserID {
			t.Errorf("renewed %+v to %+v", before, after)
		}
		if value, _ := channel.Get(after); value != "proven" {
			t.Errorf("channel %q", value)
		}
		// Who knew the old token is out.
		thief.Post("/guarded", nil).WantError(betterauth.ErrUnauthorized)
	})
}

func stored(t *testing.T, kit *plugintest.Kit, id string) *betterauth.Session {
	t.Helper()
	session, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("id", id))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestReauthenticateAsksTheGates(t *testing.T) {
	t.Parallel()
	banned := &betterauth.ErrorCode{Code: "BANNED", Message: "Banned", Status: http.StatusForbidden}
	verdicts := map[string]struct {
		verdict error
		panics  bool
		status  int
	}{
		"refuses":  {banned, false, http.StatusForbidden},
		"steps up": {betterauth.StepUp(map[string]bool{"more": true}), false, http.StatusOK},
		"fails":    {errors.New("the list cannot be read"), false, http.StatusInternalServerError},
		"panics":   {nil, true, http.StatusInternalServerError},
	}
	for name, tt := range verdicts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked *betterauth.Attempt
			kit := plugintest.New(t, prover(nil, betterauth.SessionGate{Name: "judge", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
				if a.Renews == nil {
					return nil // the first sign-in
				}
				if asked = a; tt.panics {
					panic("judge")
				}
				return tt.verdict
			}}))
			alice := kit.SignedIn("alice@example.com")
			kit.Clock.Advance(25 * time.Hour)
			answer := alice.Post("/prove", nil).Want(tt.status)
			if asked == nil || asked.Renews.ID != alice.Session.ID || asked.SignIn.Method != "prover" || asked.User.ID != alice.User.ID {
				t.Errorf("asked about %+v", asked)
			}
			// The session is due for its sliding refresh, which sets its cookie anew.
			ck := answer.SetCookie(sessionCookie)
			if ck == nil || !strings.HasPrefix(ck.Value, alice.Session.Token) || stored(t, kit, alice.Session.ID).Token != alice.Session.Token {
				t.Error("the session was renewed all the same")
			}
			alice.Post("/guarded", nil).WantError(betterauth.ErrSessionNotFresh)
		})
	}
}

// What was true when the request began must still be.
func TestReauthenticateNeedsTheSessionToStand(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, prover(nil))
	kit.Client().Post("/prove", nil).WantError(betterauth.ErrUnauthorized)

	var meanwhile func(c *betterauth.Ctx) error
	kit = plugintest.New(t, prover(func(c *betterauth.Ctx) error { return meanwhile(c) }))
	sessions, users := plugintest.StoreOf[betterauth.Session](kit), kit.Users()
	for name, tt := range map[string]struct {
		change func(c *betterauth.Ctx, id *betterauth.Identity) error
		want   *betterauth.ErrorCode
	}{
		"revoked": {func(c *betterauth.Ctx, id *betterauth.Identity) error {
			_, err := sessions.Delete(c, database.Eq("id", id.Session.ID))
			return err
		}, betterauth.ErrUnauthorized},
		"renewed": {func(c *betterauth.Ctx, id *betterauth.Identity) error {
			_, err := sessions.Update(c, database.Set{"token": "another"}, database.Eq("id", id.Session.ID))
			return err
		}, betterauth.ErrUnauthorized},
		"user deleted": {func(c *betterauth.Ctx, id *betterauth.Identity) error {
			_, err := users.Delete(c, database.Eq("id", id.User.ID))
			return err
		}, betterauth.ErrFailedToCreateSession},
	} {
		meanwhile = func(c *betterauth.Ctx) error {
			id, err := c.StoredSession()
			if err != nil {
				return err
			}
			return tt.change(c, id)
		}
		if answer := kit.SignedIn("alice@example.com").Post("/prove", nil).WantError(tt.want); answer.SetCookie(sessionCookie) != nil {
			t.Errorf("%s: a cookie came with the refusal", name)
		}
	}
}

func TestReauthenticateHasOneWinner(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{prover(nil)}})
		alice := kit.SignedIn("alice@example.com")
		statuses := make([]int, 8)
		forks := make([]*plugintest.Client, len(statuses))
		for i := range forks {
			forks[i] = alice.Fork()
		}
		databasetest.Concurrently(len(forks), func(i int) { statuses[i] = forks[i].Post("/prove", nil).Status })
		won := 0
		for _, status := range statuses {
			switch status {
			case http.StatusOK:
				won++
			case http.StatusUnauthorized:
			default:
				t.Errorf("status %d", status)
			}
		}
		if won != 1 {
			t.Errorf("%d requests renewed one session", won)
		}
	})
}

// A transaction that fails takes the renewal and its cookies with it.
func TestReauthenticateIsUndone(t *testing.T) {
	t.Parallel()
	fault := errors.New("the audit log is full")
	kit := plugintest.New(t, prover(nil), betterauth.Inline{ID: "audit", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.Session]{AfterUpdate: func(context.Context, *betterauth.Session) error { return fault }}}})
	alice := kit.SignedIn("alice@example.com")
	if answer := alice.Post("/prove", nil).Want(http.StatusInternalServerError); answer.SetCookie(sessionCookie) != nil {
		t.Error("a cookie of a renewal that was undone")
	}
	alice.Post("/guarded", nil).Want(http.StatusOK)
}
