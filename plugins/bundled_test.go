// Package plugins_test proves what holds for all bundled plugins together.
package plugins_test

import (
	"reflect"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/expo"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/haveibeenpwned"
	"github.com/better-auth-go/better-auth/plugins/lastlogin"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/oauthpopup"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// bundled makes each plugin, as an application would with no wishes of its own.
// A new plugin is one line here; go test ./plugins -update renews the table in
// docs/plugins.md.
var bundled = []func() betterauth.Plugin{
	func() betterauth.Plugin { return account.New(account.Config{}) },
	func() betterauth.Plugin { return apikey.New(apikey.Config{EnableSessions: true}) },
	func() betterauth.Plugin { return bearer.New(bearer.Config{}) },
	func() betterauth.Plugin { return emailpassword.New(emailpassword.Config{}) },
	func() betterauth.Plugin { return emailverification.New(emailverification.Config{}) },
	func() betterauth.Plugin { return emailotp.New(emailotp.Config{}) },
	func() betterauth.Plugin { return admin.New(admin.Config{}) },
	func() betterauth.Plugin { return expo.New(expo.Config{Schemes: []string{"myapp"}}) },
	func() betterauth.Plugin { return haveibeenpwned.New(haveibeenpwned.Config{}) },
	func() betterauth.Plugin { return lastlogin.New(lastlogin.Config{StoreInDatabase: true}) },
	func() betterauth.Plugin { return magiclink.New(magiclink.Config{}) },
	func() betterauth.Plugin { return passkey.New(passkey.Config{}) },
	func() betterauth.Plugin {
		return social.New(social.Config{Providers: []social.Provider{somewhere()}, AccountCookie: true})
	},
	func() betterauth.Plugin { return genericoauth.New(genericoauth.Config{}) },
	func() betterauth.Plugin { return oauthpopup.New(oauthpopup.Config{}) },
	func() betterauth.Plugin {
		return oauthproxy.New(oauthproxy.Config{ProductionURL: "https://example.com"})
	},
	func() betterauth.Plugin { return onetap.New(onetap.Config{}) },
	func() betterauth.Plugin { return twofactor.New(twofactor.Config{}) },
	func() betterauth.Plugin { return username.New(username.Config{}) },
}

// withRequired makes the plugins with these positions and all they cannot do without.
func withRequired(positions ...int) (plugins []betterauth.Plugin) {
	made := map[string]bool{}
	var add func(i int)
	add = func(i int) {
		p := bundled[i]()
		m := p.Manifest()
		if made[m.ID] {
			return
		}
		made[m.ID] = true
		plugins = append(plugins, p)
		for _, need := range m.Needs {
			for j, other := range bundled {
				if !need.Optional() && reflect.TypeOf(other()).Implements(need.Interface()) {
					add(j)
				}
			}
		}
	}
	for _, i := range positions {
		add(i)
	}
	return plugins
}
