package social

import (
	"cmp"
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// SlackOptions are what only Slack has.
type SlackOptions struct {
	// Team is the id of the one workspace whose members sign in, such as "T0123ABC".
	// Default "": members of any workspace.
	Team string
}

// Slack signs in with a Slack account.
func Slack(c Client) Provider { return SlackWith(c, SlackOptions{}) }

// SlackWith is Slack with options.
func SlackWith(c Client, o SlackOptions) Provider {
	p := Provider{
		ID: "slack", Name: "Slack", Client: c,
		AuthorizeURL:       "https://slack.com/openid/connect/authorize",
		TokenURL:           "https://slack.com/api/openid.connect.token",
		Scopes:             []string{"openid", "profile", "email"},
		RequestScopesFirst: true,
		DisablePKCE:        true,
		User: func(ctx context.Context, g *Grant) (*Profile, error) {
			return slackUser(ctx, g, o.Team)
		},
	}
	if o.Team != "" {
		p.Params = []betterauth.Param{{Name: "team", Value: o.Team}}
	}
	return p
}

var errTeam = errors.New("social: the user is in another Slack workspace than Team")

func slackUser(ctx context.Context, g *Grant, team string) (*Profile, error) {
	var in struct {
		ID       string         `json:"https://slack.com/user_id"`
		Team     string         `json:"https://slack.com/team_id"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Name     string         `json:"name"`
		Picture  string         `json:"picture"`
		Large    string         `json:"https://slack.com/user_image_512"`
	}
	raw, err := g.Get(ctx, "https://slack.com/api/openid.connect.userInfo", &in)
	if err != nil {
		return nil, err
	}
	if team != "" && in.Team != team {
		return nil, errTeam
	}
	return &Profile{
		Subject: in.ID, Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: in.Name, Image: cmp.Or(in.Picture, in.Large), Raw: raw,
	}, nil
}
