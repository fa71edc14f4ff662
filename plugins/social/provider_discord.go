package social

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json/jsontext"
)

// DiscordOptions are what only Discord has.
type DiscordOptions struct {
	// Permissions are those of a bot, as the sum of their bits; they are sent if the scope
	// "bot" is asked for. Default 0: none are named.
	Permissions uint64
}

// Discord signs in with a Discord account. Addresses count as verified if Discord says so.
func Discord(c Client) Provider { return DiscordWith(c, DiscordOptions{}) }

// DiscordWith is Discord with options.
func DiscordWith(c Client, o DiscordOptions) Provider {
	return Provider{
		ID: "discord", Name: "Discord", Client: c,
		AuthorizeURL: "https://discord.com/api/oauth2/authorize",
		TokenURL:     "https://discord.com/api/oauth2/token",
		Scopes:       []string{"identify", "email"}, RequestScopesFirst: true,
		DisablePKCE: true,
		Prompt:      "none",
		EditAuthorize: func(_ *oauth.AuthorizeRequest, q *oauth.Query) {
			if o.Permissions != 0 && slices.Contains(strings.Fields(q.Get("scope")), "bot") {
				q.Set("permissions", strconv.FormatUint(o.Permissions, 10))
			}
		},
		User: discordUser,
	}
}

func discordUser(ctx context.Context, g *Grant) (*Profile, error) {
	var in struct {
		ID            jsontext.Value `json:"id"`
		Username      string         `json:"username"`
		GlobalName    string         `json:"global_name"`
		Discriminator string         `json:"discriminator"`
		Avatar        string         `json:"avatar"`
		Email         string         `json:"email"`
		Verified      jsontext.Value `json:"verified"`
	}
	raw, err := g.Get(ctx, "https://discord.com/api/users/@me", &in)
	if err != nil {
		return nil, err
	}
	id := oauth.ID(in.ID)
	return &Profile{
		Subject: id, Email: in.Email, EmailVerified: oauth.True(in.Verified),
		Name: cmp.Or(in.GlobalName, in.Username), Image: discordAvatar(id, in.Avatar, in.Discriminator), Raw: raw,
	}, nil
}

// discordAvatar is the address of a picture, as Discord's reference of images says. Who has
// none gets one of a few by the id, or by the number that old names end with.
func discordAvatar(id, avatar, discriminator string) string {
	if avatar != "" {
		kind := "png"
		if strings.HasPrefix(avatar, "a_") {
			kind = "gif"
		}
		return "https://cdn.discordapp.com/avatars/" + id + "/" + avatar + "." + kind
	}
	index := uint64(0)
	if number, err := strconv.ParseUint(discriminator, 10, 64); err == nil && number > 0 {
		index = number % 5
	} else if number, err := strconv.ParseUint(id, 10, 64); err == nil {
		index = number >> 22 % 6
	}
	return "https://cdn.discordapp.com/embed/avatars/" + strconv.FormatUint(index, 10) + ".png"
}
