package social

import (
	"cmp"
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// Polar signs in with a Polar account.
func Polar(c Client) Provider {
	return Provider{
		ID: "polar", Name: "Polar", Client: c,
		AuthorizeURL: "https://polar.sh/oauth2/authorize",
		TokenURL:     "https://api.polar.sh/v1/oauth2/token",
		Scopes:       []string{"openid", "profile", "email"},
		User:         polarUser,
	}
}

func polarUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID         string         `json:"id"`
		Subject    string         `json:"sub"`
		Email      string         `json:"email"`
		Verified   jsontext.Value `json:"email_verified"`
		PublicName string         `json:"public_name"`
		Username   string         `json:"username"`
		Name       string         `json:"name"`
		Avatar     string         `json:"avatar_url"`
		Picture    string         `json:"picture"`
	}
	raw, err := g.Get(ctx, "https://api.polar.sh/v1/oauth2/userinfo", &in)
	if err != nil {
		return nil, err
	}
	// Polar's documentation has sub, which is the id of the same user.
	return &Profile{
		Subject: cmp.Or(in.ID, in.Subject), Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: cmp.Or(in.PublicName, in.Username, in.Name), Image: cmp.Or(in.Avatar, in.Picture), Raw: raw,
	}, nil
}
