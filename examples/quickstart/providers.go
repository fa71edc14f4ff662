package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
	"github.com/go-json-experiment/json"
)

// providers are the identity providers that the environment has a client for.
type providers struct {
	builtin []social.Provider
	generic []genericoauth.Provider
	// left have a client, and need options that only a program can set.
	left []social.Provider
}

// providersFrom reads GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET, and so on for every
// provider that comes with plugins/social, and OIDC_ISSUER, OIDC_CLIENT_ID and
// OIDC_CLIENT_SECRET for any provider of OpenID Connect, which OIDC_NAME names.
func providersFrom(getenv func(string) string) (p providers, err error) {
	var problems []error
	client := func(prefix string) (c social.Client, ok bool) {
		c = social.Client{ID: getenv(prefix + "_CLIENT_ID"), Secret: getenv(prefix + "_CLIENT_SECRET")}
		if (c.ID == "") != (c.Secret == "") {
			problems = append(problems, fmt.Errorf("%s_CLIENT_ID and %[1]s_CLIENT_SECRET go together; set both, or neither", prefix))
		}
		return c, c.ID != "" && c.Secret != ""
	}
	for _, b := range social.Builtins() {
		c, ok := client(prefixOf(b.ID))
		if !ok {
			continue
		}
		if made := b.New(c); made.Problem != "" {
			p.left = append(p.left, made)
		} else {
			p.builtin = append(p.builtin, made)
		}
	}
	c, ok := client("OIDC")
	issuer := getenv("OIDC_ISSUER")
	if ok != (issuer != "") {
		problems = append(problems, errors.New("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and they need it; set all three, or none"))
	}
	if ok && issuer != "" {
		name := getenv("OIDC_NAME")
		if name == "" {
			name = "OpenID Connect"
		}
		p.generic = append(p.generic, genericoauth.Provider{
			ID: "oidc", Name: name, Issuer: issuer, Client: c, Scopes: []string{"openid", "email", "profile"},
		})
	}
	return p, errors.Join(problems...)
}

// prefixOf is how the variables of a provider begin: GOOGLE of google.
func prefixOf(id string) string { return strings.ToUpper(strings.ReplaceAll(id, "-", "_")) }

// plugins are what signs in with the providers; none without a provider.
func (p providers) plugins() []betterauth.Plugin {
	if len(p.builtin)+len(p.generic) == 0 {
		return nil
	}
	plugins := []betterauth.Plugin{social.New(social.Config{
		Providers:     p.builtin,
		EncryptTokens: true,
		// Whoever has only a passkey has no address, and links an account all the same.
		Linking: social.Linking{AllowDifferentEmails: true},
	})}
	if len(p.generic) > 0 {
		plugins = append(plugins, genericoauth.New(genericoauth.Config{Providers: p.generic}))
	}
	return plugins
}

// offered is a provider as the page shows it.
type offered struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// list is never nil.
func (p providers) list() []offered {
	list := []offered{}
	for _, b := range p.builtin {
		list = append(list, offered{b.ID, b.Name})
	}
	for _, g := range p.generic {
		list = append(list, offered{g.ID, g.Name})
	}
	return list
}

// ServeHTTP tells the page which providers there are.
func (p providers) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.MarshalWrite(w, p.list()) // whoever went away needs no answer
}

// announce prints what to enter at each provider's console.
func (p providers) announce(out io.Writer, authURL, baseURL string) {
	for _, one := range p.left {
		fmt.Fprintf(out, "%s is not offered: it %s.\n", one.Name, one.Problem)
	}
	for _, one := range p.list() {
		fmt.Fprintf(out, "%s: enter the redirect URI %s/callback/%s at its console.\n", one.Name, authURL, one.ID)
	}
	for _, one := range p.generic {
		fmt.Fprintf(out, "%s: enter the post-logout redirect URI %s/ if it asks for one.\n", one.Name, baseURL)
	}
}
