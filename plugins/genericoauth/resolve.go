package genericoauth

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// resolver completes a provider with its discovery document.
type resolver struct {
	of       *Provider
	base     oauth.Provider
	document *oauth.Discovered

	mu   sync.Mutex
	from *oauth.Metadata // what made is made from
	made *oauth.Provider
}

func newResolver(p *Provider, base oauth.Provider) *resolver {
	return &resolver{of: p, base: base, document: oauth.NewDiscovered(p.discovery())}
}

var errNotVerifiable = errors.New("genericoauth: the discovery document does not say how ID tokens are verified, which RequireIDToken demands")

// resolve implements oauth.Provider.Resolve.
func (r *resolver) resolve(ctx context.Context, c *oauth.Caller) (*oauth.Provider, error) {
	m, err := r.document.Get(ctx, c)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.from != m {
		made, err := r.of.resolved(r.base, m)
		if err != nil {
			return nil, err
		}
		r.from, r.made = m, made
	}
	return r.made, nil
}

// resolved is a provider with what its document says, where the application does not say
// otherwise.
func (p *Provider) resolved(o oauth.Provider, m *oauth.Metadata) (*oauth.Provider, error) {
	o.Resolve = nil
	o.PublicNetworkOnly = m.PublicNetworkOnly
	o.Issuer, o.IssuerRequired = m.Issuer, m.IssuerInCallback
	userInfoURL := p.UserInfoURL
	for _, endpoint := range []struct {
		own  *string
		told string
	}{{&o.AuthorizeURL, m.AuthorizeURL}, {&o.TokenURL, m.TokenURL}, {&o.EndSessionURL, m.EndSessionURL}, {&userInfoURL, m.UserInfoURL}} {
		if *endpoint.own == "" {
			*endpoint.own = endpoint.told
		}
	}
	if o.PushURL == "" && m.PushRequired {
		o.PushURL = m.PushURL
	}
	if o.Client.Secret != "" && !slices.Contains(m.TokenAuthentication, "client_secret_post") && slices.Contains(m.TokenAuthentication, "client_secret_basic") {
		o.Authentication = oauth.SecretBasic
	}
	if m.KeysURL != "" && (len(m.Algorithms) > 0 || !m.SignsIDTokens) {
		o.IDTokens = &oauth.IDTokens{KeysURL: m.KeysURL, Issuers: []string{m.Issuer}, Algorithms: m.Algorithms}
		if len(p.Algorithms) > 0 {
			o.IDTokens.Algorithms = p.Algorithms
		}
	}
	if p.RequireIDToken && o.IDTokens == nil {
		return nil, errNotVerifiable
	}
	p.complete(&o, m.SignsIDTokens, userInfoURL)
	return &o, nil
}
