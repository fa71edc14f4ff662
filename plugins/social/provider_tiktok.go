package social

import (
	"cmp"
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// TikTok signs in with a TikTok account. Client.ID is what TikTok's console calls the
// client key. TikTok tells no address, so users get a placeholder.
func TikTok(c Client) Provider {
	return Provider{
		ID: "tiktok", Name: "TikTok", Client: c, Problem: needSecret(c),
		AuthorizeURL:   "https://www.tiktok.com/v2/auth/authorize",
		TokenURL:       "https://open.tiktokapis.com/v2/oauth/token/",
		Scopes:         []string{"user.info.profile"},
		ScopeSeparator: ",",
		DisablePKCE:    true,
		Authentication: oauth.AuthenticationFunc(tiktokClient),
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
			q.Set("client_key", q.Get("client_id"))
			q.Del("client_id")
			q.First("scope", "response_type", "client_key", "redirect_uri", "state")
		},
		User: tiktokUser,
	}
}

func tiktokClient(_ context.Context, r *oauth.TokenRequest) error {
	r.Form.Set("client_key", r.Provider.Client.ID)
	r.Form.Set("client_secret", r.Provider.Client.Secret)
	return nil
}

func tiktokUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		Data struct {
			User struct {
				ID       string `json:"open_id"`
				Email    string `json:"email"`
				Name     string `json:"display_name"`
				Username string `json:"username"`
				Avatar   string `json:"avatar_large_url"`
			} `json:"user"`
		} `json:"data"`
	}
	raw, err := g.Get(ctx, "https://open.tiktokapis.com/v2/user/info/?fields=open_id,avatar_large_url,display_name,username", &in)
	user := in.Data.User
	if err != nil || user.ID == "" {
		return nil, err
	}
	return &Profile{
		Subject: user.ID, Email: cmp.Or(user.Email, oauth.Placeholder(user.ID, "tiktok")),
		Name: cmp.Or(user.Name, user.Username), Image: user.Avatar, Raw: raw,
	}, nil
}
