package social

import (
	"cmp"
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// GitLabOptions are what only GitLab has.
type GitLabOptions struct {
	// Issuer is the address of an own GitLab: "https://gitlab.acme.example". Default
	// "https://gitlab.com".
	Issuer string
}

// GitLab signs in with an account at gitlab.com. Users who are blocked or locked there are
// refused. Addresses count as verified if GitLab says so.
func GitLab(c Client) Provider { return GitLabWith(c, GitLabOptions{}) }

// GitLabWith is GitLab with options.
func GitLabWith(c Client, o GitLabOptions) Provider {
	base := strings.TrimRight(cmp.Or(o.Issuer, "https://gitlab.com"), "/")
	return Provider{
		ID: "gitlab", Name: "GitLab", Client: c, Problem: badIssuer(base),
		AuthorizeURL: base + "/oauth/authorize",
		TokenURL:     base + "/oauth/token",
		Scopes:       []string{"read_user"},
		User:         func(ctx context.Context, g *Grant) (*Profile, error) { return gitlabUser(ctx, g, base) },
	}
}

func gitlabUser(ctx context.Context, g *Grant, base string) (*Profile, error) {
	var in struct {
		ID       jsontext.Value `json:"id"`
		Username string         `json:"username"`
		Name     string         `json:"name"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Avatar   string         `json:"avatar_url"`
		State    string         `json:"state"`
		Locked   bool           `json:"locked"`
	}
	raw, err := g.Get(ctx, base+"/api/v4/user", &in)
	if err != nil {
		return nil, err
	}
	if in.State != "active" || in.Locked {
		return nil, oauth.ErrNoProfile
	}
	return &Profile{
		Subject: oauth.ID(in.ID), Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: cmp.Or(in.Name, in.Username), Image: in.Avatar, Raw: raw,
	}, nil
}
