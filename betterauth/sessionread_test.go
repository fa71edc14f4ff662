package betterauth_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/cookiecache"
	"github.com/better-auth-go/better-auth/internal/secret"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// signedToken is the value of a session's cookie as a header carries it.
func signedToken(kit *plugintest.Kit, token string) string {
	return url.QueryEscape(token + "." + kit.Host.Sign(token))
}

// A request's session is read once. One that was read from a copy is looked for in
// the database where that is asked for, and a copy never stands in for it.
func TestSessionIsReadOnce(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	once := func(c *betterauth.Ctx) error {
		first, err := c.Session()
		if err != nil {
			return err
		}
		for _, read := range []func() (*betterauth.Identity, error){c.StoredSession, c.Session, c.StoredSession} {
			if again, err := read(); err != nil || again != first {
				t.Errorf("read again: %+v, %v", again, err)
			}
		}
		return nil
	}
	p.run = once
	kit := plugintest.New(t, p)
	alice := kit.SignedIn("alice@example.com")
	alice.Post("/try", nil).Want(http.StatusOK)
	kit.Clock.Advance(time.Second)
	other := kit.SignedIn("alice@example.com")
	two := kit.Client()
	two.Header.Set("Origin", plugintest.BaseURL)
	two.Header.Set("Cookie", sessionCookie+"="+signedToken(kit, alice.Session.Token)+"; "+sessionCookie+"="+signedToken(kit, other.Session.Token))
	two.Post("/try", nil).Want(http.StatusOK)

	alone := plugintest.NewWith(t, plugintest.Options{Stateless: true, Plugins: []betterauth.Plugin{p, emailpassword.New(emailpassword.Config{})},
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}}})
	browser := alone.Client()
	browser.Post("/sign-up/email", signUp).Want(http.StatusOK)
	browser.Post("/try", nil).Want(http.StatusOK)

	// With a copy the database is asked on demand.
	kit = cached(t, nil, betterauth.CookieCacheConfig{}, p)
	alice = kit.SignedIn("alice@example.com")
	getSession(t, alice, "")
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
		t.Fatal(err)
	}
	p.run = func(c *betterauth.Ctx) error {
		if id, err := c.Session(); err != nil || id.User.Email != "alice@example.com" {
			t.Errorf("from the copy: %+v, %v", id, err)
		}
		for range 2 {
			if id, err := c.StoredSession(); id != nil || !errors.Is(err, betterauth.ErrNoSession) {
				t.Errorf("from the database: %+v, %v", id, err)
			}
		}
		if id, err := c.Session(); id != nil || !errors.Is(err, betterauth.ErrNoSession) {
			t.Errorf("after the database said no: %+v, %v", id, err)
		}
		return nil
	}
	alice.Post("/try", nil).Want(http.StatusOK)
}

// An expired session that cannot be deleted is no session, and no failure.
func TestExpiredSessionThatStays(t *testing.T) {
	t.Parallel()
	stuck := betterauth.Inline{ID: "stuck", RowHooks: []database.Hooks{database.RowHooks[betterauth.Session]{
		BeforeDelete: func(context.Context, *betterauth.Session) error { return errors.New("it stays") }}}}
	for name, plugins := range map[string][]betterauth.Plugin{"deleted": nil, "stuck": {stuck}} {
		kit := plugintest.New(t, plugins...)
		alice := kit.SignedIn("alice@example.com")
		kit.Clock.Advance(7 * 24 * time.Hour)
		if id, _ := getSession(t, alice, ""); id != nil {
			t.Errorf("%s: the session is %+v", name, id)
		}
		if logged := strings.Contains(kit.Log.String(), "an expired session could not be deleted"); logged != (name == "stuck") {
			t.Errorf("%s: logged %t: %s", name, logged, kit.Log)
		}
	}
}

// Of several sessions of one browser the one counts that was begun last, and of those
// that were begun at the same moment the one that was used last.
func TestTheLatestOfSeveralSessionsCounts(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	begin := kit.Clock.Now()
	session := func(email string, created, updated time.Duration) string {
		t.Helper()
		c := kit.SignedIn(email)
		set := database.Set{"createdAt": begin.Add(created), "updatedAt": begin.Add(updated)}
		if n, err := plugintest.StoreOf[betterauth.Session](kit).Update(t.Context(), set, database.Eq("id", c.Session.ID)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		return c.Session.Token
	}
	for name, tt := range map[string]struct{ won, lost string }{
		"begun last":                         {session("won@example.com", time.Minute, time.Minute), session("lost@example.com", 0, 0)},
		"begun last, and used before":        {session("won@example.com", time.Minute, time.Minute), session("lost@example.com", 0, time.Hour)},
		"begun at the same moment":           {session("won@example.com", 0, time.Minute), session("lost@example.com", 0, 0)},
		"begun last, with one that is ended": {session("won@example.com", 0, 0), "an-ended-session"},
	} {
		for _, order := range [][]string{{tt.won, tt.lost}, {tt.lost, tt.won}} {
			c := kit.Client()
			c.Header.Set("Cookie", sessionCookie+"="+signedToken(kit, order[0])+"; "+sessionCookie+"="+signedToken(kit, order[1]))
			id, answer := getSession(t, c, "")
			if id == nil || id.User.Email != "won@example.com" {
				t.Errorf("%s: %+v", name, id)
			}
			if n := len(answer.Cookies); n == 0 || !strings.HasPrefix(answer.Cookies[n-1].Value, tt.won) {
				t.Errorf("%s: the browser is left with %v", name, answer.Cookies)
			}
		}
	}
	// None of them lives: the browser is nobody's.
	c := kit.Client()
	c.Header.Set("Cookie", sessionCookie+"="+signedToken(kit, "one")+"; "+sessionCookie+"="+signedToken(kit, "two"))
	id, answer := getSession(t, c, "")
	if ck := answer.SetCookie(sessionCookie); id != nil || ck == nil || ck.MaxAge >= 0 {
		t.Errorf("%+v, cookies %v", id, answer.Cookies)
	}
	// The one that counts is prolonged when it is due.
	kit.Clock.Advance(25 * time.Hour)
	due, old := kit.SignedIn("due@example.com"), kit.SignedIn("old@example.com")
	kit.Clock.Advance(time.Second)
	due = kit.SignedInAs(due.User)
	kit.Clock.Advance(25 * time.Hour)
	c.Header.Set("Cookie", sessionCookie+"="+signedToken(kit, old.Session.Token)+"; "+sessionCookie+"="+signedToken(kit, due.Session.Token))
	if id, _ := getSession(t, c, ""); id == nil || !id.Session.ExpiresAt.Equal(kit.Clock.Now().Add(7*24*time.Hour)) {
		t.Errorf("%+v", id)
	}
}

// Signing out ends the session that a header names, whichever source reads it: the
// first that finds one.
func TestSignOutOfATokenInAHeader(t *testing.T) {
	t.Parallel()
	from := func(header string) betterauth.SessionSource {
		return betterauth.TokenSource(header, func(c *betterauth.Ctx) (string, bool, error) {
			token := c.Request().Header.Get(header)
			return token, token != "", nil
		})
	}
	kit := plugintest.New(t, betterauth.Inline{ID: "tokens", Sources: []betterauth.SessionSource{from("X-First"), from("X-Second")}}, bearer.New(bearer.Config{}))
	for name, headers := range map[string][]string{"first": {"X-First"}, "second": {"X-Second"}, "both": {"X-First", "X-Second"}} {
		named, left := kit.SignedIn(name+"@example.com"), kit.SignedIn("left@example.com")
		c := left.Fork() // its cookie is another session's
		for i, header := range headers {
			c.Header.Set(header, []string{named.Session.Token, left.Session.Token}[i])
		}
		c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
		if id, _ := getSession(t, named, ""); id != nil {
			t.Errorf("%s: the session that is named goes on", name)
		}
		if id, _ := getSession(t, left, ""); id == nil {
			t.Errorf("%s: another session ended", name)
		}
	}
}

// A copy counts if it is of the session whose cookie it is beside, and of its user, and
// says who that is. That it is genuine does not suffice.
func TestCopiesThatDoNotFit(t *testing.T) {
	t.Parallel()
	ring, err := secret.NewRing(nil, plugintest.Secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, strategy := range []string{"compact", "jwt", "jwe"} {
		kit := cached(t, nil, betterauth.CookieCacheConfig{Strategy: strategy, Version: "2"})
		alice := kit.SignedIn("alice@example.com")
		if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
			t.Fatal(err)
		}
		now := kit.Clock.Now()
		for name, tt := range map[string]struct {
			change  func(s *betterauth.Session, u *betterauth.User)
			version string
			age     time.Duration
			fits    bool
		}{
			"it fits":             {fits: true},
			"no session id":       {change: func(s *betterauth.Session, _ *betterauth.User) { s.ID = "" }},
			"nobody's":            {change: func(s *betterauth.Session, u *betterauth.User) { s.UserID, u.ID = "", "" }},
			"nobody's session":    {change: func(s *betterauth.Session, _ *betterauth.User) { s.UserID = "" }},
			"another token":       {change: func(s *betterauth.Session, _ *betterauth.User) { s.Token = "another" }},
			"an expired session":  {change: func(s *betterauth.Session, _ *betterauth.User) { s.ExpiresAt = now }},
			"another user":        {change: func(_ *betterauth.Session, u *betterauth.User) { u.ID = "another" }},
			"no user":             {change: func(_ *betterauth.Session, u *betterauth.User) { u.ID = "" }},
			"no address":          {change: func(_ *betterauth.Session, u *betterauth.User) { u.Email = "" }},
			"another version":     {version: "3"},
			"expired":             {age: -time.Second},
			"expired this moment": {age: -time.Nanosecond},
		} {
			session, user := *alice.Session, *alice.User
			if tt.change != nil {
				tt.change(&session, &user)
			}
			sessionRow, err := database.AppendRow(nil, &session)
			if err != nil {
				t.Fatal(err)
			}
			userRow, err := database.AppendRow(nil, &user)
			if err != nil {
				t.Fatal(err)
			}
			age, version := time.Minute+tt.age, "2"
			if tt.age != 0 {
				age = tt.age
			}
			if tt.version != "" {
				version = tt.version
			}
			value, err := cookiecache.Codec{Ring: ring, Random: rand.Reader, Strategy: strategy}.Seal(sessionRow, userRow, version, now, age)
			if err != nil {
				t.Fatal(err)
			}
			c := kit.Client()
			c.Header.Set("Cookie", sessionCookie+"="+signedToken(kit, alice.Session.Token)+"; "+cacheCookie+"="+value)
			id, answer := getSession(t, c, "")
			if tt.fits != (id != nil) {
				t.Errorf("%s, %s: the session is %+v", strategy, name, id)
			}
			if ck := answer.SetCookie(cacheCookie); !tt.fits && (ck == nil || ck.MaxAge >= 0) {
				t.Errorf("%s, %s: the copy stays: %v", strategy, name, answer.Cookies)
			}
		}
	}
}

// randomness ends when it is told to.
type randomness struct{ ended atomic.Bool }

func (r *randomness) Read(p []byte) (int, error) {
	if r.ended.Load() {
		return 0, errors.New("no more randomness")
	}
	return rand.Read(p)
}

// A copy that cannot be made leaves the session, and a line in the log.
func TestCopyThatCannotBeMade(t *testing.T) {
	t.Parallel()
	source := &randomness{}
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{Random: source,
		Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, Strategy: "jwe"}}}})
	alice := kit.SignedIn("alice@example.com")
	source.ended.Store(true)
	id, answer := getSession(t, alice, "")
	if id == nil || answer.SetCookie(cacheCookie) != nil || !strings.Contains(kit.Log.String(), "a session could not be cached") {
		t.Errorf("%+v, cookies %v, log %s", id, answer.Cookies, kit.Log)
	}
}
