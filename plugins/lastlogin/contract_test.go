package lastlogin_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
)

func TestContract(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]lastlogin.Config{
		"cookie": {}, "column": {StoreInDatabase: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var people atomic.Int32
			plugintest.Run(t, func() betterauth.Plugin { return lastlogin.New(cfg) },
				plugintest.Companions(func() []betterauth.Plugin { return []betterauth.Plugin{emailpassword.New(emailpassword.Config{})} }),
				plugintest.Sample(emailpassword.SignInEmail, func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
					members := map[string]any{"name": "Person", "email": fmt.Sprintf("person%d@example.com", people.Add(1)), "password": "password1234"}
					k.Client().Post("/sign-up/email", members).Want(http.StatusOK)
					delete(members, "name")
					return plugintest.Request{Body: members}
				}))
		})
	}
}
