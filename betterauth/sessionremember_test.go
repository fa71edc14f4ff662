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

// A browser says by a signed cookie that it is not to be remembered, until that is
// taken back. The session it has stays as it was made.
func TestRemembered(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	kit := plugintest.New(t, p)
	alice := kit.SignedIn("alice@example.com")
	remembered := func(want bool) {
		t.Helper()
		p.run = func(c *betterauth.Ctx) error {
			if got := c.Remembered(); got != want {
				t.Errorf("remembered %v, want %v", got, want)
			}
			c.RefreshCookies(&betterauth.Identity{Session: alice.Session, User: alice.User}, betterauth.AllCookies)
			return nil
		}
		ck := alice.Post("/try", nil).Want(http.StatusOK).SetCookie(sessionCookie)
		if want != (ck.MaxAge > 0) {
			t.Errorf("remembered %v: the session's cookie is %v", want, ck)
		}
	}
	remembered(true)
	alice.SetCookie(forgetCookie, "true.c2lnbmF0dXJl")
	remembered(true)
	alice.SetCookie(forgetCookie, "true."+kit.Host.Sign("true"))
	remembered(false)
	p.run = func(c *betterauth.Ctx) error {
		c.Remember()
		return nil
	}
	if answer := alice.Post("/try", nil).Want(http.StatusOK); names(answer) != "-dont_remember" {
		t.Errorf("cookies %s", names(answer))
	}
	remembered(true)
}
