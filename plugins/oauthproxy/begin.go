package oauthproxy

import (
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
)

// skipHeader in a request begins a flow without the production server.
const skipHeader = "X-Skip-OAuth-Proxy"

// statePackage is the state that the provider gets, encrypted.
type statePackage struct {
	// State is the flow's own state.
	State string `json:"state"`
	// StateCookie is the flow, encrypted once more.
	StateCookie  string `json:"stateCookie"`
	IsOAuthProxy bool   `json:"isOAuthProxy"`
}

// Begin implements oauth.Carrier: the provider sends the browser to the production server,
// with a state that holds the flow, and that server here.
func (p *Proxy) Begin(c *betterauth.Ctx, b *oauth.Beginning) error {
	current := c.Origin()
	if p.cfg.CurrentURL != "" {
		current = originOf(p.cfg.CurrentURL)
	}
	if p.cfg.ProductionURL == "" || originOf(p.cfg.ProductionURL) == current || c.Request() != nil && c.Request().Header.Get(skipHeader) != "" {
		return nil
	}
	basePath := strings.TrimPrefix(c.BaseURL(), c.Origin())
	b.RedirectURI = strings.TrimRight(p.cfg.ProductionURL, "/") + basePath + "/callback/" + b.Provider
	b.CallbackURL = current + basePath + "/callback/" + b.Provider + "/oauth-proxy?callbackURL=" + url.QueryEscape(b.CallbackURL)
	kept, err := b.Kept()
	if err != nil {
		return err
	}
	sealed, err := p.sealer.EncryptFor(purposeState, kept)
	if err != nil {
		return err
	}
	text, err := json.Marshal(statePackage{State: b.State, StateCookie: sealed, IsOAuthProxy: true})
	if err != nil {
		return err
	}
	b.State, err = p.sealer.EncryptFor(purposePackage, string(text))
	return err
}
