package social

import (
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// RedditOptions are what only Reddit has.
type RedditOptions struct {
	// Duration "permanent" asks for a refresh token. Default "": access for an hour.
	Duration string
}

// Reddit signs in with a Reddit account. Reddit tells no address, so users get a
// placeholder.
func Reddit(c Client) Provider { return RedditWith(c, RedditOptions{}) }

// RedditWith is Reddit with options.
func RedditWith(c Client, o RedditOptions) Provider {
	p := Provider{
		ID: "reddit", Name: "Reddit", Client: c, Problem: needSecret(c),
		AuthorizeURL:   "https://www.reddit.com/api/v1/authorize",
		TokenURL:       "https://www.reddit.com/api/v1/access_token",
		Scopes:         []string{"identity"},
		DisablePKCE:    true,
		Authentication: oauth.SecretBasic,
		EditToken:      redditToken,
		User:           redditUser,
	}
	if o.Duration != "" {
		p.Params = []betterauth.Param{{Name: "duration", Value: o.Duration}}
	}
	return p
}

// redditAgent is how this client names itself: Reddit limits clients with the names that
// libraries have by default.
const redditAgent = "better-auth"

func redditToken(r *oauth.TokenRequest) {
	r.Header.Set("User-Agent", redditAgent)
	r.Header.Set("Accept", "text/plain")
}

func redditUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Icon string `json:"icon_img"`
	}
	raw, err := g.Get(ctx, "https://oauth.reddit.com/api/v1/me", &in, "User-Agent", redditAgent)
	if err != nil || in.ID == "" {
		return nil, err
	}
	image, _, _ := strings.Cut(in.Icon, "?")
	return &Profile{Subject: in.ID, Email: oauth.Placeholder(in.ID, "reddit"), Name: in.Name, Image: image, Raw: raw}, nil
}
