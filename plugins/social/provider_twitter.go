package social

import (
	"context"
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// Twitter signs in with an account of X. An address that X tells is one that it has
// confirmed; users without one get a placeholder. Without a secret the client is a public
// one.
func Twitter(c Client) Provider {
	p := Provider{
		ID: "twitter", Name: "Twitter", Client: c,
		AuthorizeURL: "https://x.com/i/oauth2/authorize",
		TokenURL:     "https://api.x.com/2/oauth2/token",
		Scopes:       []string{"users.read", "tweet.read", "offline.access", "users.email"},
		User:         twitterUser,
	}
	if c.Secret != "" {
		p.Authentication = oauth.SecretBasic
	}
	return p
}

func twitterUser(ctx context.Context, g *Grant) (*Profile, error) {
	const me = "https://api.x.com/2/users/me?user.fields="
	type answer struct {
		Data struct {
			ID    string `json:"id"`
			Name  string `json:"name"`
			Image string `json:"profile_image_url"`
			Email string `json:"confirmed_email"`
		} `json:"data"`
	}
	var in, mail answer
	raw, err := g.Get(ctx, me+"profile_image_url", &in)
	if err != nil || in.Data.ID == "" {
		return nil, err
	}
	user := in.Data
	p := &Profile{Subject: user.ID, Email: oauth.Placeholder(user.ID, "twitter"), Name: user.Name, Image: user.Image, Raw: raw}
	// An application without permission for addresses is refused. Any other failure must
	// not give a placeholder to somebody who has an address.
	_, err = g.Get(ctx, me+"confirmed_email", &mail)
	refused, isAnswer := errors.AsType[*oauth.AnswerError](err)
	switch {
	case isAnswer && (refused.Status == http.StatusForbidden || refused.Status == http.StatusUnauthorized || refused.Status == http.StatusBadRequest):
	case err != nil:
		return nil, err
	case mail.Data.ID != user.ID:
		return nil, oauth.ErrNoProfile
	case mail.Data.Email != "":
		p.Email, p.EmailVerified = mail.Data.Email, true
	}
	return p, nil
}
