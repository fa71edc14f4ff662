package openid_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

const callback = "http://localhost:3000/api/auth/callback/op"

// site is an application whose users sign in at the provider.
type site struct {
	*plugintest.Kit
	t      testing.TB
	op     *openid.Provider
	social *social.Social
}

// newSite builds the application on db, nil for a database of its own, in memory.
func newSite(t testing.TB, db *database.DB, c openid.Config) *site {
	t.Helper()
	if c.Algorithm == "" {
		c.Algorithm = "ES256"
	}
	if len(c.Clients) == 0 {
		c.Clients = []openid.Client{{ID: "site", Secret: "a secret", Auth: openid.Post, RedirectURIs: []string{callback}, RequirePKCE: true}}
	}
	op := openid.New(t, c)
	return newSiteAt(t, db, op, oauth.Client{ID: "site", Secret: "a secret"})
}

func newSiteAt(t testing.TB, db *database.DB, op *openid.Provider, client oauth.Client) *site {
	t.Helper()
	return newSiteOf(t, db, op, client, social.Config{EncryptTokens: true})
}

func newSiteOf(t testing.TB, db *database.DB, op *openid.Provider, client oauth.Client, cfg social.Config) *site {
	t.Helper()
	s := &site{t: t, op: op, social: social.New(cfg)}
	s.Kit = plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{HTTPClient: op.Client()}, Plugins: []betterauth.Plugin{
		emailpassword.New(emailpassword.Config{}), account.New(account.Config{}), s.social,
		genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{
			ID: "op", Client: client, Issuer: op.Issuer(), Scopes: []string{"email", "profile", "offline_access"}}}}),
	}})
	op.SetNow(s.Clock.Now)
	return s
}

// flow begins a flow and lets somebody answer at the provider; it returns where the
// callback leads.
func (s *site) flow(c *plugintest.Client, path string, as openid.Person) string {
	s.t.Helper()
	var begun social.Begun
	c.Post(path, map[string]any{"provider": "op", "callbackURL": "/home", "newUserCallbackURL": "/new", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
	back, err := s.op.Authorize(context.Background(), begun.URL, as)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.back(c, back)
}

func (s *site) back(c *plugintest.Client, to string) string {
	s.t.Helper()
	a := c.Get(strings.TrimPrefix(to, "http://localhost:3000/api/auth"))
	if a.Status != http.StatusFound {
		s.t.Fatalf("the callback answers %d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

type linked struct {
	ID       string   `json:"id"`
	Provider string   `json:"providerId"`
	Subject  string   `json:"accountId"`
	Scopes   []string `json:"scopes"`
}

func (s *site) accounts(c *plugintest.Client) (all []linked) {
	s.t.Helper()
	c.Get("/list-accounts").Want(http.StatusOK).Into(&all)
	return all
}

func TestSocialSignsUpAndInAtARealProvider(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]openid.Client{
		"post":             {Auth: openid.Post},
		"basic":            {Auth: openid.Basic},
		"email elsewhere":  {Auth: openid.Post, UserinfoOnly: true},
		"issuer in answer": {Auth: openid.Post},
	} {
		t.Run(name, func(t *testing.T) {
			client.ID, client.Secret, client.RedirectURIs, client.RequirePKCE = "site", "a secret", []string{callback}, true
			op := openid.New(t, openid.Config{Algorithm: "ES256", ResponseIssuer: name == "issuer in answer", Clients: []openid.Client{client}})
			site := oauth.Client{ID: "site", Secret: "a secret"}
			if client.Auth == openid.Basic {
				site.Authentication = oauth.SecretBasic
			}
			s := newSiteAt(t, nil, op, site)
			c := s.Client()
			if to := s.flow(c, "/sign-in/social", ada); to != "/new" {
				t.Fatalf("the sign-up leads to %s", to)
			}
			var me betterauth.Identity
			c.Get("/get-session").Want(http.StatusOK).Into(&me)
			if me.User.Email != strings.ToLower(ada.Email) || !me.User.EmailVerified || me.User.Name != ada.Name {
				t.Errorf("signed up %+v", me.User)
			}
			if err := op.RotateKeys(); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(time.Minute) // keys are not read again at once
			again := s.Client()
			if to := s.flow(again, "/sign-in/social", ada); to != "/home" {
				t.Fatalf("the sign-in after the rotation leads to %s", to)
			}
			if all := s.accounts(again); len(all) != 1 || all[0].Subject != ada.Sub || all[0].Provider != "op" {
				t.Errorf("accounts %+v", all)
			}
		})
	}
}

func TestSocialIsToldOfADenial(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c := s.Client()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "errorCallbackURL": "/failed?x=1"}).Want(http.StatusOK).Into(&begun)
	before := s.Rows()
	back, err := s.op.Deny(t.Context(), begun.URL)
	if err != nil {
		t.Fatal(err)
	}
	if to := s.back(c, back); !strings.HasPrefix(to, "/failed?x=1&error=access_denied") {
		t.Errorf("a denial leads to %s", to)
	}
	if len(s.Rows()["user"]) != len(before["user"]) {
		t.Error("a denial made a user")
	}
}

func TestSocialLinksAndUnlinks(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c := s.Client()
	c.Post("/sign-up/email", map[string]any{"name": "Ada", "email": ada.Email, "password": "correct horse"}).Want(http.StatusOK)
	if to := s.flow(c, "/link-social", ada); to != "/home" {
		t.Fatalf("the link leads to %s", to)
	}
	all := s.accounts(c)
	if len(all) != 2 || all[1].Provider != "op" {
		t.Fatalf("accounts %+v", all)
	}
	// Somebody else's session cannot have the same account.
	other := s.SignedIn("eve@example.com")
	if to := s.flow(other, "/link-social", ada); !strings.HasPrefix(to, "/failed?error=email_does_not_match") {
		t.Errorf("a second link leads to %s", to)
	}
	c.Post("/unlink-account", map[string]any{"accountId": all[1].ID}).Want(http.StatusOK)
	if all := s.accounts(c); len(all) != 1 {
		t.Errorf("accounts after unlinking %+v", all)
	}
}

// A refresh token works once; whoever sends it again ends the grant. So of many requests
// for an expired token one reaches the provider.
func TestSocialRefreshesOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, db, openid.Config{AccessTokenLife: time.Minute})
		c := s.Client()
		s.flow(c, "/sign-in/social", ada)
		id := s.accounts(c)[0].ID
		s.Clock.Advance(2 * time.Minute)
		tokens := make([]string, 64)
		var all sync.WaitGroup
		for i := range tokens {
			all.Go(func() {
				var answer struct {
					AccessToken string `json:"accessToken"`
				}
				c.Fork().Post("/get-access-token", map[string]any{"accountId": id}).Want(http.StatusOK).Into(&answer)
				tokens[i] = answer.AccessToken
			})
		}
		all.Wait()
		for _, token := range tokens {
			if token == "" || token != tokens[0] {
				t.Fatalf("some got %q, others %q", token, tokens[0])
			}
		}
		if n := s.op.Count(openid.Token, "refresh_token"); n != 1 {
			t.Errorf("the provider was asked %d times", n)
		}
		s.Clock.Advance(2 * time.Minute)
		source := s.social.TokenSource(t.Context(), s.userID(c), "op")
		if token, err := source.Token(); err != nil || token.AccessToken == tokens[0] || !token.Expiry.After(s.Clock.Now()) {
			t.Errorf("%+v, %v", token, err)
		}
	})
}

func (s *site) userID(c *plugintest.Client) string {
	var me betterauth.Identity
	c.Get("/get-session").Want(http.StatusOK).Into(&me)
	return me.User.ID
}

// A provider that is down leaves nothing behind, and the person is told.
func TestSocialOutage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c := s.Client()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "errorCallbackURL": "/failed"}).Want(http.StatusOK).Into(&begun)
	back, err := s.op.Authorize(t.Context(), begun.URL, ada)
	if err != nil {
		t.Fatal(err)
	}
	s.op.Intercept(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	})
	if to := s.back(c, back); to != "/failed?error=invalid_code" {
		t.Errorf("leads to %s", to)
	}
	if log := s.Log.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "check Client.ID and Client.Secret") || !strings.Contains(log, "502") {
		t.Errorf("the log does not say what to look at: %s", log)
	}
	s.op.Intercept(nil)
	if rows := s.Rows(); len(rows["user"])+len(rows["account"])+len(rows["session"])+len(rows["verification"]) > 0 {
		t.Errorf("left behind %v", rows)
	}
	if to := s.flow(c, "/sign-in/social", ada); to != "/new" {
		t.Errorf("later it leads to %s", to)
	}
}

// What the browser brings back counts once.
func TestSocialAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil, openid.Config{})
	c := s.Client()
	var begun social.Begun
	c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
	back, err := s.op.Authorize(t.Context(), begun.URL, ada)
	if err != nil {
		t.Fatal(err)
	}
	if to := s.back(s.Client(), back); !strings.Contains(to, "error=state_mismatch") {
		t.Errorf("in another browser it leads to %s", to)
	}
	if to := s.back(c, back); to != "/home" {
		t.Errorf("leads to %s", to)
	}
	if to := s.back(c, back); !strings.Contains(to, "error=state_mismatch") {
		t.Errorf("again it leads to %s", to)
	}
	if q, _ := url.Parse(begun.URL); q.Query().Get("nonce") == "" || q.Query().Get("code_challenge_method") != "S256" {
		t.Errorf("the authorization URL is %s", begun.URL)
	}
}
