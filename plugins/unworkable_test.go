package plugins_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// unworkable are configurations by which something can never work, what Build says
// of each, and what mends it.
var unworkable = map[string]struct {
	config   betterauth.Config
	plugins  func() []betterauth.Plugin
	noMailer bool
	want     []string
}{
	"verified addresses and no mailer": {noMailer: true, want: []string{"plugin email-password", "RequireVerifiedEmail", "Config.Mailer", "emailverification.New", "AddressesVerifiedElsewhere"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}), emailverification.New(emailverification.Config{}), emailotp.New(emailotp.Config{})}
		}},
	"verified addresses and nothing that verifies": {want: []string{"plugin email-password", "RequireVerifiedEmail", "add emailverification.New"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true})}
		}},
	"links to verify and no mailer": {noMailer: true, want: []string{"plugin email-verification", "OnSignUp", "Config.Mailer"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody})}
		}},
	"magic links and no mailer": {noMailer: true, want: []string{"plugin magic-link", "Config.Mailer"},
		plugins: func() []betterauth.Plugin { return []betterauth.Plugin{magiclink.New(magiclink.Config{})} }},
	"codes at sign-up and no mailer": {noMailer: true, want: []string{"plugin email-otp", "SendVerificationOnSignUp", "ChangeEmail", "OverrideDefaultEmailVerification", "Config.Mailer"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{emailotp.New(emailotp.Config{SendVerificationOnSignUp: true, OverrideDefaultEmailVerification: true, ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}})}
		}},
	"codes of the second step and no mailer": {noMailer: true, want: []string{"plugin two-factor", "OTP.Enabled", "Config.Mailer"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}})}
		}},
	"deletion by mail and no mailer": {noMailer: true, want: []string{"plugin account", "DeleteUser.MailToken", "Config.Mailer"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}})}
		}},
	"change of address and no mailer": {noMailer: true, want: []string{"plugin account", "ChangeEmail", "Config.Mailer", "UpdateWithoutVerification"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{emailverification.New(emailverification.Config{}), account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}})}
		}},
	"change of address and no links": {want: []string{"plugin account", "ChangeEmail", "emailverification.New"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}})}
		}},
	"a default role that is none": {want: []string{"plugin admin", `no role "member"`, "admin, user"},
		plugins: func() []betterauth.Plugin { return []betterauth.Plugin{admin.New(admin.Config{DefaultRole: "member"})} }},
	"another relying party": {config: betterauth.Config{BaseURL: "https://example.com"}, want: []string{"plugin passkey", "example.org", "https://example.com"},
		plugins: func() []betterauth.Plugin {
			return []betterauth.Plugin{passkey.New(passkey.Config{RPID: "example.org"})}
		}},
	"passkeys by http": {config: betterauth.Config{BaseURL: "http://example.com"}, want: []string{"plugin passkey", "not https"},
		plugins: func() []betterauth.Plugin { return []betterauth.Plugin{passkey.New(passkey.Config{})} }},
	"passkeys of an address": {config: betterauth.Config{BaseURL: "http://127.0.0.1:3000"}, want: []string{"plugin passkey", "IP address", "localhost"},
		plugins: func() []betterauth.Plugin { return []betterauth.Plugin{passkey.New(passkey.Config{})} }},
	"passkeys of a public suffix": {config: betterauth.Config{BaseURL: "https://shop.co.uk"}, want: []string{"plugin passkey", "public suffix"},
		plugins: func() []betterauth.Plugin { return []betterauth.Plugin{passkey.New(passkey.Config{RPID: "co.uk"})} }},
	"cookies that are no cookies": {config: betterauth.Config{Cookies: betterauth.CookieConfig{Prefix: "my app", Names: map[string]string{"session_token": "a;b"},
		Attributes: map[string]betterauth.CookieAttributes{"session_data": {Path: "no path; x"}}}},
		want: []string{"config Cookies.Prefix", "config Cookies.Names session_token", "config Cookies.Attributes session_data"}},
	"cookies of another domain": {config: betterauth.Config{BaseURL: "https://auth.example.com", Cookies: betterauth.CookieConfig{
		CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: "example.org"}}}, want: []string{"config Cookies.CrossSubDomain.Domain", "example.org", "auth.example.com"}},
	"secure cookies by http": {config: betterauth.Config{BaseURL: "http://example.com", Cookies: betterauth.CookieConfig{AlwaysSecure: true}},
		want: []string{"config Cookies.AlwaysSecure", "https"}},
	"cookies of other sites by http": {config: betterauth.Config{BaseURL: "http://localhost:3000", Cookies: betterauth.CookieConfig{SameSite: "none", Partitioned: true}},
		want: []string{"config Cookies.SameSite", "config Cookies.Partitioned", "AlwaysSecure"}},
	"sessions that are never prolonged": {config: betterauth.Config{Session: betterauth.SessionConfig{ExpiresIn: time.Hour, UpdateAge: 2 * time.Hour}},
		want: []string{"config Session.UpdateAge", "DisableRefresh"}},
	"negative numbers": {config: betterauth.Config{BodyLimit: -1, MailTimeout: -1, Password: betterauth.PasswordConfig{MaxConcurrent: -1, MaxWait: -1}},
		want: []string{"config BodyLimit", "config MailTimeout", "config Password.MaxConcurrent", "config Password.MaxWait"}},
}

// What cannot work does not build, and Build says what to do.
func TestWhatCannotWorkDoesNotBuild(t *testing.T) {
	t.Parallel()
	for name, test := range unworkable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := plugintest.Options{Config: test.config, NoMailer: test.noMailer}
			if test.plugins != nil {
				o.Plugins = test.plugins()
			}
			_, err := plugintest.Build(t, o)
			if err == nil {
				t.Fatal("it builds")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("does not say %q:\n%v", want, err)
				}
			}
		})
	}
}

// What can work builds.
func TestWhatCanWorkBuilds(t *testing.T) {
	t.Parallel()
	strict := emailpassword.Config{RequireVerifiedEmail: true}
	for name, o := range map[string]plugintest.Options{
		"links":                {Plugins: []betterauth.Plugin{emailpassword.New(strict), emailverification.New(emailverification.Config{})}},
		"codes":                {Plugins: []betterauth.Plugin{emailpassword.New(strict), emailotp.New(emailotp.Config{})}},
		"magic links":          {Plugins: []betterauth.Plugin{emailpassword.New(strict), magiclink.New(magiclink.Config{})}},
		"nobody signs up":      {NoMailer: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, DisableSignUp: true})}},
		"elsewhere":            {NoMailer: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true})}},
		"codes made in Go":     {NoMailer: true, Plugins: []betterauth.Plugin{emailotp.New(emailotp.Config{})}},
		"short sessions":       {Config: betterauth.Config{Session: betterauth.SessionConfig{ExpiresIn: time.Hour}}},
		"cookies of a domain":  {Config: betterauth.Config{BaseURL: "https://auth.example.com", Cookies: betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: ".example.com"}}}},
		"secure on localhost":  {Config: betterauth.Config{Cookies: betterauth.CookieConfig{AlwaysSecure: true, SameSite: "none", Partitioned: true}}},
		"passkeys below":       {Config: betterauth.Config{BaseURL: "https://auth.example.co.uk"}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{RPID: "example.co.uk"})}},
		"passkeys of a tenant": {Config: betterauth.Config{BaseURL: "https://me.github.io"}, Plugins: []betterauth.Plugin{passkey.New(passkey.Config{})}},
	} {
		if _, err := plugintest.Build(t, o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every problem is said at once, although the base URL is wrong too.
func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	for base, more := range map[string][]string{
		"example.com":         {`RP ID "example.org" is not a suffix of the host of origin "https://example.com"`}, // without a scheme, which is what people forget
		"ftp://example.com/x": nil,
		"://":                 nil,
		"https://a b":         nil,
	} {
		_, err := betterauth.New(betterauth.Config{BaseURL: base, Secret: "short", TrustedOrigins: []string{"nowhere at all"}, DisabledPaths: []string{"/nothing"}}).
			Plugin(emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, MinLength: 9, MaxLength: 3}), admin.New(admin.Config{DefaultRole: "member"}),
				magiclink.New(magiclink.Config{}), passkey.New(passkey.Config{RPID: "example.org", UserVerification: "perhaps"}),
				betterauth.Inline{ID: "app", Endpoints: []betterauth.Endpoint{betterauth.Handle(betterauth.Operation{ID: "open", Method: http.MethodGet, Path: "/open"},
					func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil })}}).Build(t.Context())
		if err == nil {
			t.Fatalf("%s builds", base)
		}
		for _, want := range append(more, "config BaseURL", "config Secret", "config TrustedOrigins", "config DisabledPaths", "RequireVerifiedEmail", "MinLength", "DefaultRole",
			"plugin magic-link", "UserVerification", "declares no Access", "database: none given") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: does not say %q:\n%v", base, want, err)
			}
		}
		if strings.Contains(err.Error(), "any host") || strings.Contains(err.Error(), "whatever host") {
			t.Errorf("%s: says of a base URL that is wrong that there is none:\n%v", base, err)
		}
	}
}
