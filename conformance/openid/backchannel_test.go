package openid_test

import (
	"context"
	"crypto/rand"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// told is a site that the provider tells about sign-outs, at a real address.
type told struct {
	*site
	server *httptest.Server
}

func newTold(t testing.TB, db *database.DB) *told {
	t.Helper()
	s := &told{site: &site{t: t, social: social.New(social.Config{})}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Auth.ServeHTTP(w, r) }))
	t.Cleanup(s.server.Close)
	s.op = openid.New(t, openid.Config{Algorithm: "ES256", Clients: []openid.Client{{
		ID: "site", Secret: "a secret", Auth: openid.Post, RedirectURIs: []string{callback}, BackChannelLogoutURI: s.endpoint("op")}}})
	client := oauth.Client{ID: "site", Secret: "a secret"}
	s.Kit = plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{HTTPClient: s.op.Client()}, Plugins: []betterauth.Plugin{
		emailpassword.New(emailpassword.Config{}), s.social,
		genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{
			{ID: "op", Client: client, Issuer: s.op.Issuer(), Scopes: []string{"email"}, BackChannelLogout: true},
			{ID: "deaf", Client: client, Issuer: s.op.Issuer(), Scopes: []string{"email"}},
		}}),
	}})
	s.op.SetNow(s.Clock.Now)
	return s
}

func (s *told) endpoint(id string) string {
	return s.server.URL + "/api/auth/oauth/backchannel-logout/" + id
}

// signIn signs somebody in here, in a new browser, at the provider in that of b.
func (s *told) signIn(b *openid.Browser, as openid.Person) *plugintest.Client {
	s.t.Helper()
	c := s.Client()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
	s.back(c, s.visit(b, begun.URL, as))
	if !signedIn(c) {
		s.t.Fatal("nobody is signed in")
	}
	return c
}

func signedIn(c *plugintest.Client) bool { return string(c.Get("/get-session").Body) != "null" }

// tell sends a logout token as the provider does.
func (s *told) tell(id, token string) (status int, body string, h http.Header) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.endpoint(id), strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.StatusCode, string(raw), a.Header
}

// Each sign-in ends with the session at the provider that it came of, and no other.
func TestSocialSignsOutWithTheProvider(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newTold(t, db)
		first, second := s.op.NewBrowser(), s.op.NewBrowser()
		one, same, other := s.signIn(first, ada), s.signIn(first, ada), s.signIn(second, ada)
		byPassword := s.SignedIn("bob@example.com")
		if _, err := first.EndSession(t.Context(), s.op.URL(openid.EndSession)); err != nil {
			t.Fatal(err)
		}
		if signedIn(one) || signedIn(same) || !signedIn(other) || !signedIn(byPassword) {
			t.Errorf("signed in are %t %t %t %t", signedIn(one), signedIn(same), signedIn(other), signedIn(byPassword))
		}
		if err := s.op.SignOut(t.Context(), ada.Sub); err != nil {
			t.Fatal(err)
		}
		if signedIn(other) || !signedIn(byPassword) {
			t.Error("the other session goes on, or another user's has ended")
		}
	})
}

// claims of a logout token that nothing is wrong with, for a session of ada's.
func (s *told) claims(changes map[string]any) map[string]any {
	now := s.Clock.Now()
	claims := map[string]any{"iss": s.op.Issuer(), "aud": "site", "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
		"sub": ada.Sub, "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

func TestSocialChecksLogoutTokens(t *testing.T) {
	t.Parallel()
	s := newTold(t, nil)
	c := s.signIn(s.op.NewBrowser(), ada)
	const event = "http://schemas.openid.net/event/backchannel-logout"
	type object = map[string]any
	seconds := func(d time.Duration) int64 { return s.Clock.Now().Add(d).Unix() }
	for name, test := range map[string]struct {
		changes object
		typ     string
	}{
		"another issuer":      {changes: object{"iss": "https://other.example"}},
		"no issuer":           {changes: object{"iss": nil}},
		"another audience":    {changes: object{"aud": "other"}},
		"no audience":         {changes: object{"aud": nil}},
		"one of two clients":  {changes: object{"aud": []string{"site", "other"}}},
		"no time":             {changes: object{"iat": nil}},
		"old":                 {changes: object{"iat": seconds(-6 * time.Minute)}},
		"of the future":       {changes: object{"iat": seconds(time.Minute), "exp": seconds(3 * time.Minute)}},
		"expired":             {changes: object{"exp": seconds(-time.Minute)}},
		"a wrong expiry":      {changes: object{"exp": "tomorrow"}},
		"no id":               {changes: object{"jti": nil}},
		"an id of no text":    {changes: object{"jti": 7}},
		"no events":           {changes: object{"events": nil}},
		"another event":       {changes: object{"events": object{"https://other.example": object{}}}},
		"an event of no kind": {changes: object{"events": object{event: "yes"}}},
		"a list of events":    {changes: object{"events": []string{event}}},
		"a nonce":             {changes: object{"nonce": "n"}},
		"an empty nonce":      {changes: object{"nonce": ""}},
		"nobody":              {changes: object{"sub": nil}},
		"an ID token's type":  {typ: "JWT"},
		"an access token's":   {typ: "at+jwt"},
	} {
		token, err := s.op.Sign(s.claims(test.changes), orElse(test.typ, "logout+jwt"))
		if err != nil {
			t.Fatal(err)
		}
		status, body, h := s.tell("op", token)
		if status != http.StatusBadRequest || body != `{"error":"invalid_request"}` || h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %v", name, status, body, h)
		}
	}
	good, err := s.op.LogoutToken("site", ada.Sub, "")
	if err != nil {
		t.Fatal(err)
	}
	stranger := openid.New(t, openid.Config{Algorithm: "ES256"})
	foreign, err := stranger.Sign(s.claims(nil), "logout+jwt")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	for name, test := range map[string]struct{ id, token string }{
		"another's key": {"op", foreign}, "nothing": {"op", ""}, "no token": {"op", "x"}, "long": {"op", strings.Repeat("x", 100_000)},
		"no signature": {"op", parts[0] + "." + parts[1] + "."}, "a provider that did not opt in": {"deaf", good}, "no provider": {"none", good},
	} {
		if status, body, _ := s.tell(test.id, test.token); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if !signedIn(c) {
		t.Fatal("a refused token signed somebody out")
	}
	if strings.Contains(s.Log.String(), parts[2]) {
		t.Error("the log holds a token")
	}
	status, body, h := s.tell("op", good)
	if status != http.StatusOK || body != "" || h.Get("Cache-Control") != "no-store" || signedIn(c) {
		t.Errorf("%d %s %v", status, body, h)
	}
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// A token counts once, however many copies come at once.
func TestSocialTakesALogoutTokenOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newTold(t, db)
		c := s.signIn(s.op.NewBrowser(), ada)
		token, err := s.op.LogoutToken("site", ada.Sub, "")
		if err != nil {
			t.Fatal(err)
		}
		var taken atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if status, _, _ := s.tell("op", token); status == http.StatusOK {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		if taken.Load() != 1 || signedIn(c) {
			t.Errorf("taken %d times", taken.Load())
		}
		s.Clock.Advance(time.Second)
		again := s.signIn(s.op.NewBrowser(), ada)
		if status, _, _ := s.tell("op", token); status != http.StatusBadRequest || !signedIn(again) {
			t.Errorf("later the same token answers %d", status)
		}
	})
}

// A session at the provider that nobody here remembers ends all of the user's sessions.
func TestSocialSignsOutOfUnknownSessions(t *testing.T) {
	t.Parallel()
	s := newTold(t, nil)
	c, bob := s.signIn(s.op.NewBrowser(), ada), s.SignedIn("bob@example.com")
	for _, test := range []struct {
		sub  string
		ends bool
	}{{"", false}, {"nobody", false}, {ada.Sub, true}} {
		token, err := s.op.LogoutToken("site", test.sub, "a session")
		if err != nil {
			t.Fatal(err)
		}
		if status, _, _ := s.tell("op", token); status != http.StatusOK || signedIn(c) == test.ends || !signedIn(bob) {
			t.Errorf("%q: %d, signed in %t", test.sub, status, signedIn(c))
		}
	}
}

// A session that was prolonged by use ends with the one at the provider, long after its
// first end; another of the same user goes on.
func TestSocialSignsOutOfProlongedSessions(t *testing.T) {
	t.Parallel()
	s := newTold(t, nil)
	c := s.signIn(s.op.NewBrowser(), ada)
	account, err := plugintest.StoreOf[betterauth.Account](s.Kit).Get(t.Context(), database.Eq("accountId", ada.Sub))
	if err != nil {
		t.Fatal(err)
	}
	sid := oauth.StoredClaims(*account.IDToken).SessionID
	for range 5 {
		s.Clock.Advance(4 * 24 * time.Hour)
		if !signedIn(c) {
			t.Fatal("the session was not prolonged")
		}
	}
	other := s.signIn(s.op.NewBrowser(), ada)
	token, err := s.op.LogoutToken("site", ada.Sub, sid)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := s.tell("op", token); status != http.StatusOK || signedIn(c) || !signedIn(other) {
		t.Errorf("%d, signed in %t and %t", status, signedIn(c), signedIn(other))
	}
}

// Messages that come in another order than they were sent in forget nothing: an ID token
// from before the last one signs nobody in.
func TestSocialRemembersTheLastSignOut(t *testing.T) {
	t.Parallel()
	s := newTold(t, nil)
	c := s.Client()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
	back := s.visit(s.op.NewBrowser(), begun.URL, ada)
	late := s.Clock.Now().Add(20 * time.Second)
	for _, issued := range []time.Time{late, s.Clock.Now().Add(-time.Minute)} {
		token, err := s.op.Sign(s.claims(map[string]any{"iat": issued.Unix()}), "logout+jwt")
		if err != nil {
			t.Fatal(err)
		}
		if status, body, _ := s.tell("op", token); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if to := s.back(c, back); !strings.Contains(to, "error=signed_out_at_provider") {
		t.Errorf("leads to %s", to)
	}
}

// Whoever signs out at the provider while a sign-in is under way does not end up signed in.
func TestSocialIsToldDuringASignIn(t *testing.T) {
	t.Parallel()
	for name, bySubject := range map[string]bool{"by session": false, "by subject": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTold(t, nil)
			c := s.Client()
			var begun social.Begun
			c.Post("/sign-in/social", map[string]any{"provider": "op", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
			back := s.visit(s.op.NewBrowser(), begun.URL, ada)
			s.op.Intercept(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, r)
					if r.URL.Path != "/oauth/token" {
						return
					}
					s.Clock.Advance(time.Second)
					if !bySubject {
						if err := s.op.SignOut(r.Context(), ada.Sub); err != nil {
							t.Error(err)
						}
						return
					}
					token, err := s.op.LogoutToken("site", ada.Sub, "")
					if err != nil {
						t.Error(err)
					}
					if status, body, _ := s.tell("op", token); status != http.StatusOK {
						t.Errorf("%d %s", status, body)
					}
				})
			})
			if to := s.back(c, back); to != "/failed?error=signed_out_at_provider" || signedIn(c) {
				t.Errorf("leads to %s", to)
			}
			if rows := s.Rows(); len(rows["user"]) != 0 {
				t.Error("a user was made")
			}
		})
	}
}
