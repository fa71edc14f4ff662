package oauth

import (
	"context"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Provider describes one identity provider: one literal, and at most one function. A
// Provider is data, which nobody changes once a plugin has it.
type Provider struct {
	// ID names the provider in URLs, in the account's row and to clients: "google".
	// Letters, digits, dots, hyphens and underscores. Required.
	ID string
	// Name is the provider's name as people write it: "Google". Default: ID.
	Name string
	// Client is what the provider's console gave the application. Its ID is required.
	Client Client

	// AuthorizeURL is where the browser is sent. It may have a query. Required.
	AuthorizeURL string
	// TokenURL is where codes and refresh tokens become access tokens. Required.
	TokenURL string
	// PushURL is where authorization requests are pushed (RFC 9126). Default "": they are
	// in the URL that the browser is sent to.
	PushURL string
	// EndSessionURL is where the browser is sent to sign out at the provider (OpenID
	// Connect RP-Initiated Logout 1.0). Default "": not possible.
	EndSessionURL string
	// Issuer is the provider's identifier (RFC 9207): if a callback has the parameter
	// "iss", it must equal Issuer. Default "": not compared.
	Issuer string
	// IssuerRequired refuses a callback without "iss". Set it for providers that always
	// send it. Default false.
	IssuerRequired bool

	// Scopes are asked for by default; Client.Scopes and those of a request follow.
	Scopes []string
	// ScopeSeparator joins scopes. Default " ".
	ScopeSeparator string
	// RequestScopesFirst puts the scopes of a request before those of the Client.
	RequestScopesFirst bool
	// IgnoreRequestScopes asks for no scopes but those of the configuration.
	IgnoreRequestScopes bool
	// DisablePKCE sends no code challenge (RFC 7636), for providers that refuse it.
	DisablePKCE bool
	// ResponseType is the parameter "response_type". Default "code".
	ResponseType string
	// ResponseMode is the parameter "response_mode", such as "form_post". Default none.
	ResponseMode string
	// Prompt is the parameter "prompt" unless the Client has one. Default none.
	Prompt string
	// Params are further parameters of the authorization URL. They follow all others, but
	// for "duration", "display", "hd" and "access_type", which have a place of their own,
	// as the TypeScript server writes them.
	Params []betterauth.Param
	// SpacesAsPercent writes spaces in the authorization URL as "%20" instead of "+", for
	// providers that do not read forms there. Default false.
	SpacesAsPercent bool
	// EditAuthorize changes the parameters of the authorization URL before they are
	// encoded, for providers with other names for them. Default nil.
	EditAuthorize func(r *AuthorizeRequest, q *Query)

	// Authentication is how the client authenticates at the token endpoint, unless the
	// Client says so. Default: SecretPost if Client has a Secret, else NoSecret.
	Authentication Authentication
	// TokenParams are further members of the exchange of a code.
	TokenParams []betterauth.Param
	// RefreshParams are further members of a refresh.
	RefreshParams []betterauth.Param
	// EditToken changes a request to the token endpoint before it is sent, for providers
	// with other names for its members. Default nil.
	EditToken func(r *TokenRequest)
	// DisableRefresh says that the provider refreshes no tokens. Default false.
	DisableRefresh bool
	// AccessTokenLife is how long an access token lives whose answer does not say so.
	// Default 0: unknown, so such a token is never refreshed by itself.
	AccessTokenLife time.Duration

	// IDTokens says how the provider's ID tokens are verified. Default nil: it has none
	// that can be, and none is accepted.
	IDTokens *IDTokens
	// Nonce sends a nonce with each authorization request, and requires it in the ID
	// token. It needs IDTokens. Default false.
	Nonce bool

	// AllowIdPInitiated begins a flow when the provider sends a browser here without one.
	// The answer that came unasked is dropped. Default false.
	AllowIdPInitiated bool
	// DisableLogout does not sign out at the provider when a user signs out here. Default
	// false; without EndSessionURL it has no effect.
	DisableLogout bool
	// PostLogoutRedirectURI is where the provider sends the browser after a sign-out that
	// names no callbackURL. Default none.
	PostLogoutRedirectURI string

	// BackChannelLogout ends sessions here when the provider says that the user signed out
	// there (OpenID Connect Back-Channel Logout 1.0). It needs IDTokens. Default false.
	BackChannelLogout bool

	// User makes a profile of what the provider granted. A nil profile without an error
	// says that the provider does not know. Required.
	User func(ctx context.Context, g *Grant) (*Profile, error)

	// Resolve returns the provider with what a discovery document says, before every use.
	// It may be slow once; it keeps what it found. An error refuses the flow. Default
	// nil: the provider is complete.
	Resolve func(ctx context.Context, c *Caller) (*Provider, error)
	// PublicNetworkOnly refuses to call addresses of the local network, since the
	// endpoints were told by somebody else, such as a discovery document. Default false:
	// the application configured them.
	PublicNetworkOnly bool
	// Problem says what is missing in the configuration of this provider, for Build, as in
	// "has no domain; set Options.Domain": the provider's id comes before it. Default "".
	Problem string
}

// Client is an application at a provider: its id and secret, and what it wants to differ
// from the provider's defaults.
type Client struct {
	// ID is the client id. Required.
	ID string
	// Secret is the client secret. Default "": a public client.
	Secret string
	// Audiences are further client ids of the same application, such as those of its
	// native apps: ID tokens that name one of them are accepted. Default none.
	Audiences []string
	// Authentication replaces the provider's. Default nil.
	Authentication Authentication

	// Scopes are asked for in addition to the provider's.
	Scopes []string
	// DisableDefaultScopes does not ask for the provider's scopes. Default false.
	DisableDefaultScopes bool
	// RedirectURI replaces the callback's URL, for a proxy before this server. Default:
	// "<base URL>/callback/<provider>".
	RedirectURI string
	// AuthorizeURL replaces the provider's. Default "".
	AuthorizeURL string
	// Prompt is the parameter "prompt": "none", "consent", "login" or "select_account",
	// or several of them with spaces between. Default: the provider's.
	Prompt string
	// ResponseMode is the parameter "response_mode". Default: the provider's.
	ResponseMode string
	// Params are further parameters of the authorization URL. Those of the protocol, such
	// as "state", cannot be set.
	Params []betterauth.Param

	// MapUser changes the profile that the provider's own function made: its members, or
	// Fields for added columns of the user. An error refuses the flow. Default nil.
	MapUser func(ctx context.Context, p *Profile) error
	// User replaces the provider's own function. Default nil.
	User func(ctx context.Context, g *Grant) (*Profile, error)
	// Exchange replaces the request that makes tokens of a code. Default nil.
	Exchange func(ctx context.Context, back Callback) (*Tokens, error)
	// Refresh replaces the request that refreshes tokens. Default nil.
	Refresh func(ctx context.Context, refreshToken string) (*Tokens, error)
	// VerifyIDToken replaces the verification of ID tokens that clients send: it returns
	// nil only for a token that the provider made for this application, which has the
	// nonce unless that is "". The function must check everything, the signature first.
	// Default nil: by the provider's IDTokens.
	VerifyIDToken func(ctx context.Context, token, nonce string) error

	// DisableSignUp lets nobody sign up with this provider. Default false.
	DisableSignUp bool
	// DisableImplicitSignUp lets somebody sign up only if the request has requestSignUp.
	// Default false.
	DisableImplicitSignUp bool
	// DisableIDTokenSignIn refuses ID tokens that a client sends. Default false.
	DisableIDTokenSignIn bool
	// OverrideUserInfo replaces the user's name, picture, address and mapped columns by
	// the provider's at each sign-in. Default false.
	OverrideUserInfo bool
	// RequireVerifiedEmail refuses to sign in users whose address is not verified, and
	// mails them a link. Default false.
	RequireVerifiedEmail bool
}

// PKCE reports whether the provider gets a code challenge.
func (p *Provider) PKCE() bool { return !p.DisablePKCE }

// DisplayName is the provider's name as people write it.
func (p *Provider) DisplayName() string {
	if p.Name == "" {
		return p.ID
	}
	return p.Name
}

// AcceptsIDTokens reports whether clients may sign in by sending an ID token.
func (p *Provider) AcceptsIDTokens() bool {
	verified := p.IDTokens != nil && !p.IDTokens.OnlyExchanged
	return !p.Client.DisableIDTokenSignIn && (verified || p.Client.VerifyIDToken != nil)
}

// CanRefresh reports whether the provider refreshes access tokens.
func (p *Provider) CanRefresh() bool { return !p.DisableRefresh || p.Client.Refresh != nil }
