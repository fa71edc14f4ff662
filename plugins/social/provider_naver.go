package social

import (
	"cmp"
	"context"
)

// Naver signs in with a Naver account. Naver does not say whether it has verified an
// address, so none counts as verified.
func Naver(c Client) Provider {
	return Provider{
		ID: "naver", Name: "Naver", Client: c,
		AuthorizeURL: "https://nid.naver.com/oauth2.0/authorize",
		TokenURL:     "https://nid.naver.com/oauth2.0/token",
		Scopes:       []string{"profile", "email"},
		DisablePKCE:  true,
		User:         naverUser,
	}
}

func naverUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		Code     string `json:"resultcode"`
		Response struct {
			ID       string `json:"id"`
			Email    string `json:"email"`
			Name     string `json:"name"`
			Nickname string `json:"nickname"`
			Image    string `json:"profile_image"`
		} `json:"response"`
	}
	raw, err := g.Get(ctx, "https://openapi.naver.com/v1/nid/me", &in)
	if err != nil || in.Code != "00" {
		return nil, err
	}
	user := in.Response
	return &Profile{Subject: user.ID, Email: user.Email, Name: cmp.Or(user.Name, user.Nickname), Image: user.Image, Raw: raw}, nil
}
