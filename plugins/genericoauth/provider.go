package genericoauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// Provider describes an identity provider by its discovery document, or by its endpoints.
type Provider struct {
	// ID names the provider in URLs, in the account's row and to clients: "okta". Letters,
	// digits, dots, hyphens and underscores. Required.
	ID string
	// Name is the provider's name as people write it. Default: ID.
	Name string
	// Client is what the provider's console gave the application, and what it wants to
	// differ. Its ID is required.
	Client oauth.Client

	// Issuer is the provider's identifier. Its discovery document, which must name it
	// exactly, tells the endpoints, the keys and the algorithms. Default "": no discovery,
	// unless DiscoveryURL is set or KeysURL is not.
	Issuer string
	// DiscoveryURL is where the discovery document is. Default: below Issuer.
	DiscoveryURL string
	// DiscoveryHeader is sent with the request for the document. Default none.
	DiscoveryHeader http.Header
	// LocalNetwork lets the provider be in the local network. Default: only if its host is
	// written as a local address, or is this machine.
	LocalNetwork bool

	// The endpoints, each instead of the document's. Without discovery AuthorizeURL and
	// TokenURL are required, and UserInfoURL or Client.User.
	AuthorizeURL, TokenURL, UserInfoURL, EndSessionURL string
	// PushURL is where authorization requests are pushed (RFC 9126). Default: the
	// document's, if the provider accepts no others.
	PushURL string
	// KeysURL is the key set for ID tokens of a provider without discovery; Issuer is
	// required with it. Default "".
	KeysURL string
	// Algorithms are those of its ID tokens. Default RS256.
	Algorithms []string

	// Scopes are asked for by default; Client.Scopes follow. A provider of OpenID Connect
	// is asked for "openid" first in any case. Default none.
	Scopes []string
	// DisablePKCE sends no code challenge. Default false.
	DisablePKCE bool
	// ResponseType is the parameter "response_type". Default "code".
	ResponseType string
	// AccessType is the parameter "access_type", such as "offline". Default none.
	AccessType string
	// TokenParams are further members of the exchange of a code, RefreshParams of a
	// refresh.
	TokenParams, RefreshParams []betterauth.Param
	// EditToken changes a request to the token endpoint before it is sent, such as its
	// headers. Default nil.
	EditToken func(r *oauth.TokenRequest)
	// AccessTokenLife is how long an access token lives whose answer does not say so.
	// Default 0: unknown.
	AccessTokenLife time.Duration

	// Subject returns the user's id at the provider, which must never change nor be given
	// to somebody else. Default: "sub" of the verified ID token; without one "sub" of the
	// user info of a provider of OpenID Connect, and "id" of any other; what Client.User
	// says, if that is set.
	Subject func(ctx context.Context, g *oauth.Grant, p *oauth.Profile) (string, error)

	// RequireIDToken refuses a provider whose ID tokens cannot be verified, and an answer
	// without one. Default false: so it is only with a nonce.
	RequireIDToken bool
	// DisableNonce sends no nonce. Default false: one is sent to a provider of OpenID
	// Connect, and the ID token must have it.
	DisableNonce bool
	// AllowIdPInitiated begins a flow when the provider sends a browser here without one.
	// Default false.
	AllowIdPInitiated bool
	// BackChannelLogout ends sessions here when the provider says that the user signed out
	// there, at "<base URL>/oauth/backchannel-logout/<ID>" (OpenID Connect Back-Channel
	// Logout 1.0). It needs Issuer. Default false.
	BackChannelLogout bool
	// DisableLogout does not sign out at the provider when a user signs out here. Default
	// false; without an end-session endpoint it has no effect.
	DisableLogout bool
	// PostLogoutRedirectURI is where the provider sends the browser after a sign-out that
	// names no callbackURL. Default none.
	PostLogoutRedirectURI string

	problem string // of a preset
}

func (p *Provider) discovers() bool {
	return p.DiscoveryURL != "" || p.Issuer != "" && p.KeysURL == ""
}

func (p *Provider) discovery() oauth.Discovery {
	return oauth.Discovery{Issuer: p.Issuer, URL: p.DiscoveryURL, Header: p.DiscoveryHeader, LocalNetwork: p.LocalNetwork}
}

// document is where the discovery document is, for the log: without a query and a password,
// which may hold a key.
func (p *Provider) document() string {
	place := p.DiscoveryURL
	if place == "" {
		place = strings.TrimSuffix(p.Issuer, "/") + "/.well-known/openid-configuration"
	}
	u, err := url.Parse(place)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// problems are what is missing, but for what social.AddProviders finds.
func (p *Provider) problems() (problems []error) {
	add := func(text string) { problems = append(problems, errors.New(text)) }
	if p.problem != "" {
		add(p.problem)
		return problems
	}
	if p.BackChannelLogout && p.Subject != nil {
		add("has BackChannelLogout and Subject, so the provider's messages would name no account of it; remove one of them")
	}
	if p.discovers() {
		if err := p.discovery().Problem(); err != nil {
			problems = append(problems, err)
		}
		if p.KeysURL != "" {
			add("has KeysURL beside discovery, which tells the keys; remove one of them")
		}
		return problems
	}
	switch {
	case p.KeysURL != "" && p.Issuer == "":
		add("has KeysURL without Issuer, so its ID tokens cannot be verified; set Issuer")
	case p.RequireIDToken && p.KeysURL == "":
		add("has RequireIDToken, but nothing says how its ID tokens are verified; set Issuer")
	case p.UserInfoURL == "" && p.KeysURL == "" && p.Client.User == nil:
		add("does not say who the user is; set UserInfoURL, Client.User or Issuer")
	}
	for _, endpoint := range []struct{ name, url string }{
		{"UserInfoURL", p.UserInfoURL}, {"KeysURL", p.KeysURL}, {"EndSessionURL", p.EndSessionURL}, {"PushURL", p.PushURL},
	} {
		if endpoint.url != "" && !oauth.IsEndpoint(endpoint.url) {
			add("has a " + endpoint.name + " that is no absolute URL with https; http is for this machine alone")
		}
	}
	return problems
}

// describe is the provider as package oauth knows it. What discovery tells is filled in
// by resolve.
func (p *Provider) describe() oauth.Provider {
	o := oauth.Provider{
		ID: p.ID, Name: p.Name, Client: p.Client,
		AuthorizeURL: p.AuthorizeURL, TokenURL: p.TokenURL, PushURL: p.PushURL, EndSessionURL: p.EndSessionURL, Issuer: p.Issuer,
		Scopes: p.Scopes, RequestScopesFirst: true, DisablePKCE: p.DisablePKCE, ResponseType: p.ResponseType, EditAuthorize: withoutTwins,
		TokenParams: p.TokenParams, RefreshParams: p.RefreshParams, EditToken: p.EditToken, AccessTokenLife: p.AccessTokenLife,
		AllowIdPInitiated: p.AllowIdPInitiated, DisableLogout: p.DisableLogout, BackChannelLogout: p.BackChannelLogout, PostLogoutRedirectURI: p.PostLogoutRedirectURI,
	}
	if p.AccessType != "" {
		o.Params = []betterauth.Param{{Name: "access_type", Value: p.AccessType}}
	}
	if p.KeysURL != "" {
		o.IDTokens = &oauth.IDTokens{KeysURL: p.KeysURL, Issuers: []string{p.Issuer}, Algorithms: p.Algorithms}
	}
	if !p.discovers() {
		p.complete(&o, o.IDTokens != nil, p.UserInfoURL)
	}
	return o
}

// complete sets what depends on whether the provider is one of OpenID Connect.
func (p *Provider) complete(o *oauth.Provider, openID bool, userInfoURL string) {
	asked := slices.Concat(o.Scopes, o.Client.Scopes)
	if openID && !slices.Contains(asked, "openid") && !o.Client.DisableDefaultScopes {
		o.Scopes = append([]string{"openid"}, o.Scopes...)
	}
	o.Nonce = o.IDTokens != nil && !p.DisableNonce && (openID || slices.Contains(asked, "openid"))
	subject := "id"
	if openID {
		subject = "sub"
	}
	o.User = p.user(oauth.OpenIDUser(userInfoURL, subject))
	o.Client.User = nil // part of User
}

var errNoIDToken = errors.New("genericoauth: the provider sent no ID token, which RequireIDToken demands")

// user is the function that tells who the user is.
func (p *Provider) user(ask func(context.Context, *oauth.Grant) (*oauth.Profile, error)) func(context.Context, *oauth.Grant) (*oauth.Profile, error) {
	if p.Client.User != nil {
		ask = p.Client.User
	}
	return func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		if p.RequireIDToken && g.IDToken == "" {
			return nil, errNoIDToken
		}
		profile, err := ask(ctx, g)
		if err != nil || profile == nil {
			return nil, err
		}
		if g.IDToken != "" && g.Provider.IDTokens != nil {
			claims, err := g.Claims(ctx)
			if err != nil {
				return nil, err
			}
			if profile.Subject != claims.Subject {
				return nil, oauth.ErrOtherSubject
			}
		}
		if p.Subject != nil {
			profile.Subject, err = p.Subject(ctx, g, profile)
		}
		return profile, err
	}
}

// withoutTwins names each scope once: a client may ask for one that is asked for anyway.
func withoutTwins(_ *oauth.AuthorizeRequest, q *oauth.Query) {
	if scopes := oauth.Distinct(strings.FieldsSeq(q.Get("scope"))); len(scopes) > 0 {
		q.Set("scope", strings.Join(scopes, " "))
	}
}
