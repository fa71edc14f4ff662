package oauthproxy

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/go-json-experiment/json"
)

// maxPackage is the length of the longest state that is looked at, in bytes; shortPackage
// is longer than any state of a flow of this server's own.
const (
	maxPackage   = 32 << 10
	shortPackage = 128
)

// carried is what this server reads of another server's flow.
type carried struct {
	CallbackURL string `json:"callbackURL"`
	ErrorURL    string `json:"errorURL"`
	NewUserURL  string `json:"newUserURL"`
	State       string `json:"oauthState"`
}

// Return implements oauth.Carrier: it asks the provider about a browser whose flow is
// another server's, and sends it there.
func (p *Proxy) Return(c *betterauth.Ctx, r oauth.Returned) (*betterauth.Redirect, error) {
	pack, ok := p.open(r.State)
	if !ok {
		return nil, nil
	}
	to, err := p.forward(c, r, pack)
	return &to, err
}

func (p *Proxy) open(state string) (pack statePackage, ok bool) {
	if len(state) < shortPackage || len(state) > maxPackage {
		return pack, false
	}
	text, err := p.sealer.DecryptFor(purposePackage, state)
	if err != nil || json.Unmarshal([]byte(text), &pack) != nil {
		return pack, false
	}
	return pack, pack.IsOAuthProxy && pack.State != "" && pack.StateCookie != ""
}

func (p *Proxy) forward(c *betterauth.Ctx, r oauth.Returned, pack statePackage) (betterauth.Redirect, error) {
	var flow carried
	kept, err := p.sealer.DecryptFor(purposeState, pack.StateCookie)
	if err == nil {
		err = json.Unmarshal([]byte(kept), &flow)
	}
	if err != nil {
		return p.social.Lead(c, "", refused("state_invalid", err))
	}
	receiver, err := p.receiver(c, r.Provider, flow)
	if err != nil {
		return p.social.Lead(c, "", err)
	}
	errorURL := onReceiver(receiver, flow.ErrorURL)
	if flow.State != "" && subtle.ConstantTimeCompare([]byte(flow.State), []byte(pack.State)) != 1 {
		return p.social.Lead(c, errorURL, refused("state_mismatch", errors.New("the package is of another flow")))
	}
	arrival, err := p.social.Prove(c, r, kept)
	if err != nil {
		return p.social.Lead(c, errorURL, err)
	}
	final := receiver.Query().Get("callbackURL")
	sealed, err := p.seal(newPayload(arrival, pack.State, final, flow, p.host.Now()))
	if err != nil {
		return betterauth.Redirect{}, err
	}
	query := url.Values{"callbackURL": {final}, "profile": {sealed}}
	receiver.RawQuery = query.Encode()
	return betterauth.Redirect{URL: receiver.String()}, nil
}

// receiver is where a flow's server takes profiles. Only a trusted origin gets one, and
// only the route that is made for it.
func (p *Proxy) receiver(c *betterauth.Ctx, provider string, flow carried) (*url.URL, error) {
	to, err := url.Parse(flow.CallbackURL)
	if err != nil || !oauth.IsEndpoint(flow.CallbackURL) || !c.Trusted(flow.CallbackURL) {
		return nil, refused("invalid_callback_url", fmt.Errorf("the flow's server is not trusted: %s", originOf(flow.CallbackURL)))
	}
	if !strings.HasSuffix(to.Path, "/callback/"+provider+"/oauth-proxy") && !strings.HasSuffix(to.Path, "/oauth-proxy-callback") {
		return nil, refused("provider_mismatch", errors.New("the flow ends at another route, or is of another provider"))
	}
	return to, nil
}

// onReceiver is a target of a flow as this server can name it.
func onReceiver(receiver *url.URL, target string) string {
	if target == "" {
		return ""
	}
	to, err := receiver.Parse(target)
	if err != nil {
		return ""
	}
	return to.String()
}
