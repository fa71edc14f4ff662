package openid

import (
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// How a client authenticates at the token endpoint (OpenID Connect Core, section 9).
const (
	Basic         = "client_secret_basic"
	Post          = "client_secret_post"
	PrivateKeyJWT = "private_key_jwt"
	Public        = "none" // by PKCE alone
)

// Client is an application that the provider knows.
type Client struct {
	ID, Secret string

	// Auth is Basic by default. A request that authenticates otherwise is refused.
	Auth string

	// Keys are the public keys of a client whose Auth is PrivateKeyJWT: RS256,
	// PS256 or ES256. Each assertion needs a jti that was not used before.
	Keys []jose.JSONWebKey

	// RedirectURIs and PostLogoutRedirectURIs are compared letter by letter.
	RedirectURIs, PostLogoutRedirectURIs []string

	// BackChannelLogoutURI is told when a session ends in which the client got
	// tokens (OpenID Connect Back-Channel Logout).
	BackChannelLogoutURI string

	// RequirePKCE refuses an authorization request without code_challenge by S256.
	RequirePKCE bool

	// AlwaysRefresh issues a refresh token without the scope offline_access.
	AlwaysRefresh bool

	// KeepRefreshToken leaves a refresh token as it is when it is used, and answers
	// without one, as Google does. By default each use replaces it.
	KeepRefreshToken bool

	// UserinfoOnly leaves the claims of the scopes profile and email out of the ID
	// token.
	UserinfoOnly bool

	// Scopes are those it may ask for beside the standard ones.
	Scopes []string
}

// registered is a client as the library asks about it, for one request.
type registered struct {
	Client
	p    *Provider
	skew time.Duration
}

var _ op.Client = registered{}

func (c registered) GetID() string                    { return c.ID }
func (c registered) RedirectURIs() []string           { return c.Client.RedirectURIs }
func (c registered) PostLogoutRedirectURIs() []string { return c.Client.PostLogoutRedirectURIs }
func (c registered) ApplicationType() op.ApplicationType {
	return op.ApplicationTypeWeb
}
func (c registered) AuthMethod() oidc.AuthMethod { return oidc.AuthMethod(c.Auth) }
func (c registered) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c registered) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}
func (c registered) LoginURL(id string) string { return c.p.URL(Login) + "?request=" + id }
func (c registered) AccessTokenType() op.AccessTokenType {
	if c.p.config.JWTAccessTokens {
		return op.AccessTokenTypeJWT
	}
	return op.AccessTokenTypeBearer
}

// The library takes ClockSkew off the times that it writes and adds it to the life
// of an ID token. So the skew is how far the provider's clock is behind, and the
// life makes up for it.
func (c registered) ClockSkew() time.Duration       { return c.skew }
func (c registered) IDTokenLifetime() time.Duration { return c.p.idTokenLife() - 2*c.skew }

// DevMode allows redirects to http where a test serves them.
func (c registered) DevMode() bool { return true }
func (c registered) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c registered) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c registered) IsScopeAllowed(scope string) bool     { return slices.Contains(c.Scopes, scope) }
func (c registered) IDTokenUserinfoClaimsAssertion() bool { return !c.UserinfoOnly }
