package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/better-auth-go/better-auth/conformance/openid"
)

func TestRefreshTokensRotate(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256"})
	first, _ := a.signIn(a.op.NewBrowser(), ada)
	second, err := a.renew(first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if id := a.verify(second); id.Subject != ada.Sub || second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
		t.Errorf("renewed: %+v", second)
	}
	// Used a second time, it ends what came of it as well.
	if _, err := a.renew(first.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("reuse: %v", err)
	}
	if _, err := a.renew(second.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("the successor of a reused token: %v", err)
	}
	if _, err := a.issuer.UserInfo(a.ctx(), oauth2.StaticTokenSource(second)); err == nil {
		t.Error("the access token is still good")
	}
	if n, all := a.op.Count(openid.Token, "refresh_token"), a.op.Count(openid.Token); n != 3 || all != 4 {
		t.Errorf("counted %d refreshes of %d requests", n, all)
	}
}

func TestOneOfManyRefreshesWins(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256"})
	token, _ := a.signIn(a.op.NewBrowser(), ada)
	var won atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := a.renew(token.RefreshToken); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 16 won", won.Load())
	}
}

func TestKindsOfRefresh(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256", Clients: []openid.Client{
		{ID: "app", Secret: "secret", RedirectURIs: []string{redirectURI}, AlwaysRefresh: true, KeepRefreshToken: true},
	}})
	a.config.Scopes = []string{oidc.ScopeOpenID}
	first, _ := a.signIn(a.op.NewBrowser(), ada)
	for range 2 {
		next, err := a.renew(first.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		if next.AccessToken == first.AccessToken || next.Extra("refresh_token") != nil {
			t.Errorf("renewed: %+v", next)
		}
	}

	b := newApp(t, openid.Config{Algorithm: "ES256"})
	b.config.Scopes = []string{oidc.ScopeOpenID}
	if token, _ := b.signIn(b.op.NewBrowser(), ada); token.RefreshToken != "" {
		t.Error("a refresh token without offline_access")
	}
}

func TestLives(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(moved.Load())) }
	for _, asJWT := range []bool{false, true} {
		moved.Store(0)
		a := newApp(t, openid.Config{Algorithm: "ES256", JWTAccessTokens: asJWT, RefreshTokenLife: time.Hour, Now: now})
		a.op.SetAccessTokenLife(time.Minute)
		a.op.SetIDTokenLife(2 * time.Minute)
		token, id := a.signIn(a.op.NewBrowser(), ada)
		if token.ExpiresIn != 60 || !id.Expiry.Equal(now().Add(2*time.Minute)) {
			t.Errorf("expires_in %d, exp %v", token.ExpiresIn, id.Expiry)
		}
		token.Expiry = time.Time{} // by the machine's clock; x/oauth2 would not send it
		moved.Store(int64(59 * time.Second))
		if _, err := a.issuer.UserInfo(a.ctx(), oauth2.StaticTokenSource(token)); err != nil {
			t.Error(err)
		}
		moved.Store(int64(60 * time.Second))
		if _, err := a.issuer.UserInfo(a.ctx(), oauth2.StaticTokenSource(token)); err == nil {
			t.Error("an expired access token is taken")
		}
		moved.Store(int64(time.Hour))
		if _, err := a.renew(token.RefreshToken); errorCode(err) != "invalid_grant" {
			t.Errorf("an expired refresh token: %v", err)
		}
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{})
	old, _ := a.signIn(a.op.NewBrowser(), ada)
	if err := a.op.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	token, _ := a.signIn(a.op.NewBrowser(), ada) // a verifier that meets a new kid reads the keys again
	if n := a.op.Count(openid.Keys); n != 2 {
		t.Errorf("the keys were read %d times", n)
	}
	fresh := func() *oidc.IDTokenVerifier {
		return a.issuer.VerifierContext(a.ctx(), &oidc.Config{ClientID: "app"})
	}
	for name, id := range map[string]*oauth2.Token{"old": old, "new": token} {
		if _, err := fresh().Verify(a.ctx(), id.Extra("id_token").(string)); err != nil { //nolint:forcetypeassert // signIn has verified it
			t.Errorf("the %s one: %v", name, err)
		}
	}
	a.op.ForgetKeys()
	if _, err := fresh().Verify(a.ctx(), old.Extra("id_token").(string)); err == nil { //nolint:forcetypeassert // as above
		t.Error("a forgotten key verifies")
	}
}

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := jose.JSONWebKey{Key: key.Public(), KeyID: "k1"}
	a := newApp(t, openid.Config{Algorithm: "ES256", Clients: []openid.Client{
		{ID: "app", Secret: "s&cr:t", RedirectURIs: []string{redirectURI}},
		{ID: "post", Secret: "s&cr:t", Auth: openid.Post, RedirectURIs: []string{redirectURI}},
		{ID: "jwt", Auth: openid.PrivateKeyJWT, Keys: []jose.JSONWebKey{public}, RedirectURIs: []string{redirectURI}},
		{ID: "public", Auth: openid.Public, RedirectURIs: []string{redirectURI}},
	}})
	assertion := func(id string, jti string) url.Values {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: id, Subject: id, Audience: jwt.Audience{a.op.Issuer()}, ID: jti,
			IssuedAt: jwt.NewNumericDate(time.Now()), Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return url.Values{"client_assertion": {text}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	}
	inForm := func(id, secret string) url.Values { return url.Values{"client_id": {id}, "client_secret": {secret}} }
	for _, row := range []struct {
		name, client, basic string
		form                url.Values
		status              int
	}{
		{"basic", "app", "s&cr:t", nil, 200},
		{"basic, wrong", "app", "other", nil, 401},
		{"in the form instead", "app", "", inForm("app", "s&cr:t"), 401},
		{"nothing instead", "app", "", url.Values{"client_id": {"app"}}, 401},
		{"post", "post", "", inForm("post", "s&cr:t"), 200},
		{"post, wrong", "post", "", inForm("post", "other"), 401},
		{"basic instead", "post", "s&cr:t", nil, 401},
		{"assertion", "jwt", "", assertion("jwt", "1"), 200},
		{"assertion again", "jwt", "", assertion("jwt", "1"), 401},
		{"assertion without jti", "jwt", "", assertion("jwt", ""), 401},
		{"assertion of another", "jwt", "", assertion("app", "2"), 401},
		{"assertion and a secret", "jwt", "s&cr:t", assertion("jwt", "3"), 401},
		{"public", "public", "", url.Values{"client_id": {"public"}}, 200},
	} {
		config := a.config
		config.ClientID = row.client
		pkce := oauth2.GenerateVerifier()
		code := a.answer(a.op.Authorize(a.ctx(), config.AuthCodeURL("st", oauth2.S256ChallengeOption(pkce)), ada)).Get("code")
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {pkce}}
		for name, values := range row.form {
			form[name] = values
		}
		r, err := http.NewRequestWithContext(a.ctx(), http.MethodPost, a.op.URL(openid.Token), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = body(form)
		if row.basic != "" {
			r.SetBasicAuth(url.QueryEscape(row.client), url.QueryEscape(row.basic))
		}
		answer, err := a.op.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close() // only the status is of interest
		if answer.StatusCode != row.status {
			t.Errorf("%s: %s", row.name, answer.Status)
		}
	}
}

func TestIntercept(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256"})
	token, _ := a.signIn(a.op.NewBrowser(), ada)
	a.op.Intercept(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.PostForm.Get("grant_type") == "refresh_token" {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	if _, err := a.renew(token.RefreshToken); err == nil {
		t.Error("not intercepted")
	}
	a.signIn(a.op.NewBrowser(), ada)
	a.op.Intercept(nil)
	if _, err := a.renew(token.RefreshToken); err != nil {
		t.Errorf("the refused request used the token up: %v", err)
	}
	if n := a.op.Count(openid.Token, "refresh_token"); n != 2 {
		t.Errorf("counted %d", n)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	told := make(chan string, 4)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") }))
	t.Cleanup(listener.Close)
	a := newApp(t, openid.Config{Algorithm: "ES256", Clients: []openid.Client{{
		ID: "app", Secret: "secret", RedirectURIs: []string{redirectURI},
		PostLogoutRedirectURIs: []string{"https://app.example.com/bye"}, BackChannelLogoutURI: listener.URL,
	}}})
	listen := func(sid any) {
		t.Helper()
		token, err := a.verifier.Verify(a.ctx(), <-told)
		if err != nil {
			t.Fatal(err)
		}
		claims := map[string]any{}
		if err := token.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		if claims["sid"] != sid || claims["sub"] != ada.Sub || claims["events"] == nil || claims["nonce"] != nil {
			t.Errorf("the logout token is %v", claims)
		}
	}
	sidOf := func(id *oidc.IDToken) any {
		claims := map[string]any{}
		if err := id.Claims(&claims); err != nil {
			t.Fatal(err)
		}
		return claims["sid"]
	}

	// By the browser, which the client sends there.
	b := a.op.NewBrowser()
	token, id := a.signIn(b, ada)
	query := url.Values{"id_token_hint": {token.Extra("id_token").(string)}, "post_logout_redirect_uri": {"https://app.example.com/bye"}, "state": {"s"}} //nolint:forcetypeassert // signIn has verified it
	to, err := b.EndSession(a.ctx(), a.op.URL(openid.EndSession)+"?"+query.Encode())
	if err != nil || to != "https://app.example.com/bye?state=s" {
		t.Errorf("led to %q, %v", to, err)
	}
	if n := a.op.Sessions(ada.Sub); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	listen(sidOf(id))
	if got := a.answer(b.Authorize(a.ctx(), a.config.AuthCodeURL("st", oauth2.SetAuthURLParam("prompt", "none")), ada)); got.Get("error") != "login_required" {
		t.Errorf("after the sign-out: %v", got)
	}
	query.Set("post_logout_redirect_uri", "https://elsewhere.example.com/")
	if to, err := b.EndSession(a.ctx(), a.op.URL(openid.EndSession)+"?"+query.Encode()); err == nil {
		t.Errorf("led to the unregistered %s", to)
	}

	// At the provider itself, by another browser.
	_, id = a.signIn(a.op.NewBrowser(), ada)
	if err := a.op.SignOut(a.ctx(), ada.Sub); err != nil {
		t.Fatal(err)
	}
	listen(sidOf(id))
	if n := a.op.Count(openid.EndSession); n != 2 {
		t.Errorf("counted %d", n)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	a := newApp(t, openid.Config{Algorithm: "ES256"})
	token, _ := a.signIn(a.op.NewBrowser(), ada)
	r, err := http.NewRequestWithContext(a.ctx(), http.MethodPost, a.op.URL(openid.Revoke), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body = body(url.Values{"token": {token.RefreshToken}})
	r.SetBasicAuth("app", url.QueryEscape("s&cr:t"))
	answer, err := a.op.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // only the status is of interest
	if answer.StatusCode != http.StatusOK {
		t.Error(answer.Status)
	}
	if _, err := a.renew(token.RefreshToken); errorCode(err) != "invalid_grant" {
		t.Errorf("a revoked token: %v", err)
	}
}
