package oauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// authority issues certificates to clients.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key}
	a.cert = a.sign("authority", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, key)
	return a
}

func (a *authority) sign(name string, c *x509.Certificate, by *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	a.t.Helper()
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if by == nil {
		by = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

// issue makes the certificate of a client.
func (a *authority) issue(name string) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	cert := a.sign(name, &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, a.cert, key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

// tlsProvider is a provider that knows its clients by their certificates alone.
func tlsProvider(t *testing.T, a *authority, connections *atomic.Int64) (*httptest.Server, *oauth.Provider) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) == 0 {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		name := r.TLS.PeerCertificates[0].Subject.CommonName
		switch r.URL.Path {
		case "/elsewhere":
			t.Error("a redirect was followed")
		case "/redirects":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat(" ", oauth.MaxAnswer+1))
			return
		case "/me":
			_, _ = io.WriteString(w, `{"sub":"`+name+`"}`)
			return
		}
		if r.PostFormValue("client_id") != name || r.PostForm.Has("client_secret") {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, grantedTokens)
	}))
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	server.TLS = &tls.Config{ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew && connections != nil {
			connections.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	p := provider()
	p.TokenURL = server.URL + "/token"
	return server, p
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	a, connections := newAuthority(t), &atomic.Int64{}
	server, p := tlsProvider(t, a, connections)
	c := oauth.NewCaller(server.Client(), time.Now)
	p.Client.Authentication = oauth.MutualTLS(a.issue("client"))
	for range 5 {
		tokens, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"})
		if err != nil || tokens.AccessToken != "at" {
			t.Fatalf("%+v %v", tokens, err)
		}
	}
	// A token that is bound to the certificate is used over a connection with it.
	profile := &struct {
		Subject string `json:"sub"`
	}{}
	if _, err := p.NewGrant(c, oauth.Tokens{AccessToken: "at"}, nil).Get(t.Context(), server.URL+"/me", profile); err != nil || profile.Subject != "client" {
		t.Errorf("who the user is: %+v %v", profile, err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("six requests make %d connections", n)
	}
}

func TestMutualTLSWithWrongCertificates(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	server, p := tlsProvider(t, a, nil)
	c := oauth.NewCaller(server.Client(), time.Now)
	exchange := func(by oauth.Authentication) error {
		p.Client.Authentication = by
		_, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"})
		return err
	}
	refused := func(err error) bool {
		refused, ok := errors.AsType[*oauth.AnswerError](err)
		return ok && refused.Code == "invalid_client"
	}
	if err := exchange(oauth.MutualTLS(a.issue("somebody else"))); !refused(err) {
		t.Errorf("with another client's certificate: %v", err)
	}
	if err := exchange(oauth.MutualTLS(newAuthority(t).issue("client"))); err == nil {
		t.Error("a certificate of nobody that the provider knows is accepted")
	}
	if err := exchange(oauth.NoSecret); !refused(err) {
		t.Errorf("without a certificate: %v", err)
	}
	broken := errors.New("the certificate cannot be read")
	if err := exchange(oauth.MutualTLSFunc(func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return nil, broken })); !errors.Is(err, broken) {
		t.Errorf("with a certificate that is not there: %v", err)
	}
}

// The limits of a Caller hold for connections with a certificate too.
func TestMutualTLSIsLimited(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	server, p := tlsProvider(t, a, nil)
	c := oauth.NewCaller(server.Client(), time.Now)
	p.Client.Authentication = oauth.MutualTLS(a.issue("client"))
	for path, want := range map[string]error{"/redirects": oauth.ErrRedirected, "/long": oauth.ErrAnswerTooLong} {
		p.TokenURL = server.URL + path
		if _, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"}); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	p.TokenURL, p.PublicNetworkOnly = server.URL+"/token", true
	if _, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"}); !errors.Is(err, oauth.ErrLocalNetwork) {
		t.Errorf("in the local network: %v", err)
	}
	p.TokenURL = "http://localhost/token"
	if _, err := p.Exchange(t.Context(), c, oauth.Callback{Code: "code"}); err == nil {
		t.Error("without TLS is no error")
	}
	p.TokenURL = server.URL + "/token"
	own := oauth.NewCaller(&http.Client{Transport: answers(func(http.ResponseWriter, *http.Request) { t.Error("a request went without a certificate") })}, time.Now)
	if _, err := p.Exchange(t.Context(), own, oauth.Callback{Code: "code"}); err == nil {
		t.Error("a transport that takes no certificate is no error")
	}
}
