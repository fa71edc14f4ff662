package betterauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// Who does not want to be remembered is not, whatever client uses the session:
// the row says so, not only a cookie.
func TestForgetfulSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		expires, life time.Duration
	}{
		"a week": {0, 24 * time.Hour},
		"a day":  {24 * time.Hour, 12 * time.Hour},
		"a year": {365 * 24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{bearer.New(bearer.Config{}), prover(nil)},
				Config: betterauth.Config{Session: betterauth.SessionConfig{ExpiresIn: tt.expires, UpdateAge: -1}}})
			user := kit.SignedIn("alice@example.com").User
			for _, remember := range []bool{false, true} {
				session, err := kit.Auth.CreateSession(t.Context(), user.ID, betterauth.SignIn{Method: "test", Remember: &remember})
				if err != nil {
					t.Fatal(err)
				}
				first := session.ExpiresAt
				if got := first.Sub(session.CreatedAt); !remember && got != tt.life {
					t.Errorf("lives %v", got)
				}
				c := kit.Client()
				c.Header.Set("Authorization", "Bearer "+session.Token)
				kit.Clock.Advance(tt.life / 3)
				c.Get("/get-session").Want(http.StatusOK)
				if now := stored(t, kit, session.ID).ExpiresAt; now.After(first) != remember {
					t.Errorf("remember %v: read, it ends at %v, not %v", remember, now, first)
				}
				// Proving again makes it fresh, and does not make it last.
				c.Post("/prove", nil).Want(http.StatusOK)
				c.Header.Set("Authorization", "Bearer "+stored(t, kit, session.ID).Token)
				c.Get("/get-session").Want(http.StatusOK)
				if now := stored(t, kit, session.ID).ExpiresAt; now.After(first) != remember {
					t.Errorf("remember %v: proven again, it ends at %v, not %v", remember, now, first)
				}
			}
		})
	}
}
