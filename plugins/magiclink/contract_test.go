package magiclink_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	follow := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		email := fmt.Sprintf("person%d@example.com", people.Add(1))
		k.Client().Post("/sign-in/magic-link", map[string]any{"email": email, "name": "Person"}).Want(http.StatusOK)
		return plugintest.Request{Query: url.Values{"token": {k.Mail().Token}}}
	}
	plugintest.Run(t, func() betterauth.Plugin { return magiclink.New(magiclink.Config{}) },
		plugintest.Sample(magiclink.SignIn, func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"email": "ada@example.com", "callbackURL": "/home"}}
		}),
		plugintest.Sample(magiclink.Verify, follow),
		plugintest.SingleUse(magiclink.Verify, follow),
	)
}
