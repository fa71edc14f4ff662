package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Limits of a call to a provider.
const (
	// MaxAnswer is the size of the largest answer in bytes.
	MaxAnswer = 1 << 20
	// MaxCallTime is how long one call may take.
	MaxCallTime = 10 * time.Second
	// IdleTime is how long a connection is kept for the next call, if the application's
	// client has a *http.Transport. Servers close idle connections after some seconds, and
	// a POST that is on its way then is lost: net/http does not send it again, nor may it,
	// since a code can be used once. Within a flow the calls follow each other at once.
	IdleTime = time.Second
)

// Errors of a Caller. None of them holds what the provider answered.
var (
	ErrRedirected    = errors.New("oauth: the provider answers with a redirect, which is not followed")
	ErrAnswerTooLong = errors.New("oauth: the provider's answer is too long")
	ErrLocalNetwork  = errors.New("oauth: the address is in the local network")
)

// Caller calls identity providers. It follows no redirect, since one from a token
// endpoint would carry secrets elsewhere, reads at most MaxAnswer bytes, and waits
// MaxCallTime. Make one with NewCaller; it is safe for concurrent use.
type Caller struct {
	base         *http.Client // the application's own
	open, public *http.Client
	now          func() time.Time
	keys         keySets
	others       sync.Map // of *Caller, by the *http.Client of an Authentication
}

// NewCaller makes a Caller that sends its requests through base, the application's own
// client. Its transport, proxies and shorter time limits hold. now is the clock for
// tokens' lives and verification.
//
// For endpoints that somebody else named (Provider.PublicNetworkOnly) an address in the
// local network is refused when the connection is made, so that no name can change in
// between. That requires that base has a *http.Transport or none, without a DialTLSContext
// of its own, and no proxy for the address; otherwise the name is looked up beforehand.
func NewCaller(base *http.Client, now func() time.Time) *Caller {
	c := &Caller{base: base, now: now}
	c.open, c.public = hardened(base, false), hardened(base, true)
	return c
}

// through is a Caller for another client, which is kept, since it keeps connections.
func (c *Caller) through(client *http.Client) *Caller {
	if other, ok := c.others.Load(client); ok {
		return other.(*Caller)
	}
	other, _ := c.others.LoadOrStore(client, NewCaller(client, c.now))
	return other.(*Caller)
}

// Now is the time that tokens are compared with.
func (c *Caller) Now() time.Time { return c.now() }

// HTTPClient is a client with the limits of a Caller, for libraries that take one.
func (c *Caller) HTTPClient(publicOnly bool) *http.Client {
	if publicOnly {
		return c.public
	}
	return c.open
}

// Do sends a request and returns the body of its answer, which must have status 200 or
// another of 2xx: otherwise the error is an *AnswerError. publicOnly refuses addresses in
// the local network.
func (c *Caller) Do(r *http.Request, publicOnly bool) (*Answer, error) {
	ctx, cancel := context.WithTimeout(r.Context(), MaxCallTime)
	defer cancel()
	response, err := c.HTTPClient(publicOnly).Do(r.WithContext(ctx))
	if err != nil {
		return nil, hideURL(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, hideURL(err)
	}
	answer := &Answer{Status: response.StatusCode, Header: response.Header, Body: body, host: r.URL.Host}
	answer.MediaType, _, _ = mime.ParseMediaType(response.Header.Get("Content-Type"))
	if answer.Status/100 != 2 {
		return answer, &AnswerError{Status: answer.Status, Host: r.URL.Host}
	}
	return answer, nil
}

// Answer is what a provider answered.
type Answer struct {
	Status    int
	Header    http.Header
	MediaType string
	Body      []byte

	host string
}

// AnswerError is an answer that is no success. It does not hold the answer.
type AnswerError struct {
	// Status is the HTTP status, Host whom it came from.
	Status int
	Host   string
	// Code is the error code of RFC 6749, section 5.2, if it is one: "invalid_grant".
	Code string
}

// Error implements error.
func (e *AnswerError) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("oauth: %s answers %d %s", e.Host, e.Status, e.Code)
	}
	return fmt.Sprintf("oauth: %s answers %d", e.Host, e.Status)
}

// hideURL removes the URL from the error of a request, since its query may hold tokens.
func hideURL(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

func hardened(base *http.Client, publicOnly bool) *http.Client {
	client := *base
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return ErrRedirected }
	if client.Timeout == 0 || client.Timeout > MaxCallTime {
		client.Timeout = MaxCallTime
	}
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	if transport, ok := next.(*http.Transport); ok {
		transport = transport.Clone()
		if transport.IdleConnTimeout == 0 || transport.IdleConnTimeout > IdleTime {
			transport.IdleConnTimeout = IdleTime
		}
		next = transport
	}
	client.Transport = limited{next: next}
	if publicOnly {
		client.Transport = limited{next: onlyPublic(next)}
	}
	return &client
}

// limited refuses answers that are too long, whoever reads them.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = &limitedBody{ReadCloser: response.Body, left: MaxAnswer}
	return response, nil
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrAnswerTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, ErrAnswerTooLong
	}
	return n, err
}

// onlyPublic refuses connections into the local network.
func onlyPublic(next http.RoundTripper) http.RoundTripper {
	transport, ok := next.(*http.Transport)
	if !ok || transport.DialTLSContext != nil || transport.DialTLS != nil { //nolint:staticcheck // an application may still set it
		return lookedUp{next} // it makes connections of its own
	}
	direct := transport.Clone()
	direct.Proxy = nil
	dialer := &net.Dialer{Timeout: MaxCallTime, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !isPublic(at.Addr()) {
			return ErrLocalNetwork
		}
		return nil
	}}
	direct.DialContext = dialer.DialContext
	return perProxy{transport: transport, direct: direct}
}

// perProxy looks names up only where the connection goes to a proxy, which is in the
// local network itself.
type perProxy struct{ transport, direct *http.Transport }

func (p perProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.transport.Proxy != nil {
		switch proxy, err := p.transport.Proxy(r); {
		case err != nil:
			return nil, err
		case proxy != nil:
			return lookedUp{p.transport}.RoundTrip(r)
		}
	}
	return p.direct.RoundTrip(r)
}

// lookedUp looks the name up beforehand.
type lookedUp struct{ next http.RoundTripper }

func (l lookedUp) RoundTrip(r *http.Request) (*http.Response, error) {
	addresses, err := net.DefaultResolver.LookupNetIP(r.Context(), "ip", r.URL.Hostname())
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		if !isPublic(address) {
			return nil, ErrLocalNetwork
		}
	}
	return l.next.RoundTrip(r)
}

// shared are networks that netip does not name as private: carrier NAT, "this network",
// protocol assignments, benchmarks, and addresses that hold an IPv4 address.
var shared = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("::ffff:0:0:0/96"), netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("fec0::/10"),
}

// isPublic reports whether an address is one of the internet.
func isPublic(address netip.Addr) bool {
	address = address.Unmap()
	if !address.IsValid() || !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	for _, network := range shared {
		if network.Contains(address.WithZone("")) {
			return false
		}
	}
	return true
}
