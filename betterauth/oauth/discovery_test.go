package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// told serves one discovery document, in which ISSUER stands for the server's URL.
func told(t *testing.T, document string, more func(w http.ResponseWriter, r *http.Request)) *httptest.Server {
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if more != nil {
			more(w, r)
		}
		_, _ = w.Write([]byte(strings.ReplaceAll(document, "ISSUER", server.URL)))
	}))
	t.Cleanup(server.Close)
	return server
}

const goodDocument = `{"issuer":"ISSUER","authorization_endpoint":"ISSUER/auth","token_endpoint":"https://tokens.example/token","jwks_uri":"ISSUER/keys",
	"userinfo_endpoint":"ISSUER/me","end_session_endpoint":"ISSUER/end","id_token_signing_alg_values_supported":["none","HS256","ES256"],
	"authorization_response_iss_parameter_supported":true,"token_endpoint_auth_methods_supported":["client_secret_basic"],"claims_supported":["sub"]}`

func TestDiscover(t *testing.T) {
	t.Parallel()
	server := told(t, goodDocument, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" || r.Header.Get("X-Key") != "k" {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
	})
	c := oauth.NewCaller(http.DefaultClient, time.Now)
	for _, from := range []oauth.Discovery{{Issuer: server.URL}, {URL: server.URL + "/.well-known/openid-configuration"}} {
		from.Header = http.Header{"X-Key": {"k"}}
		m, err := oauth.Discover(t.Context(), c, from)
		if err != nil {
			t.Fatal(err)
		}
		if m.Issuer != server.URL || m.AuthorizeURL != server.URL+"/auth" || m.KeysURL != server.URL+"/keys" || m.UserInfoURL != server.URL+"/me" ||
			m.EndSessionURL != server.URL+"/end" || !m.SignsIDTokens || strings.Join(m.Algorithms, " ") != "ES256" || !m.IssuerInCallback ||
			strings.Join(m.TokenAuthentication, " ") != "client_secret_basic" || m.PublicNetworkOnly {
			t.Errorf("%+v", m)
		}
	}
}

func TestDiscoverRefuses(t *testing.T) {
	t.Parallel()
	member := func(old, new string) string { return strings.Replace(goodDocument, old, new, 1) }
	for name, document := range map[string]string{
		"no JSON":             `<html>`,
		"a list":              `[]`,
		"no issuer":           member(`"issuer":"ISSUER",`, ``),
		"another issuer":      member(`"issuer":"ISSUER"`, `"issuer":"https://other.example"`),
		"a longer issuer":     member(`"issuer":"ISSUER"`, `"issuer":"ISSUER/tenant"`),
		"no token endpoint":   member(`"token_endpoint":"https://tokens.example/token",`, ``),
		"http elsewhere":      member(`https://tokens.example/token`, `http://tokens.example/token`),
		"a relative endpoint": member(`"ISSUER/keys"`, `"/keys"`),
		"a script":            member(`"ISSUER/end"`, `"javascript:alert(1)"`),
		"algorithms as text":  member(`["none","HS256","ES256"]`, `"ES256"`),
	} {
		server := told(t, document, nil)
		_, err := oauth.Discover(t.Context(), oauth.NewCaller(http.DefaultClient, time.Now), oauth.Discovery{Issuer: server.URL})
		if _, ok := errors.AsType[*oauth.MetadataError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	slashed := told(t, member(`"issuer":"ISSUER"`, `"issuer":"ISSUER/"`), nil)
	plain := told(t, goodDocument, nil)
	c := oauth.NewCaller(http.DefaultClient, time.Now)
	for issuer, want := range map[string]string{slashed.URL: "ends with a slash", plain.URL + "/": "ends without a slash", plain.URL + "//": "letter by letter"} {
		if _, err := oauth.Discover(t.Context(), c, oauth.Discovery{Issuer: issuer}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an issuer with another ending: %v, want %q", err, want)
		}
	}
	if _, err := oauth.Discover(t.Context(), c, oauth.Discovery{URL: slashed.URL + "/.well-known/openid-configuration"}); err != nil {
		t.Errorf("an issuer whose ending nobody named: %v", err)
	}
	moved := told(t, goodDocument, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example")
		w.WriteHeader(http.StatusFound)
	})
	if _, err := oauth.Discover(t.Context(), c, oauth.Discovery{Issuer: moved.URL}); !errors.Is(err, oauth.ErrRedirected) {
		t.Errorf("a redirect: %v", err)
	}
}

// hosts answers for every host over HTTPS, with the document of https://login.example.
type hosts string

func (h hosts) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	_, _ = w.WriteString(strings.ReplaceAll(string(h), "ISSUER", "https://login.example"))
	return w.Result(), nil
}

// A document may name the local network only if the application said that it is there.
func TestDiscoveredLocalNetwork(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"https://127.0.0.1/keys", "https://[::1]/keys", "https://10.0.0.1/keys", "https://169.254.169.254/keys", "https://localhost/keys", "https://a.localhost/keys"} {
		d := oauth.Discovery{Issuer: "https://8.8.8.8"}
		document := strings.ReplaceAll(strings.Replace(goodDocument, "ISSUER/keys", place, 1), "ISSUER", d.Issuer)
		c := oauth.NewCaller(&http.Client{Transport: hosts(document)}, time.Now)
		if _, err := oauth.Discover(t.Context(), c, d); err == nil {
			t.Errorf("%s is accepted", place)
		}
		d.LocalNetwork = true
		if m, err := oauth.Discover(t.Context(), c, d); err != nil || m.PublicNetworkOnly {
			t.Errorf("%s is refused where it may be: %v", place, err)
		}
	}
	c := oauth.NewCaller(&http.Client{Transport: hosts(strings.ReplaceAll(goodDocument, "ISSUER", "https://8.8.8.8"))}, time.Now)
	if m, err := oauth.Discover(t.Context(), c, oauth.Discovery{Issuer: "https://8.8.8.8"}); err != nil || !m.PublicNetworkOnly {
		t.Errorf("a public provider: %+v, %v", m, err)
	}
}

// All who wait share one attempt; a failure makes a pause; what was read is kept and read
// again, and stays if that fails.
func TestDiscovered(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	var down atomic.Bool
	down.Store(true)
	server := told(t, goodDocument, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if down.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
		time.Sleep(20 * time.Millisecond)
	})
	var mu sync.Mutex
	now := time.Unix(1e9, 0)
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	advance := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	c := oauth.NewCaller(http.DefaultClient, clock)
	d := oauth.NewDiscovered(oauth.Discovery{Issuer: server.URL})
	all := func(want int64, ok bool) {
		t.Helper()
		before := asked.Load()
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				if m, err := d.Get(context.Background(), c); (err == nil) != ok || ok && m.Issuer != server.URL {
					t.Errorf("%+v, %v", m, err)
				}
			})
		}
		wait.Wait()
		if got := asked.Load() - before; got != want {
			t.Errorf("asked %d times, want %d", got, want)
		}
	}
	all(1, false)
	all(0, false) // the pause
	advance(5 * time.Second)
	down.Store(false)
	all(1, true)
	all(0, true)
	advance(time.Hour)
	down.Store(true)
	all(1, true) // the old one
	all(0, true)
	advance(5 * time.Second)
	down.Store(false)
	all(1, true)
}

// The first who asks may leave; the others get the document all the same.
func TestDiscoveredOutlivesWhoAsked(t *testing.T) {
	t.Parallel()
	server := told(t, goodDocument, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := oauth.NewDiscovered(oauth.Discovery{Issuer: server.URL}).Get(ctx, oauth.NewCaller(http.DefaultClient, time.Now)); err != nil {
		t.Error(err)
	}
}
