package oauth

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"sync"
)

// MutualTLS authenticates a client by its certificate on the connection (RFC 8705):
// "tls_client_auth" and "self_signed_tls_client_auth". The client's id is in the body.
// Requests with the access token, such as for who the user is, go over such connections
// as well, since the provider may have bound the token to the certificate (section 3).
//
// Where a provider has endpoints of their own for certificates (section 5,
// mtls_endpoint_aliases), set Provider.TokenURL to that. It must have https.
//
// Everything else about connections is that of the application's own client, which must
// have a *http.Transport or none.
func MutualTLS(certificate tls.Certificate) Authentication {
	m := &mutualTLS{certificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }}
	if len(certificate.Certificate) == 0 || certificate.PrivateKey == nil {
		m.problem = errNoCertificate
	}
	return m
}

// MutualTLSFunc is MutualTLS with a certificate that may be renewed: certificate is called
// for each new connection, concurrently. An error sends nothing.
func MutualTLSFunc(certificate func(*tls.CertificateRequestInfo) (*tls.Certificate, error)) Authentication {
	return &mutualTLS{certificate: certificate}
}

type mutualTLS struct {
	certificate func(*tls.CertificateRequestInfo) (*tls.Certificate, error)
	problem     error
	// clients are kept, by the application's, since they keep connections.
	clients sync.Map
}

var (
	errNoCertificate = errors.New("has a MutualTLS without a certificate or its key; load both with tls.LoadX509KeyPair")

	errNotTLS       = errors.New("oauth: a client certificate needs an endpoint with https")
	errOwnTransport = errors.New("oauth: a client certificate needs an application's client with a *http.Transport, or none")
)

// Problem is for Build, as PrivateKeyJWT's.
func (m *mutualTLS) Problem() error { return m.problem }

func (m *mutualTLS) Authenticate(_ context.Context, r *TokenRequest) error {
	to, err := url.Parse(r.URL)
	if err != nil || to.Scheme != "https" {
		return errNotTLS
	}
	if r.Client, err = m.client(r.base); err != nil {
		return err
	}
	r.Form.Set("client_id", r.Provider.Client.ID)
	return nil
}

func (m *mutualTLS) client(base *http.Client) (*http.Client, error) {
	if kept, ok := m.clients.Load(base); ok {
		return kept.(*http.Client), nil
	}
	next := base.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	transport, ok := next.(*http.Transport)
	if !ok || transport.DialTLSContext != nil || transport.DialTLS != nil { //nolint:staticcheck // an application may still set it
		return nil, errOwnTransport
	}
	transport = transport.Clone()
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.TLSClientConfig.Certificates = nil
	// A session that was begun without the certificate would be resumed without it.
	transport.TLSClientConfig.ClientSessionCache = nil
	transport.TLSClientConfig.GetClientCertificate = m.certificate
	client := *base
	client.Transport = transport
	kept, _ := m.clients.LoadOrStore(base, &client)
	return kept.(*http.Client), nil
}

// bound is the Caller for requests with a provider's access token.
func (c *Caller) bound(p *Provider, to *url.URL) (*Caller, error) {
	m, ok := p.authentication().(*mutualTLS)
	if !ok || to.Scheme != "https" {
		return c, nil
	}
	client, err := m.client(c.base)
	if err != nil {
		return nil, err
	}
	return c.through(client), nil
}
