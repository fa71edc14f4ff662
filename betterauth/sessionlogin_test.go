package betterauth_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// session runs f in a request of c.
func (p *tryOut) session(t *testing.T, c *plugintest.Client, f func(c *betterauth.Ctx) error) *plugintest.Answer {
	t.Helper()
	p.run = f
	return c.Post("/try", nil).Want(http.StatusOK)
}

// wantNobody fails the test unless the request is nobody's.
func wantNobody(t *testing.T, when string, c *betterauth.Ctx) {
	t.Helper()
	for name, read := range map[string]func() (*betterauth.Identity, error){"Session": c.Session, "StoredSession": c.StoredSession} {
		if id, err := read(); id != nil || !errors.Is(err, betterauth.ErrNoSession) {
			t.Errorf("%s, %s: %+v, %v", when, name, id, err)
		}
	}
	if c.Identity() != nil {
		t.Errorf("%s: the identity is %+v", when, c.Identity())
	}
	if id, made := c.NewIdentity(); made {
		t.Errorf("%s: a new identity %+v", when, id)
	}
	if s, issued := c.IssuedSession(); issued {
		t.Errorf("%s: issued %+v", when, s)
	}
}

// wantSomebody fails the test unless the request is of id.
func wantSomebody(t *testing.T, when string, c *betterauth.Ctx, id *betterauth.Identity) {
	t.Helper()
	for name, read := range map[string]func() (*betterauth.Identity, error){"Session": c.Session, "StoredSession": c.StoredSession} {
		if got, err := read(); err != nil || got != id {
			t.Errorf("%s, %s: %+v, %v", when, name, got, err)
		}
	}
	if s, issued := c.IssuedSession(); !issued || s != id.Session {
		t.Errorf("%s: issued %+v", when, s)
	}
}

// What a request does with its session counts for the rest of it.
func TestRequestGoesOnAsWhoItIsNow(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	kit := cached(t, nil, betterauth.CookieCacheConfig{}, p)
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	as := func(c *plugintest.Client) *betterauth.Identity {
		return &betterauth.Identity{Session: c.Session, User: c.User}
	}

	for _, read := range []bool{true, false} {
		p.session(t, alice.Fork(), func(c *betterauth.Ctx) error {
			if read {
				if _, err := c.Session(); err != nil {
					return err
				}
			}
			changed := as(alice)
			c.RefreshCookies(changed, betterauth.AllCookies)
			wantSomebody(t, "refreshed", c, changed)
			resumed := as(bob)
			c.Resume(resumed, true)
			wantSomebody(t, "resumed", c, resumed)
			return nil
		})
	}

	answer := p.session(t, alice.Fork(), func(c *betterauth.Ctx) error {
		if _, err := c.Session(); err != nil {
			return err
		}
		c.ForgetSession()
		if id, err := c.Session(); id != nil || !errors.Is(err, betterauth.ErrNoSession) {
			t.Errorf("forgotten: %+v, %v", id, err)
		}
		return nil
	})
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("forgotten: cookies %s", names(answer))
	}

	// Nor do parts of a copy stay that the same answer was to set.
	answer = p.session(t, alice.Fork(), func(c *betterauth.Ctx) error {
		large, image := *alice.User, strings.Repeat("x", 8000)
		large.Image = &image
		c.RefreshCookies(&betterauth.Identity{Session: alice.Session, User: &large}, betterauth.AllCookies)
		c.ForgetSession()
		return nil
	})
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("forgotten in parts: cookies %s", names(answer))
	}

	// A session that is made and forgotten by the same request is not handed out.
	answer = p.session(t, kit.Client(), func(c *betterauth.Ctx) error {
		session, err := c.SignIn(alice.User, betterauth.SignIn{Method: "test"})
		if err != nil {
			return err
		}
		if id, made := c.NewIdentity(); !made || id.Session != session {
			t.Errorf("made: %+v", id)
		}
		c.ForgetSession()
		if _, made := c.NewIdentity(); made {
			t.Error("what was forgotten is new")
		}
		if _, issued := c.IssuedSession(); issued {
			t.Error("what was forgotten is handed out")
		}
		return nil
	})
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("made and forgotten: cookies %s", names(answer))
	}

	// Nor is the one that the browser had, where a further step is asked for.
	p.gate = func(*betterauth.Ctx) error { return betterauth.StepUp("further") }
	getSession(t, bob, "")
	answer = p.session(t, bob, func(c *betterauth.Ctx) error {
		if _, err := c.Session(); err != nil {
			return err
		}
		if _, err := c.SignIn(alice.User, betterauth.SignIn{Method: "test"}); err == nil {
			t.Error("signed in without the further step")
		}
		wantNobody(t, "a further step", c)
		return nil
	})
	if names(answer) != "-session_token -session_data" {
		t.Errorf("a further step: cookies %s", names(answer))
	}
}

// The copy alone is made anew for as long as the browser is remembered.
func TestRefreshOfTheCopyAlone(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	kit := cached(t, nil, betterauth.CookieCacheConfig{}, p)
	alice := kit.SignedIn("alice@example.com")
	for _, remembered := range []bool{true, false} {
		if !remembered {
			alice.SetCookie(forgetCookie, "true."+kit.Host.Sign("true"))
		}
		answer := p.session(t, alice, func(c *betterauth.Ctx) error {
			c.RefreshCookies(&betterauth.Identity{Session: alice.Session, User: alice.User}, betterauth.CacheOnly)
			return nil
		})
		if ck := answer.SetCookie(cacheCookie); names(answer) != "session_data" || (ck.MaxAge == 300) != remembered || (ck.MaxAge == 0) == remembered {
			t.Errorf("remembered %t: %v", remembered, answer.Cookies)
		}
	}
}

// Whoever a source vouches for stays who they are, with what changed about them.
func TestVouchedIdentityGoesOn(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	kit := plugintest.New(t, p, betterauth.Inline{ID: "vouching", Sources: []betterauth.SessionSource{betterauth.IdentitySource("badge",
		func(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
			return &betterauth.Identity{User: &betterauth.User{ID: "1", Name: "Before"}, Session: &betterauth.Session{UserID: "1", ExpiresAt: c.Now().Add(time.Hour)}}, true, nil
		})}})
	answer := p.session(t, kit.Client(), func(c *betterauth.Ctx) error {
		id, err := c.Session()
		if err != nil {
			return err
		}
		c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: &betterauth.User{ID: "1", Name: "After"}}, betterauth.AllCookies)
		for range 2 {
			if id, err := c.Session(); err != nil || id.User.Name != "After" || id.Source != "badge" || c.Identity() != id {
				t.Errorf("%+v, %v", id, err)
			}
			c.ForgetSession() // which ends no badge
		}
		return nil
	})
	for _, ck := range answer.Cookies {
		if ck.MaxAge >= 0 {
			t.Errorf("a cookie %v", ck)
		}
	}
}

// A session is stored with what its sign-in says, and with what a text column can
// hold of what the client says it is.
func TestWhatASessionIsMadeOf(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{p}, Config: betterauth.Config{AdditionalColumns: sessionColumns}})
	user := kit.CreateUser("alice@example.com", true)
	for agent, want := range map[string]string{
		"":                               "",
		"Browser/1.0":                    "Browser/1.0",
		strings.Repeat("ä", 1024):        strings.Repeat("ä", 1024),
		strings.Repeat("ä", 1023) + "xy": strings.Repeat("ä", 1023) + "x",
		strings.Repeat("x", 3000):        strings.Repeat("x", 1024),
		"a\x00b":                         "ab",
	} {
		c := kit.Client()
		c.Header.Set("User-Agent", agent)
		var made *betterauth.Session
		p.session(t, c, func(c *betterauth.Ctx) (err error) {
			made, err = c.SignIn(user, betterauth.SignIn{Method: "test", Columns: database.Set{"device": "laptop"}})
			return err
		})
		kept := stored(t, kit, made.ID)
		if device, _ := kept.Extra.Value("device"); device != "laptop" || kept.UserAgent == nil || *kept.UserAgent != want {
			t.Errorf("%.40q: device %v, agent %.40q", agent, device, *kept.UserAgent)
		}
	}
}

// Of sessions that are too many all are ended, the oldest first.
func TestOldestSessionsEnd(t *testing.T) {
	t.Parallel()
	db := memory(t)
	before := plugintest.NewWith(t, plugintest.Options{DB: db})
	var tokens []string
	for range 5 {
		tokens = append(tokens, before.SignedIn("alice@example.com").Session.Token)
	}
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{Session: betterauth.SessionConfig{MaxPerUser: 3}}})
	alice := kit.SignedIn("alice@example.com")
	if got, want := tokensOf(t, kit, alice.User.ID), []string{alice.Session.Token, tokens[4], tokens[3]}; !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v of %v", got, want, tokens)
	}
}

// tokensOf are the tokens of a user's sessions, as List orders them.
func tokensOf(t *testing.T, kit *plugintest.Kit, userID string) (tokens []string) {
	t.Helper()
	sessions, err := kit.Auth.Sessions().List(t.Context(), userID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sessions {
		tokens = append(tokens, s.Token)
	}
	return tokens
}

// Sessions are listed, newest first, and ended for their own user; with all of them
// ends what must not outlive them.
func TestSessionsOfAUser(t *testing.T) {
	t.Parallel()
	p := &tickets{}
	kit := plugintest.New(t, p)
	sessions := kit.Auth.Sessions()
	letter := func() bool {
		t.Helper()
		found, err := kit.Host.Verifications().Find(t.Context(), "letter-to-alice@example.com")
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			t.Fatal(err)
		}
		return found != nil
	}
	alice := kit.SignedIn("alice@example.com")
	kit.Clock.Advance(time.Second)
	later := kit.SignedIn("alice@example.com")
	bob := kit.SignedIn("bob@example.com")
	id := alice.User.ID
	if got := tokensOf(t, kit, id); !slices.Equal(got, []string{later.Session.Token, alice.Session.Token}) {
		t.Errorf("listed %v", got)
	}
	for name, token := range map[string]string{"unknown": "unknown", "another user's": bob.Session.Token} {
		if ended, err := sessions.Revoke(t.Context(), id, token); ended || err != nil {
			t.Errorf("%s: %t, %v", name, ended, err)
		}
	}
	if ended, err := sessions.Revoke(t.Context(), id, alice.Session.Token); !ended || err != nil {
		t.Errorf("%t, %v", ended, err)
	}
	for name, end := range map[string]func() (int, error){
		"all":    func() (int, error) { return sessions.RevokeAll(t.Context(), id) },
		"others": func() (int, error) { return sessions.RevokeOthers(t.Context(), id, "another") },
	} {
		kit.SignedIn("alice@example.com")
		if _, err := kit.Host.Verifications().Create(t.Context(), "letter-to-alice@example.com", "x", time.Hour); err != nil {
			t.Fatal(err)
		}
		if n, err := end(); n == 0 || err != nil || len(tokensOf(t, kit, id)) != 0 || letter() {
			t.Errorf("%s: %d, %v, left %v, a letter %t", name, n, err, tokensOf(t, kit, id), letter())
		}
	}
	if n, err := sessions.RevokeAll(t.Context(), "nobody"); n != 0 || err != nil {
		t.Errorf("of nobody: %d, %v", n, err)
	}
	if len(tokensOf(t, kit, bob.User.ID)) != 1 {
		t.Error("another user's session ended")
	}
}

// A session that was renewed is the request's from then on, lives on from now, and is
// ended by its new token. Another token alone changes no time, and is for the
// session's own user.
func TestRenewedSessionGoesOn(t *testing.T) {
	t.Parallel()
	p := &tryOut{}
	var atSignOut func(c *betterauth.Ctx) error
	kit := plugintest.New(t, p, bearer.New(bearer.Config{}), betterauth.Inline{ID: "before", Before: []betterauth.BeforeHook{
		betterauth.Before("signOut", func(c *betterauth.Ctx, _ *betterauth.SignOutInput) error {
			if atSignOut == nil {
				return nil
			}
			return atSignOut(c)
		})}})
	alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
	kit.Clock.Advance(time.Hour)
	p.session(t, alice, func(c *betterauth.Ctx) error {
		if s, err := c.RotateSession(bob.User); s != nil || !errors.Is(err, betterauth.ErrUnauthorized) {
			t.Errorf("with another user: %+v, %v", s, err)
		}
		s, err := c.RotateSession(alice.User)
		if err != nil {
			return err
		}
		if s.Token == alice.Session.Token || !s.ExpiresAt.Equal(alice.Session.ExpiresAt) || !s.CreatedAt.Equal(alice.Session.CreatedAt) {
			t.Errorf("another token alone: %+v", s)
		}
		renewed, err := c.Reauthenticate(betterauth.SignIn{Method: "test"})
		if err != nil {
			return err
		}
		if renewed.Token == s.Token || !renewed.ExpiresAt.Equal(kit.Clock.Now().Add(7*24*time.Hour)) || !renewed.CreatedAt.Equal(kit.Clock.Now()) {
			t.Errorf("renewed: %+v", renewed)
		}
		wantSomebody(t, "renewed", c, c.Identity())
		if c.Identity().Session != renewed {
			t.Errorf("renewed, the request's session is %+v", c.Identity().Session)
		}
		return nil
	})
	p.session(t, kit.Client(), func(c *betterauth.Ctx) error {
		if s, err := c.RotateSession(bob.User); s != nil || !errors.Is(err, betterauth.ErrUnauthorized) {
			t.Errorf("of nobody: %+v, %v", s, err)
		}
		return nil
	})
	answer := p.session(t, alice, func(c *betterauth.Ctx) error {
		if _, err := c.RotateSession(alice.User); err != nil {
			return err
		}
		c.ForgetSession()
		return nil
	})
	if names(answer) != "-session_token -session_data -dont_remember" {
		t.Errorf("renewed and forgotten: %s", names(answer))
	}

	c := kit.Client()
	c.Header.Set("Authorization", "Bearer "+bob.Session.Token)
	atSignOut = func(c *betterauth.Ctx) error {
		_, err := c.RotateSession(bob.User)
		return err
	}
	c.Post("/sign-out", map[string]any{}).Want(http.StatusOK)
	if left := tokensOf(t, kit, bob.User.ID); len(left) != 0 {
		t.Errorf("signed out, %v goes on", left)
	}
}
