package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// cached is a kit with the cookie cache on.
func cached(t *testing.T, db *database.DB, cache betterauth.CookieCacheConfig, plugins ...betterauth.Plugin) *plugintest.Kit {
	t.Helper()
	cache.Enabled = true
	return plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: plugins, Config: betterauth.Config{
		Session:           betterauth.SessionConfig{CookieCache: cache},
		Password:          betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
		AdditionalColumns: []betterauth.AddedColumn{plan},
	}})
}

// names lists the cookies an answer sets, in order; those it clears have a
// minus.
func names(answer *plugintest.Answer) string {
	var out []string
	for _, ck := range answer.Cookies {
		name := strings.TrimPrefix(ck.Name, "better-auth.")
		if ck.MaxAge < 0 {
			name = "-" + name
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestCacheVersions(t *testing.T) {
	t.Parallel()
	db := memory(t)
	alice := cached(t, db, betterauth.CookieCacheConfig{}).SignedIn("alice@example.com")
	getSession(t, alice, "")
	rename(t, db, alice, "Renamed")

	at := func(kit *plugintest.Kit) *plugintest.Client {
		c := kit.Client()
		c.SetCookie(sessionCookie, alice.Session.Token+"."+kit.Host.Sign(alice.Session.Token))
		c.SetCookie(cacheCookie, alice.Cookie(cacheCookie))
		return c
	}
	byPlan := func(_ *betterauth.Session, u *betterauth.User) string {
		value, _ := plan.Get(u)
		return "plan " + value
	}
	for name, c := range map[string]struct {
		cache betterauth.CookieCacheConfig
		fresh bool
	}{
		"the default":        {betterauth.CookieCacheConfig{}, false},
		"the same":           {betterauth.CookieCacheConfig{Version: "1"}, false},
		"another":            {betterauth.CookieCacheConfig{Version: "2"}, true},
		"computed, the same": {betterauth.CookieCacheConfig{VersionFunc: func(*betterauth.Session, *betterauth.User) string { return "1" }}, false},
		"computed":           {betterauth.CookieCacheConfig{VersionFunc: byPlan}, true},
		"another format":     {betterauth.CookieCacheConfig{Strategy: "jwe"}, true},
	} {
		client := at(cached(t, db, c.cache))
		_, answer := getSession(t, client, "")
		if fresh := strings.Contains(string(answer.Body), "Renamed"); fresh != c.fresh {
			t.Errorf("%s: read from the database: %v", name, fresh)
		}
		if want := map[bool]string{true: "session_data", false: ""}[c.fresh]; names(answer) != want {
			t.Errorf("%s: cookies %q, want %q", name, names(answer), want)
		}
		if _, again := getSession(t, client, ""); names(again) != "" {
			t.Errorf("%s: the new copy is not believed: %s", name, names(again))
		}
	}
}

func rename(t *testing.T, db *database.DB, c *plugintest.Client, name string) {
	t.Helper()
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan}}})
	if _, err := kit.Users().Update(t.Context(), database.Set{"name": name}, database.Eq("id", c.User.ID)); err != nil {
		t.Fatal(err)
	}
}

// A browser that is not to remember gets a copy for a short time, once: reading
// the session does not make another.
func TestCacheOfForgetfulBrowsers(t *testing.T) {
	t.Parallel()
	for strategy, life := range map[string]time.Duration{
		"compact": time.Minute, "jwt": 5 * time.Minute, "jwe": 5 * time.Minute,
	} {
		kit := cached(t, nil, betterauth.CookieCacheConfig{Strategy: strategy, MaxAge: time.Hour}, emailpassword.New(emailpassword.Config{}))
		c := kit.Client()
		c.Post("/sign-up/email", signUp).Want(http.StatusOK)
		c.ClearCookies()
		answer := c.Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "password1234", "rememberMe": false}).Want(http.StatusOK)
		if names(answer) != "session_token dont_remember session_data" {
			t.Errorf("%s: %s", strategy, names(answer))
		}
		for _, ck := range answer.Cookies {
			if ck.MaxAge != 0 {
				t.Errorf("%s: %s outlives the browser: %d", strategy, ck.Name, ck.MaxAge)
			}
		}
		users := kit.Users()
		if _, err := users.Update(t.Context(), database.Set{"name": "Renamed"}, database.Eq("email", "a@example.com")); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(life - time.Second)
		if _, answer := getSession(t, c, ""); strings.Contains(string(answer.Body), "Renamed") {
			t.Errorf("%s: the copy lives for less than %v", strategy, life)
		}
		kit.Clock.Advance(time.Second)
		_, answer = getSession(t, c, "")
		if !strings.Contains(string(answer.Body), "Renamed") || names(answer) != "-session_data" {
			t.Errorf("%s: after %v: %s, cookies %s", strategy, life, answer.Body, names(answer))
		}
		if _, answer := getSession(t, c, "?disableCookieCache=true"); names(answer) != "" {
			t.Errorf("%s: %s", strategy, names(answer))
		}
	}
}

// Copies in the browser go when the cache was switched off, session or not.
func TestCacheSwitchedOff(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	alice := kit.SignedIn("alice@example.com")
	for _, name := range []string{".0", ".1", ".01", ".x"} {
		alice.SetCookie(cacheCookie+name, "old")
	}
	if _, answer := getSession(t, alice, ""); names(answer) != "-session_data.0 -session_data.1" {
		t.Errorf("chunks: %s", names(answer))
	}
	nobody := kit.Client()
	nobody.SetCookie(cacheCookie, "old")
	if _, answer := getSession(t, nobody, ""); names(answer) != "-session_data" {
		t.Errorf("nobody: %s", names(answer))
	}
	// With the cache on it is left alone: without a session it is not looked at.
	nobody = cached(t, nil, betterauth.CookieCacheConfig{}).Client()
	nobody.SetCookie(cacheCookie, "old")
	if _, answer := getSession(t, nobody, ""); names(answer) != "" {
		t.Errorf("nobody, with the cache: %s", names(answer))
	}
}

// A large session travels in parts, and parts of a larger one do not stay.
func TestCacheInParts(t *testing.T) {
	t.Parallel()
	kit := cached(t, nil, betterauth.CookieCacheConfig{})
	alice := kit.SignedIn("alice@example.com")
	image := func(n int) *plugintest.Answer {
		t.Helper()
		if _, err := kit.Users().Update(t.Context(), database.Set{"image": strings.Repeat("é", n)}, database.Eq("id", alice.User.ID)); err != nil {
			t.Fatal(err)
		}
		_, answer := getSession(t, alice, "?disableCookieCache=1")
		return answer
	}
	if got := names(image(4000)); got != "session_data.0 session_data.1 session_data.2" {
		t.Fatalf("large: %s", got)
	}
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
		t.Fatal(err)
	}
	if id, answer := getSession(t, alice, ""); id == nil || len(answer.Cookies) != 0 {
		t.Fatalf("the parts are not believed: %s", names(answer))
	}
	missing := alice.Fork()
	missing.SetCookie(cacheCookie+".1", "")
	if id, _ := getSession(t, missing, ""); id != nil {
		t.Error("a copy without its middle is believed")
	}

	alice = kit.SignedIn("alice@example.com")
	image(4000)
	if got := names(image(1500)); got != "-session_data.2 session_data.0 session_data.1" {
		t.Errorf("smaller: %s", got)
	}
	if got := names(image(1)); got != "-session_data.0 -session_data.1 session_data" {
		t.Errorf("small: %s", got)
	}
	if got := names(image(2500)); got != "-session_data session_data.0 session_data.1" {
		t.Errorf("large again: %s", got)
	}
	// What does not fit at all is not kept, nor is what it should replace.
	if got := names(image(200_000)); got != "-session_data.0 -session_data.1" {
		t.Errorf("too large: %s", got)
	}
	if id, _ := getSession(t, alice, ""); id == nil {
		t.Error("a session too large for the cache is lost")
	}
	image(4000)
	if _, err := kit.Host.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
		t.Fatal(err)
	}
	if got := names(image(4000)); got != "-session_token -session_data -session_data.0 -session_data.1 -session_data.2 -dont_remember" {
		t.Errorf("ended: %s", got)
	}
}

// Parts that one request writes twice do not mix.
func TestCacheWrittenTwice(t *testing.T) {
	t.Parallel()
	shrink := betterauth.Handle(betterauth.Operation{ID: "shrink", Method: http.MethodPost, Path: "/shrink", Access: betterauth.WithSession},
		func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
			id := *c.Identity()
			user := *id.User
			id.User = &user
			for _, size := range []int{8000, 3000} {
				image := strings.Repeat("x", size)
				user.Image = &image
				c.RefreshCookies(&id, betterauth.AllCookies)
			}
			return betterauth.None{}, nil
		})
	kit := cached(t, nil, betterauth.CookieCacheConfig{}, betterauth.Inline{ID: "shrink", Endpoints: []betterauth.Endpoint{shrink}})
	if got := names(kit.SignedIn("alice@example.com").Post("/shrink", nil).Want(http.StatusOK)); got != "session_token session_data.0 session_data.1" {
		t.Errorf("got %s", got)
	}
}

// A token in a header says nothing about the cookies beside it.
func TestBearerLeavesCookiesAlone(t *testing.T) {
	t.Parallel()
	kit := cached(t, nil, betterauth.CookieCacheConfig{}, bearer.New(bearer.Config{}))
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	getSession(t, alice, "")
	alice.Header.Set("Authorization", "Bearer "+bob.Session.Token)
	if id, _ := getSession(t, alice, "?disableRefresh=1"); id == nil || id.User.Email != "bob@example.com" {
		t.Fatalf("got %v", id)
	}
	if alice.Cookie(cacheCookie) == "" {
		t.Error("the browser's copy was cleared")
	}
}

// A session that is ended between being read and being prolonged is not a
// failure of the server, and signs out.
func TestSessionEndsWhileItIsRefreshed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var meanwhile func()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Clock: func() time.Time {
		if f := meanwhile; f != nil {
			meanwhile = nil
			f()
		}
		return now
	}}})
	signedIn := func() *plugintest.Client {
		alice := kit.SignedIn("alice@example.com")
		now = now.Add(25 * time.Hour)
		meanwhile = func() {
			if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
				t.Error(err)
			}
		}
		return alice
	}
	answer := signedIn().Get("/get-session").WantError(betterauth.ErrFailedToGetSession)
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("get-session: %s", names(answer))
	}
	answer = signedIn().Post("/revoke-sessions", nil).WantError(betterauth.ErrUnauthorized)
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("revoke-sessions: %s", names(answer))
	}
	alice := signedIn()
	r := httptest.NewRequest(http.MethodGet, "/mine", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: alice.Cookie(sessionCookie)})
	w := httptest.NewRecorder()
	kit.Auth.RequireSession(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("RequireSession: %d", w.Code)
	}
}

// Ending sessions says the same for those that are not there, and clears this
// browser's cookies with its own session alone.
func TestEndingSessions(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	for _, token := range []string{"", "unknown", bob.Session.Token} {
		if answer := alice.Post("/revoke-session", map[string]any{"token": token}).Want(http.StatusOK); string(answer.Body) != `{"status":true}` {
			t.Errorf("token %q: %s", token, answer.Body)
		} else if len(answer.Cookies) != 0 {
			t.Errorf("token %q: %s", token, names(answer))
		}
	}
	const cleared = "-session_token -session_data -dont_remember"
	own := alice.Session.Token
	if answer := alice.Post("/revoke-session", map[string]any{"token": own}).Want(http.StatusOK); names(answer) != cleared {
		t.Errorf("revoke-session of one's own: %s", names(answer))
	}
	alice = kit.SignedInAs(alice.User)
	if answer := alice.Post("/revoke-sessions", nil).Want(http.StatusOK); names(answer) != cleared {
		t.Errorf("revoke-sessions: %s", names(answer))
	}
	for _, c := range []*plugintest.Client{alice, bob, kit.Client()} {
		answer := c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
		if string(answer.Body) != `{"success":true}` || !slices.Equal(strings.Fields(names(answer)), []string{"-session_token", "-session_data", "-dont_remember"}) {
			t.Errorf("sign-out: %s, %s", answer.Body, names(answer))
		}
	}
}
