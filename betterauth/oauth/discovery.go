package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// metadataLife is how long a discovery document counts without being read again.
	metadataLife = time.Hour
	// metadataPause is how long a failed attempt keeps everybody from another one.
	metadataPause = 5 * time.Second
	// wellKnown is where an issuer's document is, after its identifier (OpenID Connect
	// Discovery 1.0, section 4).
	wellKnown = "/.well-known/openid-configuration"
)

// Discovery says where an OpenID provider describes itself. At least one of Issuer and
// URL is required.
type Discovery struct {
	// Issuer is the provider's identifier: "https://login.example.com". The document must
	// name exactly this issuer. Default: URL without "/.well-known/openid-configuration",
	// with or without a slash at its end.
	Issuer string
	// URL is where the document is. Default: below Issuer, as OpenID Connect Discovery 1.0
	// says in section 4.1.
	URL string
	// Header is sent with the request for the document, and nowhere else. Default none.
	Header http.Header
	// LocalNetwork lets the provider be in the local network, and its document name
	// addresses there. Default: only if the host is a local address itself, or this
	// machine. A name does not count, whatever it resolves to, since somebody else may
	// decide that.
	LocalNetwork bool
}

// Metadata is what a provider's discovery document says (OpenID Connect Discovery 1.0,
// section 3), once it was checked.
type Metadata struct {
	Issuer, AuthorizeURL, TokenURL string
	// UserInfoURL, KeysURL, EndSessionURL and PushURL are "" if the provider has none.
	UserInfoURL, KeysURL, EndSessionURL, PushURL string
	// SignsIDTokens says that the provider is one of OpenID Connect: the document names
	// algorithms for ID tokens.
	SignsIDTokens bool
	// Algorithms are those of them that need no shared secret.
	Algorithms []string
	// IssuerInCallback says that callbacks always have "iss" (RFC 9207, section 3).
	IssuerInCallback bool
	// PushRequired says that the provider accepts only pushed requests (RFC 9126, section
	// 5).
	PushRequired bool
	// TokenAuthentication are the methods by which clients may authenticate at the token
	// endpoint, such as "client_secret_basic"; empty if the document does not say.
	TokenAuthentication []string
	// PublicNetworkOnly is what Provider.PublicNetworkOnly should be.
	PublicNetworkOnly bool
	// Raw is the document.
	Raw jsontext.Value
}

// MetadataError says what is wrong with a discovery document. It holds no part of the
// document but names of members.
type MetadataError struct{ Reason string }

// Error implements error.
func (e *MetadataError) Error() string { return "oauth: the discovery document " + e.Reason }

func badMetadata(format string, args ...any) error {
	return &MetadataError{Reason: fmt.Sprintf(format, args...)}
}

// Problem says what is missing in a Discovery, for Check; nil if it can be used. The
// remedy follows a semicolon.
func (d Discovery) Problem() error {
	switch {
	case d.Issuer == "" && d.URL == "":
		return errors.New("has neither an issuer nor the URL of a discovery document; set one of them")
	case d.Issuer != "" && !IsEndpoint(d.Issuer):
		return errors.New("has an issuer that is no absolute URL with https; http is for this machine alone")
	case d.URL != "" && !IsEndpoint(d.URL):
		return errors.New("has a discovery URL that is no absolute URL with https; http is for this machine alone")
	case d.Issuer == "" && !strings.HasSuffix(d.URL, wellKnown):
		return fmt.Errorf("has a discovery URL that does not end with %s; set the issuer as well", wellKnown)
	}
	return nil
}

func (d Discovery) place() string {
	if d.URL != "" {
		return d.URL
	}
	return strings.TrimSuffix(d.Issuer, "/") + wellKnown
}

// isIssuer reports whether a document of this issuer is the one that was asked for
// (section 4.3). A URL does not say whether its issuer ends with a slash.
func (d Discovery) isIssuer(issuer string) bool {
	if d.Issuer != "" {
		return issuer == d.Issuer
	}
	return strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(d.URL, wellKnown)
}

// otherIssuer says in constant words how a document's issuer differs, since the document
// may be somebody else's.
func (d Discovery) otherIssuer(issuer string) string {
	const reason = "is of another issuer than the one that was asked for; "
	if d.Issuer != "" && strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(d.Issuer, "/") {
		if strings.HasSuffix(issuer, "/") {
			return reason + "its issuer ends with a slash, so Issuer must too"
		}
		return reason + "its issuer ends without a slash, so Issuer must too"
	}
	return reason + "Issuer must be the document's member issuer, letter by letter"
}

func (d Discovery) local() bool { return d.LocalNetwork || isLocalHost(d.place()) }

// isLocalHost reports whether the host of a URL is a local address as it is written.
func isLocalHost(place string) bool {
	to, err := url.Parse(place)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(to.Hostname()), ".")
	address, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && !isPublic(address)
}

// rawMetadata is the document on the wire.
type rawMetadata struct {
	Issuer              string         `json:"issuer"`
	AuthorizeURL        string         `json:"authorization_endpoint"`
	TokenURL            string         `json:"token_endpoint"`
	UserInfoURL         string         `json:"userinfo_endpoint"`
	KeysURL             string         `json:"jwks_uri"`
	EndSessionURL       string         `json:"end_session_endpoint"`
	PushURL             string         `json:"pushed_authorization_request_endpoint"`
	Algorithms          []string       `json:"id_token_signing_alg_values_supported"`
	TokenAuthentication []string       `json:"token_endpoint_auth_methods_supported"`
	IssuerInCallback    jsontext.Value `json:"authorization_response_iss_parameter_supported"`
	PushRequired        jsontext.Value `json:"require_pushed_authorization_requests"`
}

// Discover reads a provider's discovery document. It must name the issuer that was asked
// for, and endpoints with https; http is for an issuer on this machine alone. If the
// document is refused, the error is a *MetadataError. Redirects are not followed, so
// Header goes nowhere else.
func Discover(ctx context.Context, c *Caller, d Discovery) (*Metadata, error) {
	if err := d.Problem(); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.place(), nil)
	if err != nil {
		return nil, hideURL(err)
	}
	if d.Header != nil {
		r.Header = d.Header.Clone()
	}
	r.Header.Set("Accept", "application/json")
	answer, err := c.Do(r, !d.local())
	if err != nil {
		return nil, err
	}
	var in rawMetadata
	if err := json.Unmarshal(answer.Body, &in); err != nil {
		return nil, badMetadata("is no JSON object with members of the right types")
	}
	return d.check(&in, answer.Body)
}

func (d Discovery) check(in *rawMetadata, raw []byte) (*Metadata, error) {
	switch {
	case in.Issuer == "":
		return nil, badMetadata("names no issuer")
	case !d.isIssuer(in.Issuer):
		return nil, badMetadata("%s", d.otherIssuer(in.Issuer))
	case in.AuthorizeURL == "" || in.TokenURL == "":
		return nil, badMetadata("lacks authorization_endpoint or token_endpoint")
	}
	for _, endpoint := range []struct{ name, url string }{
		{"authorization_endpoint", in.AuthorizeURL}, {"token_endpoint", in.TokenURL}, {"userinfo_endpoint", in.UserInfoURL},
		{"jwks_uri", in.KeysURL}, {"end_session_endpoint", in.EndSessionURL}, {"pushed_authorization_request_endpoint", in.PushURL},
	} {
		switch {
		case endpoint.url == "":
		case !IsEndpoint(endpoint.url) || strings.HasPrefix(endpoint.url, "http:") && !strings.HasPrefix(in.Issuer, "http:"):
			return nil, badMetadata("has as %s no absolute URL with https", endpoint.name)
		case !d.local() && isLocalHost(endpoint.url):
			return nil, badMetadata("has as %s an address in the local network", endpoint.name)
		}
	}
	m := &Metadata{
		Issuer: in.Issuer, AuthorizeURL: in.AuthorizeURL, TokenURL: in.TokenURL, UserInfoURL: in.UserInfoURL, KeysURL: in.KeysURL,
		EndSessionURL: in.EndSessionURL, PushURL: in.PushURL, SignsIDTokens: len(in.Algorithms) > 0, IssuerInCallback: True(in.IssuerInCallback),
		PushRequired: True(in.PushRequired), TokenAuthentication: in.TokenAuthentication, PublicNetworkOnly: !d.local(), Raw: raw,
	}
	for _, name := range in.Algorithms {
		if asymmetric(name) {
			m.Algorithms = append(m.Algorithms, name)
		}
	}
	return m, nil
}

// Discovered keeps a provider's discovery document. It is read again after an hour, since
// endpoints and algorithms change; meanwhile, and if that fails, the old one counts. All
// who wait for the first document share one attempt, and after a failure the next one is
// made 5 seconds later at the earliest. Make one with NewDiscovered; it is safe for
// concurrent use.
type Discovered struct {
	from    Discovery
	reading sync.Mutex // held by who asks the provider

	mu     sync.Mutex
	kept   *Metadata
	read   time.Time // of kept
	failed time.Time // the last attempt that failed
	err    error     // its error
}

// NewDiscovered makes a Discovered, which asks nobody yet.
func NewDiscovered(d Discovery) *Discovered { return &Discovered{from: d} }

// Get returns the document, and asks for it if it has none, or an old one.
func (d *Discovered) Get(ctx context.Context, c *Caller) (*Metadata, error) {
	kept, ask, err := d.state(c.Now())
	if !ask {
		return kept, err
	}
	if kept == nil {
		d.reading.Lock()
	} else if !d.reading.TryLock() {
		return kept, nil
	}
	defer d.reading.Unlock()
	if kept, ask, err = d.state(c.Now()); !ask {
		return kept, err // somebody else just did
	}
	// All who wait get one answer, which no single one of them may cancel.
	found, err := Discover(context.WithoutCancel(ctx), c, d.from)
	d.mu.Lock()
	if d.err = err; err == nil {
		d.kept, d.read = found, c.Now()
	} else {
		d.failed = c.Now()
	}
	d.mu.Unlock()
	kept, _, err = d.state(c.Now())
	return kept, err
}

// state is what is known, and whether it is time to ask.
func (d *Discovered) state(now time.Time) (kept *Metadata, ask bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	pausing := d.err != nil && now.Sub(d.failed) < metadataPause
	if d.kept != nil {
		return d.kept, !pausing && now.Sub(d.read) >= metadataLife, nil
	}
	return nil, !pausing, d.err
}
