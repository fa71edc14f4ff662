package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kick signs in with a Kick account. Its addresses count as not verified.
func Kick(c Client) Provider {
	return Provider{
		ID: "kick", Name: "Kick", Client: c,
		AuthorizeURL: "https://id.kick.com/oauth/authorize",
		TokenURL:     "https://id.kick.com/oauth/token",
		Scopes:       []string{"user:read"},
		User:         kickUser,
	}
}

func kickUser(ctx context.Context, g *Grant) (*Profile, error) {
	var answer struct {
		Data []jsontext.Value `json:"data"`
	}
	if _, err := g.Get(ctx, "https://api.kick.com/public/v1/users", &answer); err != nil {
		return nil, err
	}
	var in struct {
		ID      jsontext.Value `json:"user_id"`
		Email   string         `json:"email"`
		Name    string         `json:"name"`
		Picture string         `json:"profile_picture"`
	}
	if len(answer.Data) == 0 || json.Unmarshal(answer.Data[0], &in) != nil {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: in.Name, Image: in.Picture, Raw: answer.Data[0]}, nil
}
