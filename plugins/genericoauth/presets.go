package genericoauth

import (
	"context"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// preset is a provider whose own function tells who the user is.
func preset(p Provider, c oauth.Client, user func(context.Context, *oauth.Grant) (*oauth.Profile, error)) Provider {
	if p.Client = c; c.User == nil {
		p.Client.User = user
	}
	return p
}

// Gumroad does not say whether an address is verified.
func Gumroad(c oauth.Client) Provider {
	return preset(Provider{
		ID: "gumroad", Name: "Gumroad", AuthorizeURL: "https://gumroad.com/oauth/authorize", TokenURL: "https://api.gumroad.com/oauth/token",
		Scopes: []string{"view_profile"},
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			Success bool `json:"success"`
			User    struct {
				ID    string `json:"user_id"`
				Name  string `json:"name"`
				Email string `json:"email"`
				Image string `json:"profile_url"`
			} `json:"user"`
		}
		raw, err := g.Get(ctx, "https://api.gumroad.com/v2/user", &in)
		if err != nil || !in.Success {
			return nil, err
		}
		return &oauth.Profile{Subject: in.User.ID, Name: in.User.Name, Email: in.User.Email, Image: in.User.Image, Raw: raw}, nil
	})
}

// HubSpot names the user of the account that an access token is for, by their address. It
// does not say whether that is verified.
func HubSpot(c oauth.Client) Provider {
	return preset(Provider{
		ID: "hubspot", Name: "HubSpot", AuthorizeURL: "https://app.hubspot.com/oauth/authorize", TokenURL: "https://api.hubapi.com/oauth/v1/token",
		Scopes: []string{"oauth"},
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			User   string         `json:"user"`
			ID     jsontext.Value `json:"user_id"`
			Signed struct {
				ID jsontext.Value `json:"userId"`
			} `json:"signed_access_token"`
		}
		raw, err := g.Get(ctx, "https://api.hubapi.com/oauth/v1/access-tokens/"+url.PathEscape(g.AccessToken), &in)
		if err != nil {
			return nil, err
		}
		if idText(in.ID) == "" {
			in.ID = in.Signed.ID
		}
		return &oauth.Profile{Subject: idText(in.ID), Name: in.User, Email: in.User, Raw: raw}, nil
	})
}

// Line is a channel of LINE Login. An application with channels in several countries
// gives each an ID. LINE verifies its ID tokens itself, and does not say whether an
// address is verified.
func Line(c oauth.Client) Provider {
	return preset(Provider{
		ID: "line", Name: "LINE", AuthorizeURL: "https://access.line.me/oauth2/v2.1/authorize", TokenURL: "https://api.line.me/oauth2/v2.1/token",
		UserInfoURL: "https://api.line.me/oauth2/v2.1/userinfo", Scopes: openID(),
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			Subject string `json:"sub"`
			Name    string `json:"name"`
			Email   string `json:"email"`
			Picture string `json:"picture"`
		}
		var raw jsontext.Value
		var err error
		if g.IDToken != "" && g.Callback != nil {
			form := url.Values{"id_token": {g.IDToken}, "client_id": {g.Provider.Client.ID}}
			raw, err = g.PostForm(ctx, "https://api.line.me/oauth2/v2.1/verify", form, &in, "Authorization", "")
		} else {
			raw, err = g.Get(ctx, "https://api.line.me/oauth2/v2.1/userinfo", &in)
		}
		if err != nil {
			return nil, err
		}
		return &oauth.Profile{Subject: in.Subject, Name: in.Name, Email: in.Email, Image: in.Picture, Raw: raw}, nil
	})
}

// Patreon says itself whether an address is verified.
func Patreon(c oauth.Client) Provider {
	return preset(Provider{
		ID: "patreon", Name: "Patreon", AuthorizeURL: "https://www.patreon.com/oauth2/authorize", TokenURL: "https://www.patreon.com/api/oauth2/token",
		Scopes: []string{"identity[email]"},
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			Data struct {
				ID         string `json:"id"`
				Attributes struct {
					Name     string         `json:"full_name"`
					Email    string         `json:"email"`
					Image    string         `json:"image_url"`
					Verified jsontext.Value `json:"is_email_verified"`
				} `json:"attributes"`
			} `json:"data"`
		}
		raw, err := g.Get(ctx, "https://www.patreon.com/api/oauth2/v2/identity?fields[user]=email,full_name,image_url,is_email_verified", &in)
		if err != nil {
			return nil, err
		}
		user := in.Data.Attributes
		return &oauth.Profile{Subject: in.Data.ID, Name: user.Name, Email: user.Email, Image: user.Image, EmailVerified: oauth.True(user.Verified), Raw: raw}, nil
	})
}

// Slack says itself whether an address is verified.
func Slack(c oauth.Client) Provider {
	return preset(Provider{
		ID: "slack", Name: "Slack", AuthorizeURL: "https://slack.com/openid/connect/authorize", TokenURL: "https://slack.com/api/openid.connect.token",
		UserInfoURL: "https://slack.com/api/openid.connect.userInfo", Scopes: openID(),
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			Subject  string         `json:"sub"`
			Name     string         `json:"name"`
			Email    string         `json:"email"`
			Verified jsontext.Value `json:"email_verified"`
			Picture  string         `json:"picture"`
			Large    string         `json:"https://slack.com/user_image_512"`
		}
		raw, err := g.Get(ctx, "https://slack.com/api/openid.connect.userInfo", &in)
		if err != nil {
			return nil, err
		}
		if in.Picture == "" {
			in.Picture = in.Large
		}
		return &oauth.Profile{Subject: in.Subject, Name: in.Name, Email: in.Email, EmailVerified: oauth.True(in.Verified), Image: in.Picture, Raw: raw}, nil
	})
}

// Yandex does not say whether an address is verified.
func Yandex(c oauth.Client) Provider {
	return preset(Provider{
		ID: "yandex", Name: "Yandex", AuthorizeURL: "https://oauth.yandex.com/authorize", TokenURL: "https://oauth.yandex.com/token",
		Scopes: []string{"login:info", "login:email", "login:avatar"},
	}, c, func(ctx context.Context, g *oauth.Grant) (*oauth.Profile, error) {
		var in struct {
			ID          jsontext.Value `json:"id"`
			Login       string         `json:"login"`
			DisplayName string         `json:"display_name"`
			RealName    string         `json:"real_name"`
			FirstName   string         `json:"first_name"`
			Email       string         `json:"default_email"`
			Emails      []string       `json:"emails"`
			NoAvatar    bool           `json:"is_avatar_empty"`
			Avatar      string         `json:"default_avatar_id"`
		}
		raw, err := g.Get(ctx, "https://login.yandex.ru/info?format=json", &in, "Authorization", "OAuth "+g.AccessToken)
		if err != nil {
			return nil, err
		}
		profile := &oauth.Profile{Subject: idText(in.ID), Email: in.Email, Raw: raw}
		if profile.Email == "" && len(in.Emails) > 0 {
			profile.Email = in.Emails[0]
		}
		for _, name := range []string{in.DisplayName, in.RealName, in.FirstName, in.Login} {
			if profile.Name == "" {
				profile.Name = name
			}
		}
		if !in.NoAvatar && in.Avatar != "" {
			profile.Image = "https://avatars.yandex.net/get-yapic/" + in.Avatar + "/islands-200"
		}
		return profile, nil
	})
}

// idText is an id that a provider sends as text or as a number.
func idText(id jsontext.Value) (text string) {
	if id.Kind() == '0' {
		return string(id)
	}
	if id.Kind() != '"' || json.Unmarshal(id, &text) != nil {
		return ""
	}
	return text
}
