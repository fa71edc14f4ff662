package social_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// respelt is a JWT with other unused bits at the end of its signature, which verifies as
// well.
func respelt(token string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(token) - 1
	return token[:last] + string(digits[strings.IndexByte(digits, token[last])^1])
}

// Whatever tells a session a token that clients may sign in with, nobody signs in with it
// afterwards: an old session becomes no fresh one by it, and an ended one does not return.
func TestTokensToldToSessionsSignInNobody(t *testing.T) {
	t.Parallel()
	const told = "told by the provider's own function"
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		p := newIDP(t)
		leaving, own := p.provider("leaving"), p.plain("own")
		leaving.EndSessionURL = p.server.URL + "/end"
		own.IDTokens = &oauth.IDTokens{Verify: func(_ context.Context, c *oauth.Caller, _ *oauth.Provider, token, _ string) (*oauth.Claims, error) {
			if token != told {
				return nil, &oauth.InvalidTokenError{Reason: "is another"}
			}
			return &oauth.Claims{Subject: "sub-alice", Raw: []byte("{}")}, nil
		}}
		own.User = func(_ context.Context, g *social.Grant) (*social.Profile, error) {
			return &social.Profile{Subject: "sub-alice", Email: "alice@example.com", EmailVerified: true}, nil
		}
		plugin := social.New(social.Config{Providers: []social.Provider{p.provider("idp"), leaving, own}})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{plugin, account.New(account.Config{})}})
		p.now = kit.Clock.Now
		accounts := plugintest.StoreOf[betterauth.Account](kit)
		s := &scene{Kit: kit, t: t, idp: p, c: kit.Client(), who: alice}
		enter := func(provider, token string) *plugintest.Answer {
			return kit.Client().Post("/sign-in/social", object{"provider": provider, "idToken": object{"token": token}})
		}
		row := func(provider string) *betterauth.Account {
			found, err := accounts.Get(t.Context(), database.Eq("providerId", provider))
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		signIn := func(provider string) string {
			s.c = kit.Client()
			if got := s.flow(provider).Header.Get("Location"); got != "/home" {
				t.Fatal(got)
			}
			return row(provider).ID
		}

		id := signIn("idp")
		// A client of the provider's library sends a token again: it was told to nobody.
		enter("idp", *row("idp").IDToken).Want(http.StatusOK)
		var access social.AccessToken
		for range 2 {
			s.c.Post("/get-access-token", object{"accountId": id}).Want(http.StatusOK).Into(&access)
		}
		enter("idp", access.IDToken).WantError(social.ErrInvalidToken)
		if other := respelt(access.IDToken); other == access.IDToken {
			t.Fatal("not respelt")
		} else if _, err := base64.RawURLEncoding.DecodeString(other[strings.LastIndexByte(other, '.')+1:]); err != nil {
			t.Fatal(err)
		} else {
			enter("idp", other).WantError(social.ErrInvalidToken)
		}
		s.c.Post("/link-social", object{"provider": "idp", "idToken": object{"token": access.IDToken}}).WantError(social.ErrInvalidToken)
		if n := s.count("verification"); n != 1 {
			t.Errorf("%d values are stored", n)
		}

		p.reset(bend{answers: map[string]http.HandlerFunc{"token": func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, object{"access_token": "at.2", "expires_in": 3600, "id_token": sign(object{"alg": "RS256", "kid": "main"}, p.usual(alice, "client", ""), nil)})
		}}})
		kit.Clock.Advance(30 * time.Hour)
		var fresh social.RefreshedTokens
		s.c.Post("/refresh-token", object{"accountId": id}).Want(http.StatusOK).Into(&fresh)
		enter("idp", *fresh.IDToken).WantError(social.ErrInvalidToken)
		p.reset(bend{})

		signIn("leaving")
		var left betterauth.SignedOut
		s.c.Post("/sign-out", object{}).Want(http.StatusOK).Into(&left)
		to, err := url.Parse(left.URL)
		if err != nil || to.Query().Get("id_token_hint") == "" {
			t.Fatal(left.URL, err)
		}
		enter("leaving", to.Query().Get("id_token_hint")).WantError(social.ErrInvalidToken)

		// A provider's own function may take its access tokens.
		id = signIn("own")
		enter("own", told).Want(http.StatusOK)
		if _, err := accounts.Update(t.Context(), database.Set{"accessToken": told}, database.Eq("id", id)); err != nil {
			t.Fatal(err)
		}
		if token, err := plugin.TokenSource(t.Context(), row("own").UserID, "own").Token(); err != nil || token.AccessToken != told {
			t.Fatal(token, err)
		}
		enter("own", told).Want(http.StatusOK) // the server's own code is no session
		if _, err := accounts.Update(t.Context(), database.Set{"accessToken": told}, database.Eq("id", id)); err != nil {
			t.Fatal(err)
		}
		s.c.Post("/get-access-token", object{"accountId": id}).Want(http.StatusOK)
		enter("own", told).WantError(social.ErrInvalidToken)
	})
}

// What signs a token in may be the provider's own function, which reads tokens that are
// signed with a secret and does not mind how they are spelt.
func TestOtherSpellingsOfATokenThatWasTold(t *testing.T) {
	t.Parallel()
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"sub-alice","name":"~~~>>>???"}`))
	token := "eyJhbGciOiJIUzI1NiJ9." + claims + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(token)
	if standard == token {
		t.Fatal("the claims have no digit of one alphabet alone")
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		_, enter, tell := toldByFunction(t, db)
		tell(token)
		for name, other := range map[string]string{"itself": token, "the signature's unused bits": respelt(token), "padding": token + "=",
			"the other alphabet": standard, "a line's end": token[:30] + "\r\n" + token[30:], "a space": " " + token} {
			if a := enter(other); a.Status != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, a.Status)
			}
		}
		enter("eyJhbGciOiJIUzI1NiJ9.e30." + token[strings.LastIndexByte(token, '.')+1:]).Want(http.StatusOK) // other claims
	})
}

// A token is remembered for as long as it may sign in, also if it was told long before.
func TestTokensThatLiveLong(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, enter, tell := toldByFunction(t, db)
		for range 3 { // it is told again before it is forgotten
			tell("opaque")
			kit.Clock.Advance(89 * 24 * time.Hour)
			enter("opaque").WantError(social.ErrInvalidToken)
		}
	})
	t.Run("by keys", func(t *testing.T) {
		p := newIDP(t)
		provider := p.provider("idp")
		provider.IDTokens.MaxAge = 0
		kit := plugintest.New(t, social.New(social.Config{Providers: []social.Provider{provider}}))
		p.now = kit.Clock.Now
		p.reset(bend{claims: func(c object) { c["exp"] = p.now().Add(2 * 365 * 24 * time.Hour).Unix() }})
		s := &scene{Kit: kit, t: t, idp: p, c: kit.Client(), who: alice}
		s.flow("idp")
		row, err := plugintest.StoreOf[betterauth.Account](kit).Get(t.Context(), database.Eq("providerId", "idp"))
		if err != nil {
			t.Fatal(err)
		}
		enter := func() *plugintest.Answer {
			return kit.Client().Post("/sign-in/social", object{"provider": "idp", "idToken": object{"token": *row.IDToken}})
		}
		enter().Want(http.StatusOK)
		s.c.Post("/get-access-token", object{"accountId": row.ID}).Want(http.StatusOK)
		kit.Clock.Advance(365 * 24 * time.Hour)
		if _, err := kit.Host.Verifications().DeleteExpired(t.Context()); err != nil {
			t.Fatal(err)
		}
		enter().WantError(social.ErrInvalidToken)
	})
}

// toldByFunction is a site whose provider verifies tokens itself. tell tells a session of
// Alice's a token.
func toldByFunction(t *testing.T, db *database.DB) (kit *plugintest.Kit, enter func(token string) *plugintest.Answer, tell func(token string)) {
	p := newIDP(t)
	own := p.plain("own")
	own.IDTokens = &oauth.IDTokens{Verify: func(context.Context, *oauth.Caller, *oauth.Provider, string, string) (*oauth.Claims, error) {
		return &oauth.Claims{Subject: "sub-alice", Raw: []byte("{}")}, nil
	}}
	own.User = func(context.Context, *social.Grant) (*social.Profile, error) {
		return &social.Profile{Subject: "sub-alice", Email: "alice@example.com", EmailVerified: true}, nil
	}
	kit = plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{own}})}})
	p.now = kit.Clock.Now
	accounts := plugintest.StoreOf[betterauth.Account](kit)
	enter = func(token string) *plugintest.Answer {
		return kit.Client().Post("/sign-in/social", object{"provider": "own", "idToken": object{"token": token}})
	}
	tell = func(token string) {
		t.Helper()
		s := &scene{Kit: kit, t: t, idp: p, c: kit.Client(), who: alice}
		if to := s.flow("own").Header.Get("Location"); to != "/home" {
			t.Fatal(to)
		}
		row, err := accounts.Get(t.Context(), database.Eq("providerId", "own"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.Update(t.Context(), database.Set{"accessToken": token, "accessTokenExpiresAt": nil}, database.Eq("id", row.ID)); err != nil {
			t.Fatal(err)
		}
		s.c.Post("/get-access-token", object{"accountId": row.ID}).Want(http.StatusOK)
	}
	return kit, enter, tell
}
