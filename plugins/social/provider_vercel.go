package social

import (
	"cmp"
	"context"
)

// Vercel signs in with a Vercel account. It asks for no scopes of its own: what Vercel
// tells is chosen in its console, or by Client.Scopes.
func Vercel(c Client) Provider {
	return Provider{
		ID: "vercel", Name: "Vercel", Client: c,
		AuthorizeURL:   "https://vercel.com/oauth/authorize",
		TokenURL:       "https://api.vercel.com/login/oauth/token",
		DisableRefresh: true,
		User:           vercelUser,
	}
}

func vercelUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in standardClaims
	raw, err := g.Get(ctx, "https://api.vercel.com/login/oauth/userinfo", &in)
	if err != nil {
		return nil, err
	}
	profile := in.profile(raw)
	profile.Name = cmp.Or(in.Name, in.Username)
	return profile, nil
}
