package emailpassword_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A mail that resets a password is no way to sign in, though its owner could be
// mailed: it makes a password, and only that is one.
func TestAResetIsNoWayToSignIn(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	user := &betterauth.User{Name: "Ada", Email: "ada@example.com", EmailVerified: true}
	if err := kit.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if ways, err := kit.Host.SignInWays(t.Context(), user.ID); err != nil || len(ways) > 0 {
		t.Errorf("%v, %v", ways, err)
	}
}
