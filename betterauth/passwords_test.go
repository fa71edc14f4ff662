package betterauth_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// fastPasswords is for tests whose subject is not the hash.
var fastPasswords = betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}

// withPasswords is a kit in which users sign up and in with fastPasswords.
func withPasswords(t testing.TB, more ...betterauth.Plugin) *plugintest.Kit {
	t.Helper()
	return plugintest.NewWith(t, plugintest.Options{
		Plugins: append([]betterauth.Plugin{emailpassword.New(emailpassword.Config{})}, more...),
		Config:  betterauth.Config{Password: fastPasswords},
	})
}
