package social

import "github.com/better-auth-go/better-auth/betterauth/oauth"

// The types that describe providers, by short names: see package oauth.
type (
	// Provider is one identity provider.
	Provider = oauth.Provider
	// Client is what a provider's console gave the application, and what it wants to
	// differ.
	Client = oauth.Client
	// Profile is what a provider says about a user.
	Profile = oauth.Profile
	// Grant is what a provider granted.
	Grant = oauth.Grant
	// Tokens are what a token endpoint answered.
	Tokens = oauth.Tokens
)

// needSecret is the Problem of a provider that has no public clients.
func needSecret(c Client) string {
	if c.Secret == "" && c.Authentication == nil {
		return "has no Client.Secret; copy it from the provider's console"
	}
	return ""
}

// badIssuer is the Problem of a provider whose endpoints are below an option Issuer.
func badIssuer(issuer string) string {
	if oauth.IsEndpoint(issuer) {
		return ""
	}
	return "has an Issuer that is no absolute URL with https; http is for this machine alone"
}
