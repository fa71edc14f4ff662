package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// standardClaims are claims about a user by their names in OpenID Connect Core 1.0,
// section 5.1, which many providers use.
type standardClaims struct {
	Subject       jsontext.Value `json:"sub"`
	Email         string         `json:"email"`
	EmailVerified jsontext.Value `json:"email_verified"`
	Name          string         `json:"name"`
	GivenName     string         `json:"given_name"`
	Username      string         `json:"preferred_username"`
	Picture       string         `json:"picture"`
}

func (c *standardClaims) profile(raw jsontext.Value) *Profile {
	return &Profile{
		Subject: oauth.ID(c.Subject), Email: c.Email, EmailVerified: oauth.True(c.EmailVerified),
		Name: c.Name, Image: c.Picture, Raw: raw,
	}
}

// userInfo asks an endpoint that answers with standard claims.
func userInfo(url string) func(context.Context, *Grant) (*Profile, error) {
	return func(ctx context.Context, g *Grant) (*Profile, error) {
		var in standardClaims
		raw, err := g.Get(ctx, url, &in)
		if err != nil {
			return nil, err
		}
		return in.profile(raw), nil
	}
}

// unverified is a profile whose address the provider does not vouch for.
func unverified(ask func(context.Context, *Grant) (*Profile, error)) func(context.Context, *Grant) (*Profile, error) {
	return func(ctx context.Context, g *Grant) (*Profile, error) {
		profile, err := ask(ctx, g)
		if profile != nil {
			profile.EmailVerified = false
		}
		return profile, err
	}
}
