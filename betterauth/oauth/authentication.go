package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// Authentication is how a client proves to a token endpoint who it is (RFC 6749, section
// 2.3). Authenticate adds to the request what proves it. An error sends nothing. It is
// called concurrently. One that can be set up wrongly has a method Problem() error as well,
// which Build asks; see PrivateKeyJWT.
type Authentication interface {
	Authenticate(ctx context.Context, r *TokenRequest) error
}

// AuthenticationFunc is a function as an Authentication.
type AuthenticationFunc func(ctx context.Context, r *TokenRequest) error

// Authenticate implements Authentication.
func (f AuthenticationFunc) Authenticate(ctx context.Context, r *TokenRequest) error {
	return f(ctx, r)
}

// The methods of RFC 6749, section 2.3.1, by the names of OpenID Connect Core, section 9.
var (
	// SecretPost sends the client's id and secret in the body: "client_secret_post".
	SecretPost Authentication = AuthenticationFunc(secretPost)
	// SecretBasic sends both, percent-encoded as in forms, in the header Authorization:
	// "client_secret_basic".
	SecretBasic Authentication = AuthenticationFunc(secretBasic)
	// NoSecret sends the client's id alone: "none".
	NoSecret Authentication = AuthenticationFunc(noSecret)
)

var errNoSecret = errors.New("oauth: the client has no secret")

func (p *Provider) authentication() Authentication {
	switch {
	case p.Client.Authentication != nil:
		return p.Client.Authentication
	case p.Authentication != nil:
		return p.Authentication
	case p.Client.Secret != "":
		return SecretPost
	}
	return NoSecret
}

func secretPost(_ context.Context, r *TokenRequest) error {
	if r.Provider.Client.Secret == "" {
		return errNoSecret
	}
	r.Form.Set("client_id", r.Provider.Client.ID)
	r.Form.Set("client_secret", r.Provider.Client.Secret)
	return nil
}

func secretBasic(_ context.Context, r *TokenRequest) error {
	client := r.Provider.Client
	if client.Secret == "" {
		return errNoSecret
	}
	request := http.Request{Header: r.Header}
	request.SetBasicAuth(url.QueryEscape(client.ID), url.QueryEscape(client.Secret))
	return nil
}

func noSecret(_ context.Context, r *TokenRequest) error {
	r.Form.Set("client_id", r.Provider.Client.ID)
	return nil
}
