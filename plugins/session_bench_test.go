package plugins_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

// BenchmarkSession reads a session of a SQLite file: by get-session, and by
// RequireSession before an application's handler, with three plugins and with all.
func BenchmarkSession(b *testing.B) {
	three := []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{}), passkey.New(passkey.Config{})}
	var all []betterauth.Plugin
	for _, make := range bundled {
		all = append(all, make())
	}
	for _, set := range []struct {
		name, cache string
		plugins     []betterauth.Plugin
	}{{"three", "", three}, {"all", "", all}, {"compact", "compact", nil}, {"jwe", "jwe", nil}} {
		cfg := betterauth.Config{RateLimit: betterauth.RateLimitConfig{Disabled: true}}
		cfg.Session.CookieCache = betterauth.CookieCacheConfig{Enabled: set.cache != "", Strategy: set.cache}
		kit := plugintest.NewWith(b, plugintest.Options{DB: databasetest.SQLiteFile(b), Plugins: set.plugins, Config: cfg})
		session := kit.SignedIn("alice@example.com").Session
		cookie := "better-auth.session_token=" + betterauth.EncodeURIComponent(session.Token+"."+kit.Host.Sign(session.Token))
		ask := func(h http.Handler, cookie string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, "/api/auth/get-session", nil)
			r.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		for _, line := range ask(kit.Auth, cookie).Header()["Set-Cookie"] {
			pair, _, _ := strings.Cut(line, ";")
			cookie += "; " + pair
		}
		app := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		for name, h := range map[string]http.Handler{"get-session": kit.Auth, "RequireSession": kit.Auth.RequireSession(app)} {
			b.Run(set.name+"/"+name, func(b *testing.B) {
				r := httptest.NewRequest(http.MethodGet, "/api/auth/get-session", nil)
				r.Header.Set("Cookie", cookie)
				b.ReportAllocs()
				for b.Loop() {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					if w.Code > http.StatusNoContent || name == "get-session" && !strings.Contains(w.Body.String(), "alice@") {
						b.Fatalf("%d: %s", w.Code, w.Body)
					}
				}
			})
		}
	}
}
