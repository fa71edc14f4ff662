package bearer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, bearer.New(bearer.Config{}))
	strict := plugintest.NewWith(t, plugintest.Options{DB: kit.DB, Plugins: []betterauth.Plugin{bearer.New(bearer.Config{RequireSignature: true})}})
	token := kit.SignedIn("alice@example.com").Session.Token
	signed := token + "." + kit.Host.Sign(token)
	for name, tt := range map[string]struct {
		header string
		ok     bool
		strict bool
	}{
		"bare":                {"Bearer " + token, true, false},
		"signed":              {"Bearer " + signed, true, true},
		"lower-case scheme":   {"bearer " + signed, true, true},
		"percent encoded":     {"Bearer " + url.QueryEscape(signed), true, true},
		"URL-safe signature":  {"Bearer " + strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(signed), true, true},
		"wrong signature":     {"Bearer " + token + ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false, false},
		"another's signature": {"Bearer x" + signed, false, false},
		"unknown token":       {"Bearer " + strings.Repeat("x", 32), false, false},
		"no token":            {"Bearer ", false, false},
		"dot only":            {"Bearer .", false, false},
		"bad escape":          {"Bearer %zz." + kit.Host.Sign(token), false, false},
		"basic":               {"Basic " + token, false, false},
	} {
		for kit, want := range map[*plugintest.Kit]bool{kit: tt.ok, strict: tt.strict} {
			c := kit.Client()
			c.Header = http.Header{"Authorization": {tt.header}}
			body := string(c.Get("/get-session").Want(http.StatusOK).Body)
			if got := body != "null"; got != want {
				t.Errorf("%s: session %v, want %v", name, got, want)
			}
		}
	}
}

// The header wins over the cookie, and needs no Origin since no cookie decides.
func TestHeaderWinsOverCookie(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, bearer.New(bearer.Config{}))
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	alice.Header.Set("Authorization", "Bearer "+bob.Session.Token)
	if body := string(alice.Get("/get-session").Body); !strings.Contains(body, "bob@example.com") {
		t.Errorf("session %s", body)
	}
	app := kit.Client()
	app.Header = http.Header{"Authorization": {"Bearer " + bob.Session.Token}}
	app.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	app.Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
	alice.Header.Del("Authorization")
	alice.Get("/list-sessions").Want(http.StatusOK)
}

func TestNewSessionsAreAnnounced(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, bearer.New(bearer.Config{}), emailpassword.New(emailpassword.Config{}))
	answer := kit.Client().Post("/sign-up/email", map[string]any{"name": "A", "email": "a@example.com", "password": "password1234"}).Want(http.StatusOK)
	token := answer.Header.Get("Set-Auth-Token")
	if token == "" || answer.Header.Get("Access-Control-Expose-Headers") != "set-auth-token" {
		t.Fatalf("headers %v", answer.Header)
	}
	app := kit.Client()
	app.Header = http.Header{"Authorization": {"Bearer " + token}}
	if quiet := app.Get("/list-sessions").Want(http.StatusOK); quiet.Header.Get("Set-Auth-Token") != "" {
		t.Error("an old session was announced")
	}
	refused := kit.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "wrong"})
	if refused.Header.Get("Set-Auth-Token") != "" {
		t.Error("a refused sign-in announced a session")
	}
}
