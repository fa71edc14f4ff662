package openid_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/conformance/openid"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// constant is a token endpoint that always answers the same, as fast as it can, with its
// keys beside it.
func constant(b *testing.B, now time.Time) *httptest.Server {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	b.Cleanup(server.Close)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"iss": server.URL, "aud": "site", "sub": "ada", "email": "ada@example.com", "email_verified": true, "name": "Ada",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}).Serialize()
	if err != nil {
		b.Fatal(err)
	}
	answer := fmt.Appendf(nil, `{"access_token":"granted","token_type":"Bearer","expires_in":3600,"id_token":%q}`, token)
	keys, err := jose.JSONWebKey{Key: key.Public(), KeyID: "k", Algorithm: "ES256"}.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	serve := func(body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}
	}
	mux.HandleFunc("/token", serve(answer))
	mux.HandleFunc("/keys", serve(fmt.Appendf(nil, `{"keys":[%s]}`, keys)))
	return server
}

// BenchmarkCallback signs in by a callback, through the whole handler, with its rows in
// SQLite; and, in turns with it, exchanges a code and verifies the ID token of the same
// provider with x/oauth2 and go-oidc. The metric "times-bare" is how long the first takes in
// units of the second. It is measured at the provider of this package, with the plugin's
// defaults and with what an application may do without; and at an endpoint that answers a
// constant: that takes no time to make tokens, so the ratio there is the largest that any
// provider can give.
//
//	go test -run '^$' -bench Callback -benchtime 1000x ./conformance/openid
func BenchmarkCallback(b *testing.B) {
	b.Run("provider", func(b *testing.B) { benchmarkProvider(b, social.Config{}) })
	b.Run("provider, state in a cookie, tokens not renewed", func(b *testing.B) { benchmarkProvider(b, social.Config{StateInCookie: true, KeepTokens: true}) })
	b.Run("constant", benchmarkConstant)
}

func benchmarkProvider(b *testing.B, cfg social.Config) {
	op := openid.New(b, openid.Config{Algorithm: "ES256", Clients: []openid.Client{{ID: "site", Secret: "a secret", Auth: openid.Post, RedirectURIs: []string{callback}, RequirePKCE: true}}})
	s := newSiteOf(b, nil, op, oauth.Client{ID: "site", Secret: "a secret"}, cfg)
	ada := openid.Person{Sub: "ada", Email: "ada@example.com", EmailVerified: true, Name: "Ada"}
	config := &oauth2.Config{ClientID: "site", ClientSecret: "a secret", RedirectURL: callback, Scopes: []string{"openid", "email", "profile", "offline_access"},
		Endpoint: oauth2.Endpoint{AuthURL: s.op.URL(openid.Authorize), TokenURL: s.op.URL(openid.Token), AuthStyle: oauth2.AuthStyleInParams}}
	exchange := bareExchange(b, config, s.op.Issuer(), s.op.URL(openid.Keys), s.Clock.Now)
	browser := s.op.NewBrowser()
	answered := func(to string) url.Values {
		back, err := browser.Authorize(b.Context(), to, ada)
		if err != nil {
			b.Fatal(err)
		}
		at, err := url.Parse(back)
		if err != nil {
			b.Fatal(err)
		}
		return at.Query()
	}
	inTurns(b, func() (ours, bare func()) {
		c := s.Kit.Client()
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
		r := returning(c, answered(begun.URL))
		verifier := oauth2.GenerateVerifier()
		code := answered(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier))).Get("code")
		return func() { serve(b, s.Kit, r) }, func() { exchange(code, verifier) }
	})
	if s.op.Count(openid.Userinfo) > 0 {
		b.Fatal("the callback asks for more than the ID token, which bare exchanges do not")
	}
}

func benchmarkConstant(b *testing.B) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := constant(b, now)
	config := &oauth2.Config{ClientID: "site", ClientSecret: "secret", RedirectURL: "http://localhost:3000/callback", Endpoint: oauth2.Endpoint{TokenURL: server.URL + "/token", AuthStyle: oauth2.AuthStyleInParams}}
	exchange := bareExchange(b, config, server.URL, server.URL+"/keys", func() time.Time { return now })
	kit := plugintest.NewWith(b, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{{
		ID: "op", Client: oauth.Client{ID: "site", Secret: "secret"}, AuthorizeURL: server.URL + "/authorize", TokenURL: server.URL + "/token", User: oauth.OpenIDUser("", ""),
		IDTokens: &oauth.IDTokens{KeysURL: server.URL + "/keys", Issuers: []string{server.URL}, Algorithms: []string{"ES256"}},
	}}})}})
	inTurns(b, func() (ours, bare func()) {
		c := kit.Client()
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
		to, err := url.Parse(begun.URL)
		if err != nil {
			b.Fatal(err)
		}
		r := returning(c, url.Values{"code": {"1"}, "state": {to.Query().Get("state")}})
		return func() { serve(b, kit, r) }, func() { exchange("1", "verifier") }
	})
}

// returning is the request of a browser that comes back from the provider.
func returning(c *plugintest.Client, answer url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/api/auth/callback/op?"+answer.Encode(), nil)
	for _, name := range []string{"better-auth.state", "better-auth.oauth_state"} {
		if value := c.Cookie(name); value != "" {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	return r
}

func serve(b *testing.B, kit *plugintest.Kit, r *http.Request) {
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, r)
	if w.Code != http.StatusFound || w.Header().Get("Location") != "/home" {
		b.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// inTurns measures what begin made ready, pair by pair. The first pair, which signs up and
// reads the keys, is not measured.
func inTurns(b *testing.B, begin func() (ours, bare func())) {
	ours, bare := begin()
	ours()
	bare()
	type pair struct{ ours, bare func() }
	pairs := make([]pair, b.N)
	for i := range pairs {
		pairs[i].ours, pairs[i].bare = begin()
	}
	var took, tookBare time.Duration
	b.ResetTimer()
	for i, each := range pairs {
		first, second, of, ofSecond := each.ours, each.bare, &took, &tookBare
		if i%2 == 1 { // what runs first must not always pay for the same
			first, second, of, ofSecond = each.bare, each.ours, &tookBare, &took
		}
		began := time.Now()
		first()
		middle := time.Now()
		second()
		*of, *ofSecond = *of+middle.Sub(began), *ofSecond+time.Since(middle)
	}
	b.ReportMetric(float64(took)/float64(tookBare), "times-bare")
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/callback")
}

func bareExchange(b *testing.B, config *oauth2.Config, issuer, keys string, now func() time.Time) func(code, verifier string) {
	ctx := context.Background()
	verifier := oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, keys), &oidc.Config{ClientID: "site", SupportedSigningAlgs: []string{"ES256"}, Now: now})
	return func(code, pkce string) {
		token, err := config.Exchange(ctx, code, oauth2.VerifierOption(pkce))
		if err != nil {
			b.Fatal(err)
		}
		raw, _ := token.Extra("id_token").(string)
		if _, err := verifier.Verify(ctx, raw); err != nil {
			b.Fatal(err)
		}
	}
}
