package genericoauth_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

var queryAll = database.Query{Limit: 10}

func TestContract(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	plugintest.Run(t, func() betterauth.Plugin {
		return genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{ID: "idp", Client: oauth.Client{ID: "client", Secret: "secret"}, Issuer: p.URL}}})
	}, plugintest.Companions(func() []betterauth.Plugin { return []betterauth.Plugin{social.New(social.Config{})} }))
}
