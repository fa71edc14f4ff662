package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// Atlassian signs in with an Atlassian account. Its addresses count as not verified.
func Atlassian(c Client) Provider {
	return Provider{
		ID: "atlassian", Name: "Atlassian", Client: c,
		AuthorizeURL: "https://auth.atlassian.com/authorize",
		TokenURL:     "https://auth.atlassian.com/oauth/token",
		Scopes:       []string{"read:jira-user", "offline_access"},
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
			q.Set("audience", "api.atlassian.com") // nobody may ask for tokens for another one
		},
		User: atlassianUser,
	}
}

func atlassianUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID      jsontext.Value `json:"account_id"`
		Email   string         `json:"email"`
		Name    string         `json:"name"`
		Picture string         `json:"picture"`
	}
	raw, err := g.Get(ctx, "https://api.atlassian.com/me", &in)
	if err != nil {
		return nil, err
	}
	return &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: in.Name, Image: in.Picture, Raw: raw}, nil
}
