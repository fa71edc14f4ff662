package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// process is one process of an application without a database.
func process(t *testing.T, cfg betterauth.SessionConfig) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{Stateless: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, Config: betterauth.Config{
		Session: cfg, AdditionalColumns: sessionColumns, Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
}

// moved is the same browser at another process.
func moved(c *plugintest.Client, to *plugintest.Kit) *plugintest.Client {
	out := to.Client()
	for _, name := range []string{sessionCookie, cacheCookie, forgetCookie} {
		if value := c.Cookie(name); value != "" {
			// The jar has percent-encoded values; these are encoded anew.
			out.SetCookie(name, unescape(value))
		}
	}
	return out
}

var unescape = strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=").Replace

func TestStateless(t *testing.T) {
	t.Parallel()
	here, there := process(t, betterauth.SessionConfig{}), process(t, betterauth.SessionConfig{})
	browser := here.Client()
	answer := browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
	const week = 7 * 24 * 3600
	ck := answer.SetCookie(cacheCookie)
	if ck == nil || ck.MaxAge != week || strings.Count(ck.Value, ".") != 4 || strings.Contains(ck.Value, "a@example.com") {
		t.Fatalf("want an encrypted copy for a week, got %v", ck)
	}
	first, _ := getSession(t, browser, "")

	// Another process, which has seen nothing, believes it for everything.
	browser = moved(browser, there)
	for _, query := range []string{"", "?disableCookieCache=true"} {
		if id, answer := getSession(t, browser, query); id == nil || id.User.Email != "a@example.com" || len(answer.Cookies) != 0 {
			t.Errorf("%q: %v, %s", query, id, names(answer))
		}
	}
	browser.Get("/list-sessions").Want(http.StatusOK)
	r := httptest.NewRequest(http.MethodGet, "/mine", nil)
	for _, name := range []string{sessionCookie, cacheCookie} {
		r.AddCookie(&http.Cookie{Name: name, Value: browser.Cookie(name)})
	}
	if id, err := there.Auth.Session(t.Context(), r); err != nil || id.User.Email != "a@example.com" {
		t.Errorf("Session: %v, %v", id, err)
	}

	// A change is kept in the copy, as there is nowhere else.
	answer = browser.Post("/update-session", map[string]any{"theme": "dark", "zoom": 50}).Want(http.StatusOK)
	if !strings.Contains(string(answer.Body), `"theme":"dark","zoom":50`) {
		t.Errorf("update: %s", answer.Body)
	}
	browser = moved(browser, here)
	if _, answer := getSession(t, browser, ""); !strings.Contains(string(answer.Body), `"theme":"dark","zoom":50`) {
		t.Errorf("after the update: %s", answer.Body)
	}
	browser.Post("/update-session", map[string]any{"theme": "light"}).Want(http.StatusOK)
	if _, answer := getSession(t, moved(browser, there), ""); !strings.Contains(string(answer.Body), `"theme":"light","zoom":50`) {
		t.Errorf("after another update: %s", answer.Body)
	}

	// The copy is made anew when a fifth of its life is left, which does not
	// prolong the session.
	browser = moved(browser, there)
	there.Clock.Advance(7 * 24 * time.Hour * 4 / 5)
	if _, answer := getSession(t, browser, ""); len(answer.Cookies) != 0 {
		t.Errorf("renewed early: %s", names(answer))
	}
	there.Clock.Advance(time.Second)
	old := browser.Fork()
	if _, answer := getSession(t, old, "?disableRefresh=true"); len(answer.Cookies) != 0 {
		t.Errorf("renewed against disableRefresh: %s", names(answer))
	}
	id, answer := getSession(t, browser, "")
	if names(answer) != "session_token session_data" || answer.SetCookie(cacheCookie).MaxAge != week {
		t.Errorf("not renewed: %v", answer.Cookies)
	}
	if !id.Session.ExpiresAt.Equal(first.Session.ExpiresAt) {
		t.Errorf("the session was prolonged to %v", id.Session.ExpiresAt)
	}
	there.Clock.Advance(7*24*time.Hour/5 - 2*time.Second)
	if id, _ := getSession(t, browser, ""); id == nil {
		t.Error("the session ended early")
	}
	there.Clock.Advance(time.Second)
	// What a TypeScript server without a database left goes, too.
	browser.SetCookie("better-auth.account_data.1", "x")
	if id, answer := getSession(t, browser, ""); id != nil || names(answer) != "-session_token -session_data -account_data -account_data.1 -oauth_state -dont_remember" {
		t.Errorf("after its end: %v, %s", id, names(answer))
	}
}

// What the documentation warns of: ending a session elsewhere is not seen.
func TestStatelessDoesNotSeeRevocation(t *testing.T) {
	t.Parallel()
	here := process(t, betterauth.SessionConfig{})
	browser := here.Client()
	browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
	stolen := browser.Fork()
	browser.Post("/revoke-sessions", nil).Want(http.StatusOK)
	browser.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	if id, _ := getSession(t, browser, ""); id != nil {
		t.Error("signing out kept the cookies")
	}
	if id, _ := getSession(t, stolen, ""); id == nil {
		t.Error("the copy is not believed")
	}
	here.Clock.Advance(7 * 24 * time.Hour)
	if id, _ := getSession(t, stolen, ""); id != nil {
		t.Error("a copy is believed beyond the session's end")
	}
}

func TestStatelessForgetfulBrowser(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		cfg := betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Strategy: strategy}}
		here, there := process(t, cfg), process(t, cfg)
		browser := here.Client()
		browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
		browser.ClearCookies()
		browser.Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "password1234", "rememberMe": false}).Want(http.StatusOK)
		there.Clock.Advance(23 * time.Hour)
		browser = moved(browser, there)
		id, answer := getSession(t, browser, "")
		if id == nil || len(answer.Cookies) != 0 {
			t.Errorf("%s: %v, %s", strategy, id, names(answer))
		}
		there.Clock.Advance(time.Hour)
		if id, _ := getSession(t, browser, ""); id != nil {
			t.Errorf("%s: lives for more than a day", strategy)
		}
	}
}

func TestStatelessRefreshCache(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refresh time.Duration
		at      time.Duration
		renewed bool
	}{
		"default, early": {0, 8 * time.Minute, false},
		"default":        {0, 8*time.Minute + time.Second, true},
		"own, early":     {5 * time.Minute, 5 * time.Minute, false},
		"own":            {5 * time.Minute, 5*time.Minute + time.Second, true},
		"never":          {-1, 10*time.Minute - time.Second, false},
	} {
		cfg := betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{MaxAge: 10 * time.Minute, RefreshCache: c.refresh}}
		here, there := process(t, cfg), process(t, cfg)
		browser := here.Client()
		browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
		browser = moved(browser, there)
		there.Clock.Advance(c.at)
		if id, answer := getSession(t, browser, ""); id == nil || (names(answer) != "") != c.renewed {
			t.Errorf("%s: %v, %s", name, id, names(answer))
		}
		there.Clock.Advance(10*time.Minute - time.Second)
		if id, _ := getSession(t, browser, ""); (id != nil) != c.renewed {
			t.Errorf("%s: ten minutes later: %v", name, id)
		}
	}
}

func TestStatelessIsSaid(t *testing.T) {
	t.Parallel()
	cfg := betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret}
	wantError := func(err error, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%v does not say %q", err, part)
			}
		}
	}
	_, err := betterauth.New(cfg).Build(t.Context())
	wantError(err, "call Database, or Stateless")
	_, err = betterauth.New(cfg).Database(memory(t)).Stateless(memory(t)).Build(t.Context())
	wantError(err, "both Stateless and Database are called")
	_, err = betterauth.New(cfg).Stateless(memory(t)).Stateless(memory(t)).Build(t.Context())
	wantError(err, "Stateless is called more than once")
	_, err = betterauth.New(cfg).Database(memory(t)).Database(memory(t)).Build(t.Context())
	wantError(err, "Database is called more than once")
	limits := cfg
	limits.RateLimit.Storage = betterauth.CountInDatabase()
	_, err = betterauth.New(limits).Stateless(memory(t)).Build(t.Context())
	wantError(err, "RateLimit.Storage", "no shared database")
	refresh := cfg
	refresh.Session.CookieCache = betterauth.CookieCacheConfig{Enabled: true, RefreshCache: time.Minute}
	_, err = betterauth.New(refresh).Database(memory(t)).Build(t.Context())
	wantError(err, "RefreshCache", "for Stateless only")

	for name, migrate := range map[string]func(*betterauth.Builder) (*database.Plan, error){
		"Migrate":    func(b *betterauth.Builder) (*database.Plan, error) { return b.Migrate(t.Context()) },
		"Migrations": func(b *betterauth.Builder) (*database.Plan, error) { return b.Migrations(t.Context()) },
	} {
		if plan, err := migrate(betterauth.New(cfg).Stateless(memory(t))); err != nil || !plan.Empty() {
			t.Errorf("%s: %v, %v", name, plan, err)
		}
	}
	_, err = betterauth.New(cfg).Stateless(nil).Build(t.Context())
	wantError(err, "Stateless got nil", `sqlite.Open(":memory:")`)
	own := memory(t)
	auth, err := betterauth.New(cfg).Stateless(own).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := auth.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := own.Ping(t.Context()); err != nil {
		t.Errorf("Close closed the application's database: %v", err)
	}
}
