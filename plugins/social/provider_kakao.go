package social

import (
	"cmp"
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// Kakao signs in with a Kakao account. An address counts as verified if Kakao says that it
// is verified and still valid, that is, not taken over by another account since.
func Kakao(c Client) Provider {
	return Provider{
		ID: "kakao", Name: "Kakao", Client: c,
		AuthorizeURL: "https://kauth.kakao.com/oauth/authorize",
		TokenURL:     "https://kauth.kakao.com/oauth/token",
		Scopes:       []string{"account_email", "profile_image", "profile_nickname"},
		DisablePKCE:  true,
		User:         kakaoUser,
	}
}

func kakaoUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID      jsontext.Value `json:"id"`
		Account struct {
			Email    string         `json:"email"`
			Valid    jsontext.Value `json:"is_email_valid"`
			Verified jsontext.Value `json:"is_email_verified"`
			Name     string         `json:"name"`
			Profile  struct {
				Nickname  string `json:"nickname"`
				Image     string `json:"profile_image_url"`
				Thumbnail string `json:"thumbnail_image_url"`
			} `json:"profile"`
		} `json:"kakao_account"`
	}
	raw, err := g.Get(ctx, "https://kapi.kakao.com/v2/user/me", &in)
	if err != nil {
		return nil, err
	}
	account := in.Account
	return &Profile{
		Subject: oauth.ID(in.ID), Email: account.Email, EmailVerified: oauth.True(account.Valid) && oauth.True(account.Verified),
		Name: cmp.Or(account.Profile.Nickname, account.Name), Image: cmp.Or(account.Profile.Image, account.Profile.Thumbnail), Raw: raw,
	}, nil
}
