package social

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// GitHub signs in with a GitHub account. An address counts as verified if GitHub's list of
// the user's addresses says so.
func GitHub(c Client) Provider {
	return Provider{
		ID: "github", Name: "GitHub", Client: c,
		AuthorizeURL: "https://github.com/login/oauth/authorize",
		TokenURL:     "https://github.com/login/oauth/access_token",
		Scopes:       []string{"read:user", "user:email"},
		User:         githubUser,
	}
}

type githubEmail struct {
	Email    string         `json:"email"`
	Primary  bool           `json:"primary"`
	Verified jsontext.Value `json:"verified"`
}

func githubUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID     jsontext.Value `json:"id"`
		Login  string         `json:"login"`
		Name   string         `json:"name"`
		Email  string         `json:"email"`
		Avatar string         `json:"avatar_url"`
	}
	// GitHub answers only those who name themselves.
	raw, err := g.Get(ctx, "https://api.github.com/user", &in, "User-Agent", "better-auth")
	if err != nil {
		return nil, err
	}
	profile := &Profile{Subject: oauth.ID(in.ID), Email: in.Email, Name: cmp.Or(in.Name, in.Login), Image: in.Avatar, Raw: raw}
	var emails []githubEmail
	if _, err := g.Get(ctx, "https://api.github.com/user/emails", &emails, "User-Agent", "better-auth"); err != nil {
		// Without the scope user:email the list is not to be had, and nothing is verified.
		if refused, ok := errors.AsType[*oauth.AnswerError](err); ok && (refused.Status == http.StatusForbidden || refused.Status == http.StatusNotFound) {
			return profile, nil
		}
		return nil, err
	}
	if profile.Email == "" && len(emails) > 0 {
		profile.Email = emails[0].Email
		for _, each := range emails {
			if each.Primary {
				profile.Email = each.Email
				break
			}
		}
	}
	for _, each := range emails {
		if each.Email == profile.Email && oauth.True(each.Verified) {
			profile.EmailVerified = true
		}
	}
	return profile, nil
}
