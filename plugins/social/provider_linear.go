package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Linear signs in with a Linear account. Its addresses count as not verified.
func Linear(c Client) Provider {
	return Provider{
		ID: "linear", Name: "Linear", Client: c,
		AuthorizeURL: "https://linear.app/oauth/authorize",
		TokenURL:     "https://api.linear.app/oauth/token",
		Scopes:       []string{"read"},
		DisablePKCE:  true,
		User:         linearUser,
	}
}

func linearUser(ctx context.Context, g *Grant) (*Profile, error) {
	query := map[string]string{"query": "{ viewer { id name email avatarUrl active createdAt updatedAt } }"}
	var answer struct {
		Data struct {
			Viewer jsontext.Value `json:"viewer"`
		} `json:"data"`
	}
	if _, err := g.PostJSON(ctx, "https://api.linear.app/graphql", query, &answer); err != nil {
		return nil, err
	}
	var in struct {
		ID     jsontext.Value `json:"id"`
		Email  string         `json:"email"`
		Name   string         `json:"name"`
		Avatar string         `json:"avatarUrl"`
	}
	// GraphQL answers its errors with 200, and without a viewer.
	if json.Unmarshal(answer.Data.Viewer, &in) != nil {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: in.Name, Image: in.Avatar, Raw: answer.Data.Viewer}, nil
}
