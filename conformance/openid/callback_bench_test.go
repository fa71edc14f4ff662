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
	"github.com/better-auth-go/better-auth/plugins/social"
)

// endpoint is a token endpoint that always answers the same, as fast as it can, with its
// keys beside it.
func endpoint(b *testing.B, now time.Time) *httptest.Server {
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
// SQLite: and it exchanges a code and verifies the same ID token with x/oauth2 and
// go-oidc, in turns. The metric "times-bare" is how long the first takes in units of the
// second.
//
//	go test -bench Callback -run '^$' ./conformance/openid
func BenchmarkCallback(b *testing.B) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := endpoint(b, now)
	bare := bareFlow(b, server.URL, now)
	kit := plugintest.NewWith(b, plugintest.Options{Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{{
		ID: "op", Client: oauth.Client{ID: "site", Secret: "secret"}, AuthorizeURL: server.URL + "/authorize", TokenURL: server.URL + "/token", User: oauth.OpenIDUser("", ""),
		IDTokens: &oauth.IDTokens{KeysURL: server.URL + "/keys", Issuers: []string{server.URL}, Algorithms: []string{"ES256"}},
	}}})}})
	begin := func() *http.Request {
		c := kit.Client()
		var begun social.Begun
		c.Post("/sign-in/social", map[string]any{"provider": "op", "callbackURL": "/home"}).Want(http.StatusOK).Into(&begun)
		to, err := url.Parse(begun.URL)
		if err != nil {
			b.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/api/auth/callback/op?code=1&state="+to.Query().Get("state"), nil)
		r.AddCookie(&http.Cookie{Name: "better-auth.state", Value: c.Cookie("better-auth.state")})
		return r
	}
	callback := func(r *http.Request) {
		w := httptest.NewRecorder()
		kit.Auth.ServeHTTP(w, r)
		if w.Code != http.StatusFound || w.Header().Get("Location") != "/home" {
			b.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
		}
	}
	callback(begin()) // signs up, and reads the keys
	bare()
	var ours, theirs time.Duration
	requests := make([]*http.Request, 0, b.N)
	for range b.N {
		requests = append(requests, begin())
	}
	b.ResetTimer()
	for _, r := range requests {
		began := time.Now()
		callback(r)
		middle := time.Now()
		bare()
		ours, theirs = ours+middle.Sub(began), theirs+time.Since(middle)
	}
	b.ReportMetric(float64(ours)/float64(theirs), "times-bare")
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "ns/callback")
}

func bareFlow(b *testing.B, issuer string, now time.Time) func() {
	ctx := context.Background()
	config := oauth2.Config{ClientID: "site", ClientSecret: "secret", RedirectURL: "http://localhost:3000/callback", Endpoint: oauth2.Endpoint{TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInParams}}
	verifier := oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, issuer+"/keys"), &oidc.Config{ClientID: "site", SupportedSigningAlgs: []string{"ES256"}, Now: func() time.Time { return now }})
	return func() {
		token, err := config.Exchange(ctx, "1", oauth2.VerifierOption("verifier"))
		if err != nil {
			b.Fatal(err)
		}
		raw, _ := token.Extra("id_token").(string)
		if _, err := verifier.Verify(ctx, raw); err != nil {
			b.Fatal(err)
		}
	}
}
