package expo_test

import (
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

func TestContract(t *testing.T) {
	t.Parallel()
	plugintest.Run(t, func() betterauth.Plugin {
		return expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"https://accounts.example.org"}})
	},
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{magiclink.New(magiclink.Config{}), emailotp.New(emailotp.Config{})}
		}),
		plugintest.Sample(expo.AuthorizationProxy, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"authorizationURL": {"https://accounts.example.org/authorize?state=abc"}}}
		}),
	)
}
