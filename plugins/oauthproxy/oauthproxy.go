// Package oauthproxy lets servers with changing addresses, such as previews of pull
// requests, sign in through one that identity providers know, the production server. Users
// and sessions stay where they signed in; the production server stores nothing.
//
// Both servers have the plugin with the same secret. A flow begins at a preview, with the
// production server's callback; begin.go wraps its state. At the production server
// return.go exchanges the code and sends the browser on with an encrypted profile, which
// receive.go at the preview takes. Formats are those of the TypeScript server.
//
// Start with [New] and [Config]. Whoever has the secret can sign in as anybody at every
// server that shares it.
package oauthproxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// The names that other plugins refer to.
const (
	ID         = "oauth-proxy"
	Completion = "oauthProxyCompletion"
	Callback   = "oauthProxyCallback"
)

const (
	purposeState   = "oauth-proxy-state"
	purposePackage = "oauth-proxy-package"
	purposeProfile = "oauth-proxy-profile"

	defaultMaxAge = 60 * time.Second
	// clockSkew is how far ahead the production server's clock may be.
	clockSkew = 10 * time.Second
	// minSecret is the length of the shortest secret in bytes.
	minSecret = 32
)

// Config says which server is the production server. The zero value is the production
// server itself.
type Config struct {
	// ProductionURL is the URL of the server that identity providers know:
	// "https://example.com". Default "": this one. If its origin is this server's, flows
	// are not carried.
	ProductionURL string
	// CurrentURL is this server's URL, where the production server sends browsers on.
	// Default: the base URL. Required where requests name the host and anybody can have one
	// that is allowed, such as with "*.vercel.app" in DynamicBaseURL.
	CurrentURL string
	// MaxAge is how long a profile may be on its way. Default 60 s; at most 10 minutes.
	MaxAge time.Duration
	// Secret encrypts what the servers exchange: 32 characters at least, the same at all of
	// them. Default: the application's secret, which the servers then share.
	Secret string
}

// Proxy is the plugin. Make one with New for each Auth.
type Proxy struct {
	cfg    Config
	host   *betterauth.Host
	social carrying
	sealer sealer
}

// carrying is the plugin that signs in with providers: social.
type carrying interface {
	Carry(carrier oauth.Carrier)
	Prove(c *betterauth.Ctx, r oauth.Returned, kept string) (*oauth.Arrival, error)
	Finish(c *betterauth.Ctx, state string, a oauth.Arrival) (betterauth.Redirect, error)
	Lead(c *betterauth.Ctx, errorURL string, err error) (betterauth.Redirect, error)
}

// sealer encrypts with the shared secret.
type sealer interface {
	EncryptFor(purpose, text string) (string, error)
	DecryptFor(purpose, sealed string) (string, error)
}

var (
	_ betterauth.Plugin      = (*Proxy)(nil)
	_ betterauth.Initializer = (*Proxy)(nil)
	_ betterauth.Checker     = (*Proxy)(nil)
	_ oauth.Carrier          = (*Proxy)(nil)
)

// New makes the plugin.
func New(cfg Config) *Proxy { return &Proxy{cfg: cfg} }

// Manifest implements betterauth.Plugin.
func (p *Proxy) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&p.social).Hint("add social.New")},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: Completion, Method: http.MethodGet, Path: "/callback/:id/oauth-proxy", Access: betterauth.Public, SignIn: betterauth.MakesSession, CheckTargets: true,
				Summary: "Where the production server sends the browser with an encrypted profile.",
			}, p.complete),
			betterauth.Handle(betterauth.Operation{
				ID: Callback, Method: http.MethodGet, Path: "/oauth-proxy-callback", Access: betterauth.Public, SignIn: betterauth.MakesSession, CheckTargets: true,
				Summary: "The same at its earlier path, for production servers of earlier releases.",
			}, p.completeEarlier),
		},
	}
}

// Check implements betterauth.Checker.
func (p *Proxy) Check(site betterauth.Site) error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, place := range []struct{ name, url string }{{"ProductionURL", p.cfg.ProductionURL}, {"CurrentURL", p.cfg.CurrentURL}} {
		if place.url != "" && !oauth.IsEndpoint(place.url) {
			add("%s is no absolute URL with https; http is for this machine alone", place.name)
		}
	}
	// Whoever has that host gets the profile of everybody whom they send to the provider.
	if p.cfg.ProductionURL != "" && p.cfg.CurrentURL == "" && site.OpenHosts {
		add("this server's address would be a host that a request names and somebody else may have; set CurrentURL, or Config.BaseURL")
	}
	if p.cfg.MaxAge < 0 || p.cfg.MaxAge > 10*time.Minute {
		add("MaxAge is not between 0 and 10 minutes; leave it out for 60 s")
	}
	if p.cfg.Secret != "" && len(p.cfg.Secret) < minSecret {
		add("Secret has less than 32 characters; generate one like the application's secret")
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (p *Proxy) Init(_ context.Context, h *betterauth.Host) error {
	p.host, p.sealer = h, h
	if p.cfg.Secret != "" {
		shared, err := h.Sealer(p.cfg.Secret)
		if err != nil {
			return err
		}
		p.sealer = shared
	}
	p.social.Carry(p)
	return nil
}

func (p *Proxy) maxAge() time.Duration {
	if p.cfg.MaxAge == 0 {
		return defaultMaxAge
	}
	return p.cfg.MaxAge
}

// originOf is the origin of a URL that Check accepted.
func originOf(place string) string {
	to, err := url.Parse(place)
	if err != nil {
		return ""
	}
	return to.Scheme + "://" + to.Host
}

// refused is a reason that a browser is led to an error page, by its parameter "error".
func refused(code string, err error) error {
	return (&betterauth.ErrorCode{Code: code, Status: http.StatusBadRequest}).Because(err)
}
