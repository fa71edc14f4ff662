package social

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CognitoOptions say which user pool it is. Domain, Region and UserPoolID are required.
type CognitoOptions struct {
	// Domain is that of the pool's sign-in pages: "acme.auth.eu-west-1.amazoncognito.com".
	Domain string
	// Region is the pool's: "eu-west-1".
	Region string
	// UserPoolID is the pool's id: "eu-west-1_AbCdEf123".
	UserPoolID string
	// IdentityProvider goes straight to one of the pool's own providers. Default "": the
	// pool's page asks.
	IdentityProvider string
}

// Cognito is CognitoWith without options: Build reports which are missing.
func Cognito(c Client) Provider { return CognitoWith(c, CognitoOptions{}) }

// CognitoWith signs in with a user pool of Amazon Cognito. Addresses count as verified if
// the pool says so.
func CognitoWith(c Client, o CognitoOptions) Provider {
	domain := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(o.Domain, "https://"), "http://"), "/")
	base := "https://" + domain + "/oauth2/"
	issuer := "https://cognito-idp." + o.Region + ".amazonaws.com/" + url.PathEscape(o.UserPoolID)
	p := Provider{
		ID: "cognito", Name: "Cognito", Client: c,
		AuthorizeURL:    base + "authorize",
		TokenURL:        base + "token",
		Scopes:          []string{"openid", "profile", "email"},
		SpacesAsPercent: true,
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
			if scope := q.Get("scope"); scope != "" {
				q.Del("scope")
				q.Set("scope", scope) // the last one, as the TypeScript server has it
			}
		},
		IDTokens: &oauth.IDTokens{KeysURL: issuer + "/.well-known/jwks.json", Issuers: []string{issuer}, MaxAge: time.Hour},
		User:     func(ctx context.Context, g *Grant) (*Profile, error) { return cognitoUser(ctx, g, base+"userinfo") },
	}
	if o.IdentityProvider != "" {
		p.Params = []betterauth.Param{{Name: "identity_provider", Value: o.IdentityProvider}}
	}
	if domain == "" || o.Region == "" || o.UserPoolID == "" {
		p.Problem = "does not know the user pool; use CognitoWith and set Domain, Region and UserPoolID"
	}
	return p
}

func cognitoUser(ctx context.Context, g *Grant, userInfoURL string) (*Profile, error) {
	var raw jsontext.Value
	if g.IDToken != "" {
		claims, err := g.Claims(ctx)
		if err != nil {
			return nil, err
		}
		raw = claims.Raw
	} else if _, err := g.Get(ctx, userInfoURL, &raw); err != nil {
		return nil, err
	}
	var in struct {
		standardClaims
		Login string `json:"username"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, oauth.ErrNoProfile
	}
	profile := in.profile(raw)
	profile.Name = cmp.Or(in.Name, in.GivenName, in.Login)
	return profile, nil
}
