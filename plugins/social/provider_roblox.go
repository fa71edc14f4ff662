package social

import (
	"cmp"
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// Roblox signs in with a Roblox account. Roblox tells no address, so users get a
// placeholder.
func Roblox(c Client) Provider {
	return Provider{
		ID: "roblox", Name: "Roblox", Client: c,
		AuthorizeURL: "https://apis.roblox.com/oauth/v1/authorize",
		TokenURL:     "https://apis.roblox.com/oauth/v1/token",
		Scopes:       []string{"openid", "profile"},
		DisablePKCE:  true,
		Prompt:       "select_account consent",
		User:         robloxUser,
	}
}

func robloxUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		Subject  string `json:"sub"`
		Nickname string `json:"nickname"`
		Username string `json:"preferred_username"`
		Picture  string `json:"picture"`
	}
	raw, err := g.Get(ctx, "https://apis.roblox.com/oauth/v1/userinfo", &in)
	if err != nil || in.Subject == "" {
		return nil, err
	}
	return &Profile{
		Subject: in.Subject, Email: oauth.Placeholder(in.Subject, "roblox"),
		Name: cmp.Or(in.Nickname, in.Username), Image: in.Picture, Raw: raw,
	}, nil
}
