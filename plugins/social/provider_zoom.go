package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// ZoomOptions are what only Zoom has.
type ZoomOptions struct {
	// DisablePKCE sends no code challenge. Default false.
	DisablePKCE bool
}

// Zoom signs in with a Zoom account. Its scopes are chosen in Zoom's console, so those of
// a request are ignored.
func Zoom(c Client) Provider { return ZoomWith(c, ZoomOptions{}) }

// ZoomWith is Zoom with options.
func ZoomWith(c Client, o ZoomOptions) Provider {
	return Provider{
		ID: "zoom", Name: "Zoom", Client: c,
		AuthorizeURL:        "https://zoom.us/oauth/authorize",
		TokenURL:            "https://zoom.us/oauth/token",
		IgnoreRequestScopes: true,
		DisablePKCE:         o.DisablePKCE,
		User:                zoomUser,
	}
}

func zoomUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID       string         `json:"id"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"verified"`
		Name     string         `json:"display_name"`
		Picture  string         `json:"pic_url"`
	}
	raw, err := g.Get(ctx, "https://api.zoom.us/v2/users/me", &in)
	if err != nil {
		return nil, err
	}
	// Zoom documents the flag as a number, which is 1 for a verified address.
	verified := oauth.ID(in.Verified) == "1" && in.Verified.Kind() == '0' || oauth.True(in.Verified)
	return &Profile{Subject: in.ID, Email: in.Email, EmailVerified: verified, Name: in.Name, Image: in.Picture, Raw: raw}, nil
}
