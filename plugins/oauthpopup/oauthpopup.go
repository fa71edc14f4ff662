// Package oauthpopup signs in at an identity provider in a popup, so that the page of the
// application stays: also one that is embedded in a page of another site, whose cookies
// browsers keep apart. It follows the plugin oauth-popup of Better Auth (TypeScript), whose
// client opens the popup and waits for its message.
//
// Start with [New]; [Config] has one switch. A popup begins at start.go, goes to the
// provider and back to the callback of the plugin social, whose redirect end.go replaces
// by a page, page.go, that tells the opener.
//
// Three things bind a popup to the page that opened it. The browser says which page did
// (header Referer), and it must be the one that the request names, and trusted. The
// message names that origin as its target, so no other page gets it. And a signed cookie
// with the flow's state says in which browser, and for which flow, a page is answered.
package oauthpopup

import (
	"context"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// The names that other plugins refer to.
const (
	ID    = "oauth-popup"
	Start = "oauthPopupStart"
)

// Config is how popups are opened. The zero value works.
type Config struct {
	// AllowMissingReferrer also begins a flow for a request without the header Referer,
	// for pages with "Referrer-Policy: no-referrer". Any site can then open a popup that
	// signs its visitor in, to the visitor's own account, without being asked; it learns
	// nothing of it. Default false.
	AllowMissingReferrer bool
}

// Popup is the plugin. Make one with New for each Auth.
type Popup struct {
	cfg    Config
	host   *betterauth.Host
	social flows
}

// flows is the plugin that signs in with providers: social.
type flows interface {
	Providers() []string
	BeginFlow(c *betterauth.Ctx, in oauth.Flow) (oauth.BegunFlow, error)
	ReturnedState(c *betterauth.Ctx) (state string, ok bool)
}

var (
	_ betterauth.Plugin      = (*Popup)(nil)
	_ betterauth.Initializer = (*Popup)(nil)
)

// New makes the plugin.
func New(cfg Config) *Popup { return &Popup{cfg: cfg} }

// Manifest implements betterauth.Plugin.
func (p *Popup) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:    ID,
		Needs: []betterauth.Dependency{betterauth.Need(&p.social).Hint("add social.New")},
		// What they do to an answer comes first: the page has the token that bearer
		// announces, and replaces the redirect.
		OrderAfter: []string{"bearer", "expo", "last-login-method"},
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: Start, Method: http.MethodGet, Path: "/oauth-popup/start", Access: betterauth.Public, SignIn: betterauth.BeginsSignIn, Effects: true,
				Summary: "Begins to sign in at an identity provider, in a popup.", Errors: []*betterauth.ErrorCode{betterauth.ErrInvalidOrigin},
			}, p.start),
		},
		After: []betterauth.AfterHook{betterauth.AfterMatch(isCallback, p.end)},
	}
}

// Init implements betterauth.Initializer.
func (p *Popup) Init(_ context.Context, h *betterauth.Host) error {
	p.host = h
	return nil
}
