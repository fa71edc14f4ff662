package openid_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/better-auth-go/better-auth/plugins/social"
)

const lateFailure = "/failed?error=reauthentication_failed"

// stepUp begins to prove the session again and returns where the provider is asked.
func (s *site) stepUp(c *plugintest.Client, in map[string]any) *url.URL {
	s.t.Helper()
	asked := map[string]any{"provider": "op", "callbackURL": "/settings", "errorCallbackURL": "/failed"}
	for name, value := range in {
		asked[name] = value
	}
	var begun social.Begun
	c.Post("/reauthenticate/social", asked).Want(http.StatusOK).Into(&begun)
	to, err := url.Parse(begun.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return to
}

// fresh reports whether the session counts as fresh.
func fresh(c *plugintest.Client) bool { return c.Get("/list-sessions").Status == http.StatusOK }

// stale is a browser whose session is no longer fresh, and its browser at the provider.
func (s *site) stale(as openid.Person) (*plugintest.Client, *openid.Browser) {
	s.t.Helper()
	c, b := s.Client(), s.op.NewBrowser()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
	s.back(c, s.visit(b, begun.URL, as))
	s.Clock.Advance(25 * time.Hour)
	if fresh(c) {
		s.t.Fatal("the session is still fresh")
	}
	return c, b
}

func (s *site) visit(b *openid.Browser, to string, as openid.Person) string {
	s.t.Helper()
	back, err := b.Authorize(s.t.Context(), to, as)
	if err != nil {
		s.t.Fatal(err)
	}
	return back
}

func TestSocialProvesASessionAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c, b := s.stale(ada)
	var before, after betterauth.Identity
	c.Get("/get-session").Into(&before)
	old := c.Fork()
	to := s.stepUp(c, nil)
	if q := to.Query(); q.Get("max_age") != "0" || q.Get("prompt") != "login" || q.Has("acr_values") {
		t.Errorf("asks with %v", q)
	}
	if to := s.back(c, s.visit(b, to.String(), ada)); to != "/settings" {
		t.Fatalf("leads to %s", to)
	}
	c.Get("/get-session").Into(&after)
	if !fresh(c) || after.Session.ID != before.Session.ID || after.Session.Token == before.Session.Token {
		t.Errorf("the session is %+v, was %+v", after.Session, before.Session)
	}
	if string(old.Get("/get-session").Body) != "null" {
		t.Error("the old token still works")
	}
}

// What the provider says in its ID token decides, whatever the browser made of the URL.
func TestSocialProvesNothingBy(t *testing.T) {
	t.Parallel()
	eve := openid.Person{Sub: "eve", Email: "eve@example.com", EmailVerified: true}
	weak := ada
	weak.ACR = "urn:weak"
	for name, test := range map[string]struct {
		in   map[string]any
		as   openid.Person
		url  func(q url.Values)
		want string
	}{
		"another person":    {as: eve, want: lateFailure},
		"an old session":    {as: ada, url: func(q url.Values) { q.Del("max_age"); q.Del("prompt") }, want: lateFailure},
		"another max_age":   {as: ada, url: func(q url.Values) { q.Set("max_age", "999999"); q.Del("prompt") }, want: lateFailure},
		"old but allowed":   {in: map[string]any{"maxAge": 86400}, as: ada, url: func(q url.Values) { q.Del("max_age") }, want: lateFailure},
		"a weak class":      {in: map[string]any{"acrValues": []string{"urn:strong"}}, as: weak, want: lateFailure},
		"no class":          {in: map[string]any{"acrValues": []string{"urn:strong"}}, as: ada, url: func(q url.Values) { q.Del("acr_values") }, want: lateFailure},
		"one of two":        {in: map[string]any{"acrValues": []string{"urn:strong", "urn:weak"}}, as: weak, want: "/settings"},
		"a class by itself": {in: map[string]any{"acrValues": []string{"urn:strong"}}, as: ada, want: "/settings"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil, openid.Config{})
			c, b := s.stale(ada)
			to := s.stepUp(c, test.in)
			if test.url != nil {
				q := to.Query()
				test.url(q)
				to.RawQuery = q.Encode()
			}
			if got := s.back(c, s.visit(b, to.String(), test.as)); got != test.want {
				t.Errorf("leads to %s", got)
			}
			if fresh(c) != (test.want == "/settings") {
				t.Errorf("that the session is fresh is %t", fresh(c))
			}
			if rows := s.Rows(); len(rows["user"]) != 1 || len(rows["account"]) != 1 || len(rows["session"]) != 1 {
				t.Errorf("rows %v", rows)
			}
		})
	}
}

// A sign-in at the provider that is young enough suffices, without a form.
func TestSocialProvesByMaxAge(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c, b := s.stale(ada)
	s.visit(b, s.stepUp(c, nil).String(), ada) // signs in at the provider, and never comes back
	s.Clock.Advance(time.Minute)
	to := s.stepUp(c, map[string]any{"maxAge": 120})
	if to.Query().Has("prompt") {
		t.Error("asks for a new sign-in")
	}
	if got := s.back(c, s.visit(b, to.String(), ada)); got != "/settings" || !fresh(c) {
		t.Errorf("leads to %s", got)
	}
}

// The flow belongs to the session that began it.
func TestSocialProvesOneSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c, b := s.stale(ada)
	back := s.visit(b, s.stepUp(c, nil).String(), ada)
	signedOut := c.Fork()
	another := s.Client() // the same user
	if to := s.flow(another, "/sign-in/social", ada); to != "/home" {
		t.Fatal(to)
	}
	const cookie = "better-auth.session_token"
	value, err := url.QueryUnescape(another.Cookie(cookie))
	if err != nil {
		t.Fatal(err)
	}
	c.SetCookie(cookie, value)
	if to := s.back(c, back); to != lateFailure {
		t.Errorf("another session leads to %s", to)
	}
	back = s.visit(b, s.stepUp(signedOut, nil).String(), ada)
	signedOut.Fork().Post("/sign-out", nil).Want(http.StatusOK)
	if to := s.back(signedOut, back); to != lateFailure {
		t.Errorf("a session that has ended leads to %s", to)
	}
}

func TestSocialRefusesToBeginAStepUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	without := s.SignedIn("bob@example.com")
	without.Post("/reauthenticate/social", map[string]any{"provider": "op"}).WantError(social.ErrAccountNotFound)
	without.Post("/reauthenticate/social", map[string]any{"provider": "none"}).WantError(social.ErrProviderNotFound)
	s.Client().Post("/reauthenticate/social", map[string]any{"provider": "op"}).WantError(betterauth.ErrUnauthorized)
	c := s.Client()
	s.flow(c, "/sign-in/social", ada)
	for _, classes := range [][]string{{""}, {"a b"}, make([]string, 11)} {
		c.Post("/reauthenticate/social", map[string]any{"provider": "op", "acrValues": classes}).WantError(social.ErrInvalidClass)
	}
	c.Post("/reauthenticate/social", map[string]any{"provider": "op", "maxAge": -1}).Want(http.StatusBadRequest)
	c.Post("/reauthenticate/social", map[string]any{"provider": "op", "callbackURL": "https://evil.example"}).Want(http.StatusForbidden)
}
