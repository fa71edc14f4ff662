package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Notion signs in with a Notion account: the user who installs the integration in a
// workspace. Notion does not say whether it has verified an address, so none counts as
// verified.
func Notion(c Client) Provider {
	return Provider{
		ID: "notion", Name: "Notion", Client: c, Problem: needSecret(c),
		AuthorizeURL:   "https://api.notion.com/v1/oauth/authorize",
		TokenURL:       "https://api.notion.com/v1/oauth/token",
		Authentication: oauth.SecretBasic,
		DisablePKCE:    true,
		// Without it a workspace signs in, not a user.
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) { q.Set("owner", "user") },
		User:          notionUser,
	}
}

func notionUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		Bot struct {
			Owner struct {
				User jsontext.Value `json:"user"`
			} `json:"owner"`
		} `json:"bot"`
	}
	if _, err := g.Get(ctx, "https://api.notion.com/v1/users/me", &in, "Notion-Version", "2022-06-28"); err != nil {
		return nil, err
	}
	raw := in.Bot.Owner.User
	if raw == nil {
		return nil, nil // the owner is a workspace
	}
	var user struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Avatar string `json:"avatar_url"`
		Person struct {
			Email string `json:"email"`
		} `json:"person"`
	}
	if err := json.Unmarshal(raw, &user); err != nil {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{Subject: user.ID, Email: user.Person.Email, Name: user.Name, Image: user.Avatar, Raw: raw}, nil
}
