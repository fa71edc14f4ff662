package oauthproxy_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func TestContract(t *testing.T) {
	t.Parallel()
	of := provider(t, "tiny")
	// The production server has another address for the preview's browser, and the same
	// secret.
	server := plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{BaseURL: production, TrustedOrigins: []string{plugintest.BaseURL}},
		Plugins: []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{of}}), oauthproxy.New(oauthproxy.Config{Secret: shared})}})
	var people atomic.Int32
	arrive := func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
		state := begin(t, c, "/sign-in/social", nil)
		a := server.Client().Get(fmt.Sprintf("/callback/tiny?code=person%d&state=", people.Add(1)) + url.QueryEscape(state)).Want(http.StatusFound)
		to, err := url.Parse(a.Header.Get("Location"))
		if err != nil || !strings.HasPrefix(to.String(), plugintest.BaseURL) {
			t.Fatalf("%s: %v", to, err)
		}
		return plugintest.Request{Path: map[string]string{"id": "tiny"}, Query: to.Query()}
	}
	plugintest.Run(t, func() betterauth.Plugin {
		return oauthproxy.New(oauthproxy.Config{ProductionURL: production, Secret: shared})
	},
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{social.New(social.Config{Providers: []social.Provider{of}})}
		}),
		plugintest.Sample(oauthproxy.Completion, arrive),
		plugintest.Sample(oauthproxy.Callback, arrive),
		plugintest.SingleUse(oauthproxy.Completion, arrive),
		plugintest.SingleUse(oauthproxy.Callback, arrive),
	)
}
