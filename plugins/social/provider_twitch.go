package social

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// TwitchOptions are what only Twitch has.
type TwitchOptions struct {
	// Claims are the claims to ask for, beside email and email_verified. Default
	// preferred_username and picture, which become the user's name and picture.
	Claims []string
}

// Twitch signs in with a Twitch account.
func Twitch(c Client) Provider { return TwitchWith(c, TwitchOptions{}) }

// TwitchWith is Twitch with options.
func TwitchWith(c Client, o TwitchOptions) Provider {
	claims := o.Claims
	if claims == nil {
		claims = []string{"preferred_username", "picture"}
	}
	return Provider{
		ID: "twitch", Name: "Twitch", Client: c,
		AuthorizeURL: "https://id.twitch.tv/oauth2/authorize",
		TokenURL:     "https://id.twitch.tv/oauth2/token",
		Scopes:       []string{"user:read:email", "openid"},
		DisablePKCE:  true,
		Params:       []betterauth.Param{{Name: "claims", Value: claimsRequest(claims)}},
		IDTokens: &oauth.IDTokens{
			KeysURL: "https://id.twitch.tv/oauth2/keys",
			Issuers: []string{"https://id.twitch.tv/oauth2"}, OnlyExchanged: true,
		},
		User: twitchUser,
	}
}

// claimsRequest asks for claims in the ID token (OpenID Connect Core 1.0, section 5.5).
func claimsRequest(names []string) string {
	text := `{"id_token":{"email":null,"email_verified":null`
	for _, name := range names {
		if name != "email" && name != "email_verified" {
			quoted, _ := jsontext.AppendQuote(nil, name)
			text += "," + string(quoted) + ":null"
		}
	}
	return text + "}}"
}

func twitchUser(ctx context.Context, g *Grant) (*Profile, error) {
	claims, err := g.Claims(ctx)
	if err != nil {
		return nil, err
	}
	var in standardClaims
	if err := claims.Decode(&in); err != nil {
		return nil, err
	}
	profile := in.profile(claims.Raw)
	profile.Name = in.Username
	return profile, nil
}
