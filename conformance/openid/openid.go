// Package openid runs a real OpenID provider within go test: the server of
// github.com/zitadel/oidc on 127.0.0.1, with people who sign in by a method call
// where a browser would show a form.
//
//	provider := openid.New(t, openid.Config{Clients: []openid.Client{{
//		ID: "app", Secret: "secret", RedirectURIs: []string{"https://app.example.com/callback"},
//	}}})
//	callback, err := provider.Authorize(ctx, authorizeURL, openid.Person{Sub: "1", Email: "ada@example.com"})
//
// Everything between goes over HTTP: a [Browser] follows the redirects that the
// endpoints answer, and [Provider.Count] says how often each was asked.
//
// Where the library is lenient, this package is as strict as the strictest of the
// providers that people use: a client authenticates by its own method only, an
// assertion is taken once, a code is taken once, and a refresh token that is used
// a second time ends everything that came of it (RFC 9700, section 4.14.2).
//
// Start with [New], in provider.go, then browser.go; storage.go and refresh.go are
// what the library asks for.
package openid

import (
	"net/http"
	"time"
)

// The endpoints, as [Provider.Count], [Provider.URL] and [Config.Metadata] know them.
const (
	Discovery  = "discovery"
	Authorize  = "authorize"
	Login      = "login"
	Callback   = "callback"
	Token      = "token"
	Userinfo   = "userinfo"
	Keys       = "keys"
	EndSession = "end_session"
	Revoke     = "revoke"
)

// paths of the endpoints, below the issuer.
var paths = map[string]string{
	Discovery: "/.well-known/openid-configuration", Authorize: "/authorize", Login: "/login", Callback: "/authorize/callback", Token: "/oauth/token",
	Userinfo: "/userinfo", Keys: "/keys", EndSession: "/end_session", Revoke: "/revoke",
}

// Config is what a provider is made of. Its zero value has no client.
type Config struct {
	Clients []Client

	// IDTokenLife and AccessTokenLife are one hour by default, RefreshTokenLife
	// thirty days.
	IDTokenLife, AccessTokenLife, RefreshTokenLife time.Duration

	// Algorithm signs ID tokens: "RS256", the default, "PS256" or "ES256".
	Algorithm string

	// JWTAccessTokens makes access tokens JWTs (RFC 9068) instead of opaque text.
	JWTAccessTokens bool

	// ResponseIssuer adds iss to the authorization response (RFC 9207), unless it
	// is posted as a form.
	ResponseIssuer bool

	// TLS serves https. Only [Provider.Client] knows the certificate.
	TLS bool

	// Metadata replaces members of the discovery document; nil removes one.
	Metadata map[string]any

	// Now is the provider's time, time.Now by default. See [Provider.SetNow].
	Now func() time.Time
}

// Person is somebody with an account at the provider. What is empty is no claim.
type Person struct {
	Sub           string // required
	Email         string
	EmailVerified bool // told with every Email, also when false
	Name          string
	Picture       string

	// ACR is the authentication context class that a sign-in of this person has.
	// By default it is the first that the client asked for, or none.
	ACR string

	// Claims are further claims in the ID token and at userinfo, whatever the
	// scopes. One of the same name as a claim above replaces it; nil removes it.
	Claims map[string]any
}

// interceptor wraps the handler of all endpoints.
type interceptor func(next http.Handler) http.Handler
