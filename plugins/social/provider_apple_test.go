package social_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/social/socialtest"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// With Apple's key each request has a client secret of its own, which the key signs.
func TestAppleSignsItsSecret(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
	p := social.AppleWith(social.Client{ID: "app.example.web"}, social.AppleOptions{TeamID: "TEAM123456", KeyID: "KEY1234567", PrivateKey: file})
	if p.Problem != "" {
		t.Fatal(p.Problem)
	}
	transport := socialtest.NewTransport()
	transport.Handle("POST https://appleid.apple.com/auth/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"a"}`)
	})
	caller := oauth.NewCaller(&http.Client{Transport: transport}, socialtest.Now)
	if _, err := p.Exchange(t.Context(), caller, oauth.Callback{Code: "c"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Refresh(t.Context(), caller, "r"); err != nil {
		t.Fatal(err)
	}
	for _, request := range transport.Requests() {
		if id := request.Form.Get("client_id"); id != "app.example.web" {
			t.Errorf("the client is %q", id)
		}
		token, err := jwt.ParseSigned(request.Form.Get("client_secret"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		var claims jwt.Claims
		if err := token.Claims(key.Public(), &claims); err != nil {
			t.Fatalf("the secret is not signed: %v", err)
		}
		if claims.Issuer != "TEAM123456" || claims.Subject != "app.example.web" || !claims.Audience.Contains("https://appleid.apple.com") ||
			len(claims.Audience) != 1 || token.Headers[0].KeyID != "KEY1234567" {
			t.Errorf("the secret has the claims %+v and the header %+v", claims, token.Headers[0])
		}
		if life := claims.Expiry.Time().Sub(socialtest.Now()); life != 5*time.Minute || !claims.IssuedAt.Time().Equal(socialtest.Now()) {
			t.Errorf("the secret lives for %v", life)
		}
	}
}

// A native app sends the nonce that it made, or its hash, and says the name beside the token.
func TestAppleNative(t *testing.T) {
	t.Parallel()
	p := social.Apple(client)
	if !p.IDTokens.HashedNonce || !p.AcceptsIDTokens() {
		t.Error("the ID tokens of Apple's libraries are not taken")
	}
	grant := p.NewGrant(nil, social.Tokens{}, &oauth.Claims{Subject: "s", Raw: []byte(`{"sub":"s","email":"a@a.example"}`)})
	grant.Native = &oauth.NativeUser{FirstName: "Ida", LastName: "Example", Email: "somebody@else.example"}
	profile, err := grant.Profile(t.Context())
	if err != nil || profile.Name != "Ida Example" || profile.Email != "a@a.example" || profile.EmailVerified {
		t.Errorf("the profile is %+v (%v)", profile, err)
	}
}

// What needs more than a client says so, and names the remedy.
func TestProblems(t *testing.T) {
	t.Parallel()
	pool := social.CognitoOptions{Domain: "acme.auth.eu-west-1.amazoncognito.com", Region: "eu-west-1", UserPoolID: "eu-west-1_AbCdEf123"}
	without := func(change func(*social.CognitoOptions)) social.Provider {
		o := pool
		change(&o)
		return social.CognitoWith(client, o)
	}
	for name, c := range map[string]struct {
		provider social.Provider
		problem  bool
	}{
		"cognito":                               {social.CognitoWith(client, pool), false},
		"cognito by its name":                   {social.Cognito(client), true},
		"cognito without a domain":              {without(func(o *social.CognitoOptions) { o.Domain = "https://" }), true},
		"cognito without a region":              {without(func(o *social.CognitoOptions) { o.Region = "" }), true},
		"cognito without a pool":                {without(func(o *social.CognitoOptions) { o.UserPoolID = "" }), true},
		"apple":                                 {social.Apple(client), false},
		"apple with half a key":                 {social.AppleWith(client, social.AppleOptions{TeamID: "TEAM123456"}), true},
		"apple with a key of no PEM":            {social.AppleWith(client, social.AppleOptions{TeamID: "T", KeyID: "K", PrivateKey: "key"}), true},
		"microsoft":                             {social.Microsoft(client), false},
		"microsoft by a domain":                 {social.MicrosoftWith(client, social.MicrosoftOptions{TenantID: "acme.onmicrosoft.com"}), true},
		"microsoft by an id in capital letters": {social.MicrosoftWith(client, social.MicrosoftOptions{TenantID: "AAAAAAAA-2222-4333-8444-555555555555"}), false},
	} {
		if (c.provider.Problem != "") != c.problem {
			t.Errorf("%s has the problem %q", name, c.provider.Problem)
		}
	}
}

// Nothing in a client's request changes what Atlassian's tokens are for.
func TestAtlassianKeepsItsAudience(t *testing.T) {
	t.Parallel()
	p := social.Atlassian(client)
	to, err := p.Authorize(t.Context(), nil, oauth.AuthorizeRequest{State: "s", Params: []betterauth.Param{{Name: "audience", Value: "elsewhere"}}})
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(to)
	if err != nil || at.Query().Get("audience") != "api.atlassian.com" || len(at.Query()["audience"]) != 1 {
		t.Errorf("the URL is %s (%v)", to, err)
	}
}
