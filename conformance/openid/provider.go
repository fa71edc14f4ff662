package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// Provider is an OpenID provider that runs until its test ends. Its methods may be
// called concurrently.
type Provider struct {
	config   Config
	clients  map[string]Client
	server   *httptest.Server
	endpoint http.Handler

	mu        sync.Mutex // of all below
	now       func() time.Time
	intercept interceptor
	counts    map[string]int
	keys      []signingKey // the first signs
	people    map[string]Person
	sessions  map[string]*session     // by id, the value of the cookie
	requests  map[string]*authRequest // by id
	codes     map[string]*authRequest // by code, until it is used
	access    map[string]*grant       // by the id of an access token
	refresh   map[string]*refresh     // by the refresh token
	assertion map[string]bool         // the jti of those that were used
}

// New starts a provider. The test fails if it cannot.
func New(t testing.TB, c Config) *Provider {
	t.Helper()
	c.IDTokenLife, c.AccessTokenLife = orElse(c.IDTokenLife, time.Hour), orElse(c.AccessTokenLife, time.Hour)
	c.RefreshTokenLife, c.Algorithm = orElse(c.RefreshTokenLife, 30*24*time.Hour), orElse(c.Algorithm, "RS256")
	p := &Provider{
		config: c, clients: map[string]Client{}, now: c.Now,
		counts: map[string]int{}, people: map[string]Person{}, sessions: map[string]*session{}, requests: map[string]*authRequest{},
		codes: map[string]*authRequest{}, access: map[string]*grant{}, refresh: map[string]*refresh{}, assertion: map[string]bool{},
	}
	for _, client := range c.Clients {
		client.Auth = orElse(client.Auth, Basic)
		p.clients[client.ID] = client
	}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.server.Close)
	return p
}

func orElse[T comparable](value, otherwise T) T {
	if value == *new(T) {
		return otherwise
	}
	return value
}

func (p *Provider) start() error {
	if err := p.RotateKeys(); err != nil {
		return err
	}
	// The issuer is known once the listener is open, the handler once the issuer is.
	var handler http.Handler
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	scheme := "http://"
	if p.config.TLS {
		scheme = "https://"
	}
	config := &op.Config{
		CodeMethodS256: true, AuthMethodPost: true, AuthMethodPrivateKeyJWT: true, GrantTypeRefreshToken: true,
		BackChannelLogoutSupported: true, BackChannelLogoutSessionSupported: true,
		DefaultLogoutRedirectURI: "/",
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return errors.Join(err, p.server.Listener.Close())
	}
	library, err := op.NewProvider(config, storage{p}, op.StaticIssuer(scheme+p.server.Listener.Addr().String()), op.WithAllowInsecure())
	if err != nil {
		return errors.Join(err, p.server.Listener.Close())
	}
	p.endpoint = p.login(onClock{library, p})
	handler = p.handler()
	if p.config.TLS {
		p.server.StartTLS()
	} else {
		p.server.Start()
	}
	return nil
}

// Issuer is the provider's URL, which has no path.
func (p *Provider) Issuer() string { return p.server.URL }

// URL is the address of an endpoint.
func (p *Provider) URL(endpoint string) string { return p.Issuer() + paths[endpoint] }

// Client is an HTTP client that trusts the provider's certificate and follows
// redirects.
func (p *Provider) Client() *http.Client { return p.server.Client() }

// SetNow changes the provider's clock, to one that a test moves; nil is time.Now.
// All times in tokens and all lives are by this clock.
func (p *Provider) SetNow(now func() time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = now
}

// SetIDTokenLife and SetAccessTokenLife apply to tokens that are issued from now on.
func (p *Provider) SetIDTokenLife(life time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.IDTokenLife = life
}

// SetAccessTokenLife is described at [Provider.SetIDTokenLife].
func (p *Provider) SetAccessTokenLife(life time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.AccessTokenLife = life
}

// Intercept lets a test answer instead of the endpoints, or delay them; nil ends it.
// Requests that it sees are counted already.
func (p *Provider) Intercept(wrap func(next http.Handler) http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.intercept = wrap
}

// Change makes the person known at userinfo and to later sign-ins, in place of the
// one with the same Sub.
func (p *Provider) Change(who Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people[who.Sub] = who
}

func (p *Provider) idTokenLife() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.config.IDTokenLife
}

// clock is the provider's time. The lock is held.
func (p *Provider) clock() time.Time {
	if p.now == nil {
		return time.Now()
	}
	return p.now()
}

// skew is how far the provider's clock is behind the machine's.
func (p *Provider) skew() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == nil {
		return 0
	}
	return time.Since(p.now())
}

// onClock is the library's provider, except that it judges by the provider's clock
// what others signed.
type onClock struct {
	*op.Provider
	p *Provider
}

// JWTProfileVerifier verifies the assertion of a client: at most an hour old.
func (o onClock) JWTProfileVerifier(ctx context.Context) *op.JWTProfileVerifier {
	skew := o.p.skew()
	return op.NewJWTProfileVerifier(o.Storage(), op.IssuerFromContext(ctx), time.Hour+skew, time.Second-skew)
}

// AccessTokenVerifier verifies access tokens that are JWTs.
func (o onClock) AccessTokenVerifier(ctx context.Context) *op.AccessTokenVerifier {
	v := o.Provider.AccessTokenVerifier(ctx)
	v.Offset = -o.p.skew()
	return v
}

// TokenEndpointSigningAlgorithmsSupported are those of assertions.
func (o onClock) TokenEndpointSigningAlgorithmsSupported() []string {
	return []string{"RS256", "ES256", "PS256"}
}

// GrantTypeJWTAuthorizationSupported is false: only codes and refresh tokens are taken.
func (o onClock) GrantTypeJWTAuthorizationSupported() bool { return false }
