package expo_test

import (
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/expo"
)

func TestContract(t *testing.T) {
	t.Parallel()
	plugintest.Run(t, func() betterauth.Plugin {
		return expo.New(expo.Config{Schemes: []string{"myapp"}, AuthorizationOrigins: []string{"https://accounts.example.org"}})
	},
		plugintest.Sample(expo.AuthorizationProxy, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"authorizationURL": {"https://accounts.example.org/authorize?state=abc"}}}
		}),
	)
}
