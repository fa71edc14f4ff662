package social

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// GoogleOptions are what only Google has.
type GoogleOptions struct {
	// HostedDomain admits users of one Google Workspace domain, or "*" those of any.
	// Default "": everybody.
	HostedDomain string
	// AccessType "offline" asks for a refresh token. Default "".
	AccessType string
	// Display is how the pages look: "page", "popup", "touch" or "wap". Default "": as
	// Google likes.
	Display string
	// OnlyRequestedScopes does not add what was granted before. Default false.
	OnlyRequestedScopes bool
}

// Google signs in with a Google account.
func Google(c Client) Provider { return GoogleWith(c, GoogleOptions{}) }

// GoogleWith is Google with options.
func GoogleWith(c Client, o GoogleOptions) Provider {
	p := Provider{
		ID: "google", Name: "Google", Client: c,
		AuthorizeURL: "https://accounts.google.com/o/oauth2/v2/auth",
		TokenURL:     "https://oauth2.googleapis.com/token",
		Issuer:       "https://accounts.google.com",
		Scopes:       []string{"email", "profile", "openid"},
		IDTokens: &oauth.IDTokens{
			KeysURL: "https://www.googleapis.com/oauth2/v3/certs",
			Issuers: []string{"https://accounts.google.com", "accounts.google.com"},
			MaxAge:  time.Hour,
			// Android's apps get tokens for the server's client id.
			AnyParty: true,
		},
		User: googleUser,
	}
	if o.HostedDomain != "" {
		p.Params = append(p.Params, betterauth.Param{Name: "hd", Value: o.HostedDomain})
		p.IDTokens.Check = func(claims *oauth.Claims) error { return checkHostedDomain(claims, o.HostedDomain) }
	}
	if o.Display != "" {
		p.Params = append(p.Params, betterauth.Param{Name: "display", Value: o.Display})
	}
	if o.AccessType != "" {
		p.Params = append(p.Params, betterauth.Param{Name: "access_type", Value: o.AccessType})
	}
	if !o.OnlyRequestedScopes {
		p.Params = append(p.Params, betterauth.Param{Name: "include_granted_scopes", Value: "true"})
	}
	return p
}

var errHostedDomain = errors.New("social: the user is in another Google Workspace domain than HostedDomain, or in none")

func checkHostedDomain(claims *oauth.Claims, want string) error {
	var in struct {
		Domain string `json:"hd"`
	}
	if err := claims.Decode(&in); err != nil || in.Domain == "" || want != "*" && in.Domain != want {
		return errHostedDomain
	}
	return nil
}

func googleUser(ctx context.Context, g *Grant) (*Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in struct {
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Name     string         `json:"name"`
		Picture  string         `json:"picture"`
	}
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	return &Profile{
		Subject: claims.Subject, Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: in.Name, Image: in.Picture, Raw: claims.Raw,
	}, nil
}
