package social

import (
	"cmp"
	"context"
)

// HuggingFace signs in with a Hugging Face account. Addresses count as verified if Hugging
// Face says so.
func HuggingFace(c Client) Provider {
	return Provider{
		ID: "huggingface", Name: "Hugging Face", Client: c,
		AuthorizeURL: "https://huggingface.co/oauth/authorize",
		TokenURL:     "https://huggingface.co/oauth/token",
		Scopes:       []string{"openid", "profile", "email"},
		User:         huggingFaceUser,
	}
}

func huggingFaceUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in standardClaims
	raw, err := g.Get(ctx, "https://huggingface.co/oauth/userinfo", &in)
	if err != nil {
		return nil, err
	}
	profile := in.profile(raw)
	profile.Name = cmp.Or(in.Name, in.Username)
	return profile, nil
}
