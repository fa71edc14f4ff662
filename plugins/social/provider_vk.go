package social

import (
	"context"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// VK signs in with a VK ID. VK does not say whether it has verified an address, so none
// counts as verified; users with a telephone number alone have none.
func VK(c Client) Provider {
	return Provider{
		ID: "vk", Name: "VK", Client: c,
		AuthorizeURL: "https://id.vk.com/authorize",
		TokenURL:     "https://id.vk.com/oauth2/auth",
		Scopes:       []string{"email", "phone"},
		EditToken: func(r *oauth.TokenRequest) {
			if r.Callback != nil && r.Callback.DeviceID != "" {
				r.Form.Set("device_id", r.Callback.DeviceID)
			}
		},
		User: vkUser,
	}
}

func vkUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		User struct {
			ID        jsontext.Value `json:"user_id"`
			FirstName string         `json:"first_name"`
			LastName  string         `json:"last_name"`
			Email     string         `json:"email"`
			Avatar    string         `json:"avatar"`
		} `json:"user"`
	}
	form := url.Values{"access_token": {g.AccessToken}, "client_id": {g.Provider.Client.ID}}
	// VK wants the token in the form alone.
	raw, err := g.PostForm(ctx, "https://id.vk.com/oauth2/user_info", form, &in, "Authorization", "")
	if err != nil {
		return nil, err
	}
	user := in.User
	return &Profile{
		Subject: oauth.ID(user.ID), Email: user.Email,
		Name: strings.TrimSpace(user.FirstName + " " + user.LastName), Image: user.Avatar, Raw: raw,
	}, nil
}
