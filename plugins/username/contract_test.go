package username_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/username"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	fresh := func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
		n := people.Add(1)
		return plugintest.Request{Body: signUp(fmt.Sprintf("person%d@example.com", n), fmt.Sprintf("person_%d", n))}
	}
	plugintest.Run(t, func() betterauth.Plugin { return username.New(username.Config{}) },
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), account.New(account.Config{})}
		}),
		plugintest.Sample("signUpEmail", fresh),
		plugintest.Sample("signInUsername", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			made := fresh(k, c)
			k.Client().Post("/sign-up/email", made.Body).Want(http.StatusOK)
			return plugintest.Request{Body: signIn(made.Body.(body)["username"].(string), "password1234")}
		}),
		plugintest.Sample("isUsernameAvailable", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: body{"username": fmt.Sprintf("free_%d", people.Add(1))}}
		}),
		plugintest.Sample("updateUser", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: body{"username": fmt.Sprintf("name_%d", people.Add(1)), "displayUsername": "Name"}}
		}),
	)
}
