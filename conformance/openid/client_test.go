package openid_test

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/better-auth-go/better-auth/conformance/openid"
)

const redirectURI = "https://app.example.com/callback"

var ada = openid.Person{Sub: "ada-1", Email: "ada@example.com", EmailVerified: true, Name: "Ada Lovelace", Picture: "https://example.com/ada.png"}

// app is a client as others write one, of golang.org/x/oauth2 and go-oidc.
type app struct {
	t        *testing.T
	op       *openid.Provider
	issuer   *oidc.Provider
	config   oauth2.Config
	verifier *oidc.IDTokenVerifier
}

func newApp(t *testing.T, c openid.Config) *app {
	t.Helper()
	if len(c.Clients) == 0 {
		c.Clients = []openid.Client{{ID: "app", Secret: "s&cr:t", RedirectURIs: []string{redirectURI}}}
	}
	p := openid.New(t, c)
	issuer, err := oidc.NewProvider(oidc.ClientContext(t.Context(), p.Client()), p.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	client := c.Clients[0]
	a := &app{t: t, op: p, issuer: issuer, config: oauth2.Config{
		ClientID: client.ID, ClientSecret: client.Secret, RedirectURL: redirectURI, Endpoint: issuer.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}}
	a.config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if client.Auth == openid.Post {
		a.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	a.verifier = issuer.VerifierContext(a.ctx(), &oidc.Config{ClientID: client.ID, Now: c.Now})
	return a
}

func (a *app) ctx() context.Context {
	return oidc.ClientContext(a.t.Context(), a.op.Client())
}

// answer reads what the provider answers at the callback.
func (a *app) answer(callback string, err error) url.Values {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
	u, err := url.Parse(callback)
	if err != nil {
		a.t.Fatal(err)
	}
	return u.Query()
}

// signIn goes through the whole code flow, with PKCE and a nonce.
func (a *app) signIn(b *openid.Browser, who openid.Person, options ...oauth2.AuthCodeOption) (*oauth2.Token, *oidc.IDToken) {
	a.t.Helper()
	pkce := oauth2.GenerateVerifier()
	options = append(options, oauth2.S256ChallengeOption(pkce), oidc.Nonce("n-1"))
	answer := a.answer(b.Authorize(a.ctx(), a.config.AuthCodeURL("st", options...), who))
	if answer.Get("state") != "st" || answer.Get("code") == "" {
		a.t.Fatalf("the answer is %v", answer)
	}
	token, err := a.config.Exchange(a.ctx(), answer.Get("code"), oauth2.VerifierOption(pkce))
	if err != nil {
		a.t.Fatal(err)
	}
	return token, a.verify(token)
}

func (a *app) verify(token *oauth2.Token) *oidc.IDToken {
	a.t.Helper()
	raw, _ := token.Extra("id_token").(string)
	id, err := a.verifier.Verify(a.ctx(), raw)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		a.t.Error(err)
	}
	return id
}

// renew uses a refresh token.
func (a *app) renew(refreshToken string) (*oauth2.Token, error) {
	return a.config.TokenSource(a.ctx(), &oauth2.Token{RefreshToken: refreshToken}).Token()
}

func errorCode(err error) string {
	if answer, ok := err.(*oauth2.RetrieveError); ok {
		return answer.ErrorCode
	}
	return ""
}

func body(form url.Values) io.ReadCloser { return io.NopCloser(strings.NewReader(form.Encode())) }
