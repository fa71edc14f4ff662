package site

import (
	"errors"
	"flag"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// issuer is the OpenID provider of --oidc and its sisters.
type issuer struct {
	url, client, secret, redirect, push string
	trusted                             bool
}

func (i *issuer) register(set *flag.FlagSet) {
	set.StringVar(&i.url, "oidc", "", "offers an issuer as the provider oidc")
	set.StringVar(&i.client, "oidc-client", "", "the client id there")
	set.StringVar(&i.secret, "oidc-secret", "", "its secret")
	set.StringVar(&i.redirect, "oidc-redirect", "", "the callback that the issuer is told")
	set.StringVar(&i.push, "oidc-push", "", "where authorization requests are pushed, for an issuer whose document does not demand it")
	set.BoolVar(&i.trusted, "oidc-trusted", false, "links accounts there whose address is not verified")
}

func (i *issuer) check() error {
	switch {
	case i.url == "" && (i.client != "" || i.secret != "" || i.redirect != "" || i.push != "" || i.trusted):
		return errors.New("--oidc-client, --oidc-secret, --oidc-redirect, --oidc-push and --oidc-trusted need --oidc ISSUER")
	case i.url != "" && (i.client == "" || i.secret == ""):
		return errors.New("--oidc ISSUER needs --oidc-client ID and --oidc-secret SECRET")
	}
	return nil
}

// offer adds the issuer to the providers of a server.
func (i *issuer) offer(s *setup) {
	if i.url == "" {
		return
	}
	client := s.plugins.oidcClient
	client.ID, client.Secret, client.RedirectURI = i.client, i.secret, i.redirect
	s.plugins.generic.Providers = append(s.plugins.generic.Providers,
		genericoauth.Provider{ID: "oidc", Issuer: i.url, Scopes: []string{"openid", "email", "profile"}, PushURL: i.push, Client: client})
	if i.trusted {
		s.plugins.social.Linking.TrustedProviders = append(s.plugins.social.Linking.TrustedProviders, "oidc")
	}
}

// socialFeatures are the names of --with about identity providers.
var socialFeatures = map[string]func(*setup){
	"providers":             func(s *setup) { s.plugins.social.Providers = builtins(false) },
	"configured-providers":  func(s *setup) { s.plugins.social.Providers = builtins(true) },
	"encrypted-tokens":      func(s *setup) { s.plugins.social.EncryptTokens = true },
	"kept-tokens":           func(s *setup) { s.plugins.social.KeepTokens = true },
	"account-cookie":        func(s *setup) { s.plugins.social.AccountCookie = true },
	"cookie-state":          func(s *setup) { s.plugins.social.StateInCookie = true },
	"any-browser":           func(s *setup) { s.plugins.social.InsecureSkipStateCookie = true },
	"no-linking":            func(s *setup) { s.plugins.social.Linking.Disabled = true },
	"no-implicit-linking":   func(s *setup) { s.plugins.social.Linking.DisableImplicit = true },
	"different-addresses":   func(s *setup) { s.plugins.social.Linking.AllowDifferentEmails = true },
	"unverified-users":      func(s *setup) { s.plugins.social.Linking.AllowUnverifiedUsers = true },
	"update-on-link":        func(s *setup) { s.plugins.social.Linking.UpdateUserInfo = true },
	"unlink-all":            func(s *setup) { s.plugins.account.AllowUnlinkingAll = true },
	"no-provider-sign-up":   func(s *setup) { s.plugins.oidcClient.DisableSignUp = true },
	"sign-up-on-request":    func(s *setup) { s.plugins.oidcClient.DisableImplicitSignUp = true },
	"override-profile":      func(s *setup) { s.plugins.oidcClient.OverrideUserInfo = true },
	"verified-at-providers": func(s *setup) { s.plugins.oidcClient.RequireVerifiedEmail = true },
	"provider-parameters": func(s *setup) {
		s.plugins.oidcClient.Prompt = "consent"
		s.plugins.oidcClient.ResponseMode = "form_post"
		s.plugins.oidcClient.Params = []betterauth.Param{{Name: "ui_locales", Value: "de"}}
	},
}

// builtins are all providers that come with the plugin, for clients that exist
// nowhere; configured ones have options that the authorization URL shows.
func builtins(configured bool) []social.Provider {
	client := social.Client{ID: "the-client", Secret: "the secret"}
	if configured {
		client.Scopes = []string{"one", "two"}
		client.RedirectURI = "https://app.example.com/back"
	}
	options := map[string]func(oauth.Client) social.Provider{
		"cognito": func(c oauth.Client) social.Provider {
			return social.CognitoWith(c, social.CognitoOptions{Domain: "acme.auth.eu-west-1.amazoncognito.com", Region: "eu-west-1", UserPoolID: "eu-west-1_AbCdEf123"})
		},
	}
	var all []social.Provider
	for _, b := range social.Builtins() {
		create := b.New
		if with := options[b.ID]; with != nil {
			create = with
		}
		own := client
		if configured && slices.Contains([]string{"discord", "github", "google", "microsoft", "roblox"}, b.ID) {
			own.Prompt = "consent"
		}
		all = append(all, create(own))
	}
	return all
}
