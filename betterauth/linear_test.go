package betterauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// manyChunks are cookies that look like parts of the session's copy.
func manyChunks(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "better-auth.session_data.%d=x; ", i)
	}
	return b.String()
}

// However many cookies look like parts of the session's copy, no more are
// cleared than there can be: the plain one and a hundred parts.
func TestPartsThatAreClearedAreBounded(t *testing.T) {
	t.Parallel()
	off, on := plugintest.New(t), cached(t, nil, betterauth.CookieCacheConfig{})
	for name, ask := range map[string]func(cookies string) *plugintest.Answer{
		"cache off": func(cookies string) *plugintest.Answer {
			c := off.Client()
			c.Header.Set("Cookie", cookies)
			return c.Get("/get-session")
		},
		"cache on": func(cookies string) *plugintest.Answer {
			c := on.SignedIn("alice@example.com")
			c.Header.Set("Cookie", sessionCookie+"="+c.Cookie(sessionCookie)+"; "+cookies)
			c.ClearCookies()
			return c.Get("/get-session")
		},
		"signing out": func(cookies string) *plugintest.Answer {
			c := on.Client()
			c.Header.Set("Cookie", cookies)
			return c.Post("/sign-out", map[string]any{})
		},
	} {
		for _, n := range []int{50, 150, 2500} {
			answer := ask("better-auth.session_data=x; " + manyChunks(n)).Want(http.StatusOK)
			cleared := 0
			for _, ck := range answer.Cookies {
				if strings.HasPrefix(ck.Name, "better-auth.session_data") {
					cleared++
				}
			}
			if want := 1 + min(n, 100); cleared != want {
				t.Errorf("%s: %d cookies of %d are cleared, want %d", name, cleared, n+1, want)
			}
		}
	}
}

// Like net/http, nothing is read of a header with more cookies than 3000.
func TestTooManyCookies(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	alice := kit.SignedIn("alice@example.com")
	own := sessionCookie + "=" + alice.Session.Token + "." + kit.Host.Sign(alice.Session.Token)
	own = strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(own)
	own = strings.Replace(own, "%3D", "=", 1)
	for n, want := range map[int]bool{2999: true, 3000: false} {
		c := kit.Client()
		c.Header.Set("Cookie", own+strings.Repeat(";a=b", n))
		if body := string(c.Get("/get-session").Want(http.StatusOK).Body); (body != "null") != want {
			t.Errorf("%d more cookies: %s", n, body)
		}
	}
}

func TestDepthOfBodies(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, probe())
	nested := func(n int) string {
		return `{"text":"[[\"{{","x":` + strings.Repeat(`[`, n) + strings.Repeat(`]`, n) + `}`
	}
	kit.Client().Post("/echo/a", nested(499)).Want(http.StatusOK)
	kit.Client().Post("/echo/a", nested(500)).WantError(betterauth.ErrBadJSON)
	kit.Client().Post("/echo/a", nested(50_000)).WantError(betterauth.ErrBadJSON)
	wide := `{"text":"x","x":[` + strings.Repeat(`[[]],`, 1000) + `[]]}`
	kit.Client().Post("/echo/a", wide).Want(http.StatusOK)
}

// Ten times as much of what a client sends takes no more than twelve times the
// memory. Not parallel: it counts what is allocated. Time is measured by
// benchmarks/cost.
func TestMemoryIsLinear(t *testing.T) {
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{probe()}, Config: betterauth.Config{
		TrustedOrigins: []string{"https://*.a*b.example.com", "exp://**/a*b/**/x"},
		ClientIP:       betterauth.ClientIPConfig{Headers: []string{"X-Forwarded-For"}},
	}})
	for name, make := range map[string]func(n int) *http.Request{
		"cookies": func(n int) *http.Request { return asking("Cookie", manyChunks(n)) },
		"origin": func(n int) *http.Request {
			return asking("Origin", "https://"+strings.Repeat("a.", 10*n)+"example.com")
		},
		"referer": func(n int) *http.Request { return asking("Referer", "exp://x"+strings.Repeat("/abc", 10*n)) },
		"address": func(n int) *http.Request { return asking("X-Forwarded-For", strings.Repeat("10.0.0.1,", 10*n)) },
		"path": func(n int) *http.Request {
			return httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/api/auth"+strings.Repeat("/ab", 10*n), nil)
		},
		"members": func(n int) *http.Request {
			r := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/api/auth/echo/x", strings.NewReader(`{"text":"x"`+repeated(n, `,"m%d":1`)+`}`))
			r.Header.Set("Content-Type", "application/json")
			return r
		},
	} {
		bytes := func(n int) uint64 {
			least := ^uint64(0)
			for range 5 {
				r, w := make(n), httptest.NewRecorder()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				kit.Auth.ServeHTTP(w, r)
				runtime.ReadMemStats(&after)
				least = min(least, after.TotalAlloc-before.TotalAlloc)
			}
			return least
		}
		if one, ten := bytes(250), bytes(2500); ten > 12*one {
			t.Errorf("%s: %d bytes for n, %d for 10n", name, one, ten)
		}
	}
}

func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// asking is a request to sign out, of a browser, with a header.
func asking(name, value string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, plugintest.BaseURL+"/api/auth/sign-out", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", "a=b")
	r.Header.Set("Origin", plugintest.BaseURL)
	if name == "Referer" {
		r.Header.Del("Origin")
	}
	r.Header.Set(name, value)
	return r
}
