package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// DropboxOptions are what only Dropbox has.
type DropboxOptions struct {
	// AccessType "offline" asks for a refresh token. Default "".
	AccessType string
}

// Dropbox signs in with a Dropbox account. Addresses count as verified if Dropbox says so.
func Dropbox(c Client) Provider { return DropboxWith(c, DropboxOptions{}) }

// DropboxWith is Dropbox with options.
func DropboxWith(c Client, o DropboxOptions) Provider {
	p := Provider{
		ID: "dropbox", Name: "Dropbox", Client: c,
		AuthorizeURL: "https://www.dropbox.com/oauth2/authorize",
		TokenURL:     "https://api.dropboxapi.com/oauth2/token",
		Scopes:       []string{"account_info.read"},
		User:         dropboxUser,
	}
	if o.AccessType != "" {
		p.Params = []betterauth.Param{{Name: "token_access_type", Value: o.AccessType}}
	}
	return p
}

func dropboxUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID       jsontext.Value `json:"account_id"`
		Email    string         `json:"email"`
		Verified jsontext.Value `json:"email_verified"`
		Photo    string         `json:"profile_photo_url"`
		Name     struct {
			Display string `json:"display_name"`
		} `json:"name"`
	}
	raw, err := g.PostJSON(ctx, "https://api.dropboxapi.com/2/users/get_current_account", nil, &in)
	if err != nil {
		return nil, err
	}
	return &Profile{
		Subject: oauth.ID(in.ID), Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: in.Name.Display, Image: in.Photo, Raw: raw,
	}, nil
}
