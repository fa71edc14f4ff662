package emailverification_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	// unverified makes somebody new and returns their address.
	unverified := func(k *plugintest.Kit) (email string) {
		email = fmt.Sprintf("person%d@example.com", people.Add(1))
		k.SignedIn(email)
		return email
	}
	plugintest.Run(t,
		func() betterauth.Plugin {
			return emailverification.New(emailverification.Config{AutoSignInAfterVerification: true})
		},
		plugintest.Sample("sendVerificationEmail", func(_ *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: map[string]any{"email": c.User.Email, "callbackURL": "/home"}}
		}),
		plugintest.Except("fail-closed", "verifyEmail", "the address is proven, whatever becomes of the sign-in that follows"),
		plugintest.Sample("verifyEmail", func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			k.Client().Post("/send-verification-email", map[string]any{"email": unverified(k)}).Want(http.StatusOK)
			return plugintest.Request{Query: url.Values{"token": {k.Mail().Token}, "callbackURL": {"/home"}}}
		}),
	)
}
