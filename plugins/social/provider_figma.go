package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// Figma signs in with a Figma account. Its addresses count as not verified.
func Figma(c Client) Provider {
	return Provider{
		ID: "figma", Name: "Figma", Client: c,
		AuthorizeURL:   "https://www.figma.com/oauth",
		TokenURL:       "https://api.figma.com/v1/oauth/token",
		Scopes:         []string{"current_user:read"},
		Authentication: oauth.SecretBasic,
		User:           figmaUser,
	}
}

func figmaUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID     jsontext.Value `json:"id"`
		Email  string         `json:"email"`
		Handle string         `json:"handle"`
		Image  string         `json:"img_url"`
	}
	raw, err := g.Get(ctx, "https://api.figma.com/v1/me", &in)
	if err != nil {
		return nil, err
	}
	return &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: in.Handle, Image: in.Image, Raw: raw}, nil
}
