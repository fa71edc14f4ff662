package invitation_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/examples/customplugin/invitation"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// The contract of every plugin. Its gate refuses who was not invited, so that
// signing in takes more than the kit does by itself.
func TestContract(t *testing.T) {
	t.Parallel()
	const password = "correct horse battery"
	signedIn := func(k *plugintest.Kit, email string) *plugintest.Client {
		user, err := k.Users().Get(t.Context(), database.Eq("email", email))
		if err != nil {
			user = &betterauth.User{Name: "Invited", Email: email}
			invitation.InvitedBy.Set(user, invitation.Operator)
			if err := k.Users().Create(t.Context(), user); err != nil {
				t.Error(err)
			}
		}
		return k.SignedInAs(user)
	}
	var people atomic.Int32
	signUp := func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
		var made invitation.CreateAnswer
		signedIn(k, "host@example.com").Post("/invitation/create", map[string]any{}).Want(http.StatusOK).Into(&made)
		return plugintest.Request{Body: map[string]any{"name": "Ada", "email": fmt.Sprintf("ada%d@example.com", people.Add(1)),
			"password": password, "invitationCode": made.Code}}
	}
	plugintest.Run(t, func() betterauth.Plugin { return invitation.New(invitation.Config{}) },
		plugintest.Companions(func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}
		}),
		plugintest.SignedInBy(signedIn),
		plugintest.Sample("signUpEmail", signUp),
		plugintest.SingleUse("signUpEmail", signUp),
	)
}
