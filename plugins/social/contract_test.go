package social_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func TestContract(t *testing.T) {
	t.Parallel()
	at := tiny(t)
	begun := func(_ *plugintest.Kit, c *plugintest.Client, path string) url.Values {
		var b social.Begun
		c.Post(path, map[string]any{"provider": "tiny", "callbackURL": "/home"}).Want(http.StatusOK).Into(&b)
		_, state, _ := strings.Cut(b.URL, "state=")
		state, _, _ = strings.Cut(state, "&")
		return url.Values{"state": {state}, "code": {"newcomer"}}
	}
	callback := func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		return plugintest.Request{Path: map[string]string{"id": "tiny"}, Query: begun(k, c, "/sign-in/social")}
	}
	// The account at the provider that the client's user has.
	account := func(k *plugintest.Kit, c *plugintest.Client) string {
		name, _, _ := strings.Cut(c.User.Email, "@")
		token := "at-" + name
		row := &betterauth.Account{UserID: c.User.ID, ProviderID: "tiny", AccountID: name, AccessToken: &token}
		if err := plugintest.StoreOf[betterauth.Account](k).Create(t.Context(), row); err != nil {
			t.Error(err)
		}
		return row.ID
	}
	owned := func(request func(id string) plugintest.Request) func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
		return func(k *plugintest.Kit, c *plugintest.Client) plugintest.Ownership {
			return plugintest.Ownership{ID: account(k, c), Request: request}
		}
	}
	tokens := owned(func(id string) plugintest.Request { return plugintest.Request{Body: map[string]any{"accountId": id}} })
	info := owned(func(id string) plugintest.Request { return plugintest.Request{Query: url.Values{"accountId": {id}}} })
	begins := func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
		return plugintest.Request{Body: map[string]any{"provider": "tiny", "callbackURL": "/home"}}
	}
	plugintest.Run(t, func() betterauth.Plugin { return social.New(social.Config{Providers: []social.Provider{at}}) },
		plugintest.Sample(social.SignInSocial, begins),
		plugintest.Sample(social.LinkSocial, begins),
		plugintest.Sample(social.CallbackOAuth, callback),
		plugintest.Owned(social.GetAccessToken, tokens),
		plugintest.Owned(social.AccountInfo, info),
		plugintest.Except("answers", social.GetAccessToken, "the token is what the user's own client asks for"),
		plugintest.SingleUse(social.CallbackOAuth, callback),
	)
}
