package betterauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const (
	sessionCookie = "better-auth.session_token"
	cacheCookie   = "better-auth.session_data"
	forgetCookie  = "better-auth.dont_remember"
)

type identity struct {
	Session struct {
		Token     string    `json:"token"`
		ExpiresAt time.Time `json:"expiresAt"`
	} `json:"session"`
	User struct {
		Email string `json:"email"`
	} `json:"user"`
	NeedsRefresh bool `json:"needsRefresh"`
}

func getSession(t *testing.T, c *plugintest.Client, query string) (*identity, *plugintest.Answer) {
	t.Helper()
	var id *identity
	answer := c.Get("/get-session" + query).Want(http.StatusOK)
	answer.Into(&id)
	return id, answer
}

func TestSlidingRefresh(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	alice := kit.SignedIn("alice@example.com")
	first, answer := getSession(t, alice, "")
	if len(answer.Cookies) != 0 {
		t.Errorf("a young session set cookies: %v", answer.Cookies)
	}
	kit.Clock.Advance(23 * time.Hour)
	if id, _ := getSession(t, alice, ""); !id.Session.ExpiresAt.Equal(first.Session.ExpiresAt) {
		t.Error("refreshed before UpdateAge")
	}
	kit.Clock.Advance(time.Hour)
	if id, _ := getSession(t, alice, "?disableRefresh=1"); !id.Session.ExpiresAt.Equal(first.Session.ExpiresAt) {
		t.Error("refreshed against disableRefresh")
	}
	id, answer := getSession(t, alice, "")
	if !id.Session.ExpiresAt.Equal(first.Session.ExpiresAt.Add(24 * time.Hour)) {
		t.Errorf("expires %v, want a day later than %v", id.Session.ExpiresAt, first.Session.ExpiresAt)
	}
	if ck := answer.SetCookie(sessionCookie); ck == nil || ck.MaxAge != 7*24*3600 {
		t.Errorf("cookie %v", ck)
	}
	kit.Clock.Advance(7 * 24 * time.Hour)
	id, answer = getSession(t, alice, "")
	if id != nil || answer.SetCookie(sessionCookie).MaxAge >= 0 {
		t.Errorf("an expired session: %v, cookies %v", id, answer.Cookies)
	}
	if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d expired sessions kept, %v", n, err)
	}
}

func TestDeferredRefresh(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Session: betterauth.SessionConfig{DeferRefresh: true}}})
	alice := kit.SignedIn("alice@example.com")
	kit.Clock.Advance(25 * time.Hour)
	before, answer := getSession(t, alice, "")
	if !before.NeedsRefresh || len(answer.Cookies) != 0 {
		t.Errorf("GET: needsRefresh %v, cookies %v", before.NeedsRefresh, answer.Cookies)
	}
	var after identity
	alice.Post("/get-session", map[string]any{}).Want(http.StatusOK).Into(&after)
	if !after.Session.ExpiresAt.After(before.Session.ExpiresAt) {
		t.Error("POST did not refresh")
	}
	plugintest.New(t).Client().Post("/get-session", nil).WantError(betterauth.ErrDeferRequired)
	// The body is not read: clients post {}, and others whatever they like.
	for _, body := range []string{`{}`, `{bad`, `{"disableRefresh":true}`, strings.Repeat("x", 4<<20)} {
		for _, media := range []string{"application/json", "text/plain"} {
			c := kit.SignedInAs(alice.User)
			c.Header = http.Header{"Content-Type": {media}, "Origin": {plugintest.BaseURL}}
			var id identity
			if c.Post("/get-session", body).Want(http.StatusOK).Into(&id); id.User.Email != alice.User.Email {
				t.Errorf("%.20q as %q: %+v", body, media, id)
			}
		}
	}
}

func TestRememberMe(t *testing.T) {
	t.Parallel()
	kit := withPasswords(t)
	c := kit.Client()
	c.Post("/sign-up/email", signUp).Want(http.StatusOK)
	in := map[string]any{"email": "a@example.com", "password": "password1234", "rememberMe": false}
	answer := c.Post("/sign-in/email", in).Want(http.StatusOK)
	if ck := answer.SetCookie(sessionCookie); ck == nil || ck.MaxAge != 0 {
		t.Errorf("session cookie %v outlives the browser", ck)
	}
	if answer.SetCookie(forgetCookie) == nil {
		t.Error("no dont_remember cookie")
	}
	id, _ := getSession(t, c, "")
	if want := kit.Clock.Now().Add(24 * time.Hour); !id.Session.ExpiresAt.Equal(want) {
		t.Errorf("expires %v, want %v", id.Session.ExpiresAt, want)
	}
	in["rememberMe"] = true
	answer = c.Post("/sign-in/email", in).Want(http.StatusOK)
	if ck := answer.SetCookie(forgetCookie); ck == nil || ck.MaxAge >= 0 {
		t.Errorf("the earlier choice stays: %v", ck)
	}
	if names(answer) != "session_token -dont_remember" {
		t.Errorf("cookies in the order %s", names(answer))
	}
	kit.Clock.Advance(25 * time.Hour)
	if _, answer := getSession(t, c, ""); answer.SetCookie(sessionCookie) == nil {
		t.Error("a remembered session does not slide")
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	here, there, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	var list []struct {
		Token string `json:"token"`
	}
	here.Get("/list-sessions").Want(http.StatusOK).Into(&list)
	if len(list) != 2 {
		t.Fatalf("%d sessions, want 2", len(list))
	}
	bob.Post("/revoke-session", map[string]any{"token": there.Session.Token}).Want(http.StatusOK)
	if id, _ := getSession(t, there, ""); id == nil {
		t.Fatal("bob ended alice's session")
	}
	here.Post("/revoke-session", map[string]any{"token": there.Session.Token}).Want(http.StatusOK)
	if id, _ := getSession(t, there, ""); id != nil {
		t.Error("the session was not revoked")
	}
	third := kit.SignedIn("alice@example.com")
	here.Post("/revoke-other-sessions", nil).Want(http.StatusOK)
	if id, _ := getSession(t, third, ""); id != nil {
		t.Error("another session survived revoke-other-sessions")
	}
	if id, _ := getSession(t, here, ""); id == nil {
		t.Error("revoke-other-sessions ended this session")
	}
	here.Post("/revoke-sessions", nil).Want(http.StatusOK)
	if id, _ := getSession(t, here, ""); id != nil {
		t.Error("revoke-sessions left this session")
	}
	if id, _ := getSession(t, bob, ""); id == nil {
		t.Error("bob was signed out with alice")
	}
	bob.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	if bob.Cookie(sessionCookie) != "" {
		t.Error("signing out kept the cookie")
	}
}

func TestAccessLevels(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	kit.Client().Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
	alice := kit.SignedIn("alice@example.com")
	alice.Get("/list-sessions").Want(http.StatusOK)
	kit.Clock.Advance(24 * time.Hour)
	alice.Get("/list-sessions").WantError(betterauth.ErrSessionNotFresh)
	forged := kit.Client()
	forged.SetCookie(sessionCookie, alice.Session.Token+".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if id, answer := getSession(t, forged, ""); id != nil || len(answer.Cookies) != 0 {
		t.Errorf("a forged cookie: %v, %v", id, answer.Cookies)
	}
}

// A database that does not answer signs nobody out.
func TestAbsentIsNotBroken(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir() + "/auth.db")
	if err != nil {
		t.Fatal(err)
	}
	kit := plugintest.NewWith(t, plugintest.Options{DB: db})
	alice := kit.SignedIn("alice@example.com")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/get-session", "/list-sessions"} {
		answer := alice.Get(path).Want(http.StatusInternalServerError)
		if len(answer.Cookies) != 0 {
			t.Errorf("%s: a broken database set cookies: %v", path, answer.Cookies)
		}
	}
	alice.Post("/sign-out", map[string]any{}).Want(http.StatusInternalServerError)
	if alice.Cookie(sessionCookie) == "" {
		t.Error("a broken database signed alice out")
	}
	r := httptest.NewRequest(http.MethodGet, "/mine", nil)
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: alice.Cookie(sessionCookie)})
	if _, err := kit.Auth.Session(t.Context(), r); err == nil || errors.Is(err, betterauth.ErrNoSession) {
		t.Errorf("Session: %v, want an error that is not ErrNoSession", err)
	}
	w := httptest.NewRecorder()
	kit.Auth.OptionalSession(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("OptionalSession: %d, want 500", w.Code)
	}
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, bearer.New(bearer.Config{}))
	alice := kit.SignedIn("alice@example.com")
	r := httptest.NewRequest(http.MethodGet, "/mine", nil)
	if _, err := kit.Auth.Session(t.Context(), r); !errors.Is(err, betterauth.ErrNoSession) {
		t.Errorf("no session: %v", err)
	}
	r.Header.Set("Authorization", "Bearer "+alice.Session.Token)
	id, err := kit.Auth.Session(t.Context(), r)
	if err != nil || id.User.Email != "alice@example.com" {
		t.Errorf("Session: %v, %v", id, err)
	}
	var seen *betterauth.Identity
	handler := kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen, _ = betterauth.SessionFrom(r.Context())
	}))
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if seen == nil || seen.User.ID != alice.User.ID {
		t.Errorf("SessionFrom: %v", seen)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/mine", nil))
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "UNAUTHORIZED") {
		t.Errorf("RequireSession: %d %s", w.Code, w.Body)
	}
	list, err := betterauth.Call[[]*betterauth.Session](t.Context(), kit.Auth, "listSessions", nil, betterauth.CallOptions{SessionToken: alice.Session.Token})
	if err != nil || len(list) != 1 {
		t.Errorf("Call: %v, %v", list, err)
	}
	if _, err := betterauth.Call[[]*betterauth.Session](t.Context(), kit.Auth, "listSessions", nil, betterauth.CallOptions{}); !errors.Is(err, betterauth.ErrUnauthorized) {
		t.Errorf("Call without a session: %v", err)
	}
	if n, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); n != 1 || err != nil {
		t.Errorf("RevokeAll: %d, %v", n, err)
	}
}

func TestCookieCache(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
				Session:           betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, Strategy: strategy}},
				AdditionalColumns: []betterauth.AddedColumn{plan, note_},
			}})
			alice := kit.SignedIn("alice@example.com")
			if _, err := kit.Users().Update(t.Context(), database.Set{"plan": "pro", "note": "hidden", "name": "<A>\u2028&\U0001F511"}, database.Eq("id", alice.User.ID)); err != nil {
				t.Fatal(err)
			}
			_, first := getSession(t, alice, "")
			if ck := first.SetCookie(cacheCookie); ck == nil || ck.MaxAge != 300 {
				t.Fatalf("cache cookie %v", ck)
			}
			if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
				t.Fatal(err)
			}
			if _, cached := getSession(t, alice, ""); string(cached.Body) != string(first.Body) {
				t.Errorf("cached %s\n  first %s", cached.Body, first.Body)
			}
			if strings.Contains(string(first.Body), "hidden") {
				t.Error("a hidden column was returned")
			}
			tampered := alice.Fork()
			value := tampered.Cookie(cacheCookie)
			tampered.SetCookie(cacheCookie, flip(value))
			if id, _ := getSession(t, tampered, ""); id != nil {
				t.Error("a tampered copy was believed")
			}
			other := kit.SignedIn("bob@example.com")
			other.SetCookie(cacheCookie, value)
			if id, _ := getSession(t, other, ""); id == nil || id.User.Email != "bob@example.com" {
				t.Errorf("alice's copy with bob's session: %v", id)
			}
			alice.Fork().Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
			if id, _ := getSession(t, alice.Fork(), "?disableCookieCache=1"); id != nil {
				t.Error("the cache was believed against disableCookieCache")
			}
			kit.Clock.Advance(5*time.Minute + 16*time.Second)
			if id, _ := getSession(t, alice, ""); id != nil {
				t.Error("an expired copy was believed")
			}
		})
	}
}

func flip(value string) string {
	i := len(value) / 2
	other := byte('A')
	if value[i] == 'A' {
		other = 'B'
	}
	return value[:i] + string(other) + value[i+1:]
}

var (
	plan  = betterauth.NewField[string]("user", database.Column{Name: "plan"})
	note_ = betterauth.NewField[string]("user", database.Column{Name: "note", Hidden: true})
)

func TestSecretRotation(t *testing.T) {
	t.Parallel()
	const older, newer = "an-older-secret-0123456789-abcdefgh", "a-newer-secret-0123456789-abcdefghi"
	db := memory(t)
	kit := func(cfg betterauth.Config) *plugintest.Kit {
		return plugintest.NewWith(t, plugintest.Options{Config: cfg, DB: db})
	}
	alice := kit(betterauth.Config{Secret: older}).SignedIn("alice@example.com")
	rotated := kit(betterauth.Config{Secrets: []betterauth.Secret{{Version: 2, Value: newer}, {Version: 1, Value: older}}})
	visitor := rotated.Client()
	visitor.SetCookie(sessionCookie, alice.Session.Token+"."+kit(betterauth.Config{Secret: older}).Host.Sign(alice.Session.Token))
	if id, _ := getSession(t, visitor, ""); id == nil {
		t.Error("rotation signed alice out")
	}
	stranger := kit(betterauth.Config{Secret: newer}).Client()
	stranger.SetCookie(sessionCookie, alice.Session.Token+"."+kit(betterauth.Config{Secret: older}).Host.Sign(alice.Session.Token))
	if id, _ := getSession(t, stranger, ""); id != nil {
		t.Error("a secret that was dropped still counts")
	}
}

func TestSecureAndCrossSubdomainCookies(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{BaseURL: "https://app.example.com", Password: fastPasswords, Cookies: betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: "example.com"}}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})},
	})
	ck := kit.Client().Post("/sign-up/email", signUp).Want(http.StatusOK).SetCookie("__Secure-" + sessionCookie)
	if ck == nil || !ck.Secure || !ck.HttpOnly || ck.Domain != "example.com" || ck.SameSite != http.SameSiteLaxMode || ck.Path != "/" {
		t.Errorf("cookie %v", ck)
	}
}

func TestTwoAuthsShareNothing(t *testing.T) {
	t.Parallel()
	one, two := withPasswords(t), withPasswords(t)
	one.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	wantRows(t, two, 0)
	alice := one.SignedIn("alice@example.com")
	stranger := two.Client()
	stranger.SetCookie(sessionCookie, alice.Session.Token+"."+one.Host.Sign(alice.Session.Token))
	if id, _ := getSession(t, stranger, ""); id != nil {
		t.Error("a session of one counts in the other")
	}
}

// A thousand requests of all kinds at once; -race finds what they share.
func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir() + "/auth.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	kit := plugintest.NewWith(t, plugintest.Options{
		DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{})},
		Config: betterauth.Config{
			Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
			Session:  betterauth.SessionConfig{UpdateAge: -1, CookieCache: betterauth.CookieCacheConfig{Enabled: true}},
		},
	})
	const people, rounds = 20, 10
	var wg sync.WaitGroup
	for n := range people {
		wg.Go(func() {
			c := kit.Client()
			email := string(rune('a'+n)) + "@example.com"
			c.Post("/sign-up/email", map[string]any{"name": "N", "email": email, "password": "password1234"}).Want(http.StatusOK)
			for range rounds {
				if id, _ := getSession(t, c, "?disableCookieCache=1"); id == nil || id.User.Email != email {
					t.Errorf("got %v, want %s", id, email)
				}
				c.Get("/list-sessions").Want(http.StatusOK)
				c.Post("/sign-in/email", map[string]any{"email": email, "password": "wrong-password"}).Want(http.StatusUnauthorized)
				c.Post("/sign-in/email", map[string]any{"email": email, "password": "password1234"}).Want(http.StatusOK)
				c.Post("/revoke-other-sessions", nil).Want(http.StatusOK)
			}
		})
	}
	wg.Wait()
	wantRows(t, kit, people)
}
