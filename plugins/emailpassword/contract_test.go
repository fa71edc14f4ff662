package emailpassword_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

func TestContract(t *testing.T) {
	t.Parallel()
	const password = "correct horse battery"
	var people atomic.Int32
	// fresh signs somebody new up and returns their address.
	fresh := func(k *plugintest.Kit) string {
		email := fmt.Sprintf("person%d@example.com", people.Add(1))
		k.Client().Post("/sign-up/email", map[string]any{"name": "Person", "email": email, "password": password}).Want(http.StatusOK)
		return email
	}
	body := func(members map[string]any) plugintest.Request { return plugintest.Request{Body: members} }
	// become signs a client in as somebody with a password.
	become := func(k *plugintest.Kit, c *plugintest.Client) {
		c.ClearCookies()
		c.Post("/sign-in/email", map[string]any{"email": fresh(k), "password": password}).Want(http.StatusOK)
	}
	token := func(k *plugintest.Kit) string {
		k.Client().Post("/request-password-reset", map[string]any{"email": fresh(k)}).Want(http.StatusOK)
		return k.Mail().Token
	}
	reset := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		return body(map[string]any{"token": token(k), "newPassword": "another good password"})
	}
	plugintest.Run(t, func() betterauth.Plugin { return emailpassword.New(emailpassword.Config{}) },
		plugintest.Sample("signUpEmail", func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return body(map[string]any{"name": "New", "email": fmt.Sprintf("new%d@example.com", people.Add(1)), "password": password})
		}),
		plugintest.Sample("signInEmail", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return body(map[string]any{"email": fresh(k), "password": password})
		}),
		plugintest.Sample("requestPasswordReset", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return body(map[string]any{"email": fresh(k), "redirectTo": "/reset"})
		}),
		plugintest.Sample("requestPasswordResetCallback", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return plugintest.Request{Path: map[string]string{"token": token(k)}, Query: url.Values{"callbackURL": {"/reset"}}}
		}),
		plugintest.Sample("resetPassword", reset),
		plugintest.SingleUse("resetPassword", reset),
		plugintest.SingleUse("setPassword", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			somebody := k.SignedIn(fmt.Sprintf("person%d@example.com", people.Add(1)))
			c.ClearCookies()
			c.SetCookie("better-auth.session_token", somebody.Session.Token+"."+k.Host.Sign(somebody.Session.Token))
			return body(map[string]any{"newPassword": password})
		}),
		plugintest.Sample("changePassword", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			become(k, c)
			return body(map[string]any{"currentPassword": password, "newPassword": "another good password", "revokeOtherSessions": true})
		}),
		plugintest.Sample("verifyPassword", func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			become(k, c)
			return body(map[string]any{"password": password})
		}),
	)
}
