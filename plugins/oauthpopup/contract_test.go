package oauthpopup_test

import (
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func TestContract(t *testing.T) {
	t.Parallel()
	of := tiny(t)
	plugintest.Run(t, func() betterauth.Plugin { return oauthpopup.New(oauthpopup.Config{}) },
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{of}})}
		}),
		plugintest.Sample(oauthpopup.Start, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"provider": {"tiny"}, "popupOrigin": {plugintest.BaseURL}}} // the client says that it is a page of this origin
		}),
	)
}
