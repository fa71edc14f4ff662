package oauth_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

func get(t testing.TB, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCallerFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		asked := 0
		c := caller(func(w http.ResponseWriter, r *http.Request) {
			asked++
			http.Redirect(w, r, "https://elsewhere.example/?t0ken", status)
		})
		_, err := c.Do(get(t, "https://provider.example/?s3cret"), false)
		if !errors.Is(err, oauth.ErrRedirected) || asked != 1 {
			t.Errorf("%d: the error is %v after %d requests", status, err, asked)
		}
		keepsSecrets(t, err, "s3cret", "t0ken")
		response, err := c.HTTPClient(false).Do(get(t, "https://provider.example/"))
		if err == nil {
			_ = response.Body.Close()
		}
		if !errors.Is(err, oauth.ErrRedirected) {
			t.Errorf("%d: a library follows the redirect: %v", status, err)
		}
	}
}

func TestCallerLimitsAnswers(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("x", oauth.MaxAnswer)
	answer, err := caller(answering(200, "text/plain", whole)).Do(get(t, "https://provider.example/"), false)
	if err != nil || len(answer.Body) != oauth.MaxAnswer {
		t.Errorf("an answer of the largest size is refused: %v", err)
	}
	for _, status := range []int{200, 400} {
		if _, err := caller(answering(status, "text/plain", whole+"x")).Do(get(t, "https://provider.example/"), false); !errors.Is(err, oauth.ErrAnswerTooLong) {
			t.Errorf("a longer answer with %d ends with %v", status, err)
		}
	}
	response, err := caller(answering(200, "text/plain", whole+whole)).HTTPClient(false).Do(get(t, "https://provider.example/"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if n, err := io.Copy(io.Discard, response.Body); !errors.Is(err, oauth.ErrAnswerTooLong) {
		t.Errorf("a library reads %d bytes: %v", n, err)
	}
}

// What counts is the size of an answer, not of its compressed form.
func TestCallerLimitsCompressedAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, strings.Repeat("x", 2*oauth.MaxAnswer))
		_ = packed.Close()
	}))
	defer server.Close()
	c := oauth.NewCaller(server.Client(), (&clock{now: start}).Now)
	if _, err := c.Do(get(t, server.URL), false); !errors.Is(err, oauth.ErrAnswerTooLong) {
		t.Errorf("the error is %v", err)
	}
}

func TestCallerWaitsOnlySoLong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout time.Duration // the application's
		want    time.Duration
	}{
		"no limit":      {0, oauth.MaxCallTime},
		"a long one":    {time.Hour, oauth.MaxCallTime},
		"a shorter one": {time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				client := &http.Client{Timeout: c.timeout, Transport: slowBody{}}
				_, err := oauth.NewCaller(client, time.Now).Do(get(t, "https://provider.example/"), false)
				if took := time.Since(begun); err == nil || took != c.want {
					t.Errorf("the call ends after %v with %v but must after %v", took, err, c.want)
				}
				begun = time.Now()
				response, err := oauth.NewCaller(client, time.Now).HTTPClient(false).Do(get(t, "https://provider.example/"))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = response.Body.Close() }()
				if _, err := io.ReadAll(response.Body); err == nil || time.Since(begun) != c.want {
					t.Errorf("a library waits for %v, until %v", time.Since(begun), err)
				}
			})
		})
	}
}

// slowBody answers at once and then sends nothing.
type slowBody struct{}

func (slowBody) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: waiting{r.Context()}, Request: r}, nil
}

type waiting struct{ ctx context.Context }

func (w waiting) Read([]byte) (int, error) { <-w.ctx.Done(); return 0, w.ctx.Err() }
func (waiting) Close() error               { return nil }

func TestCallerKeepsNoCookies(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := oauth.NewCaller(&http.Client{Jar: jar, Transport: answers(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("a cookie is sent back")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	})}, time.Now)
	for range 2 {
		if _, err := c.Do(get(t, "https://provider.example/"), false); err != nil {
			t.Error(err)
		}
	}
}

// The errors of a connection name no URL, since its query may hold tokens.
func TestErrorsHoldNoURL(t *testing.T) {
	t.Parallel()
	broken := errors.New("no connection")
	c := oauth.NewCaller(&http.Client{Transport: failing{broken}}, time.Now)
	_, err := c.Do(get(t, "https://provider.example/?s3cret"), false)
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	keepsSecrets(t, err, "s3cret")
	_, err = caller(answering(403, "text/plain", "s3cret")).Do(get(t, "https://provider.example/?s3cret"), false)
	if refused, ok := errors.AsType[*oauth.AnswerError](err); !ok || refused.Status != 403 || refused.Host != "provider.example" {
		t.Errorf("the error is %v", err)
	}
	keepsSecrets(t, err, "s3cret")
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// local are addresses of the local network, in all their spellings; the rest of the test
// says which are not.
var local = []string{
	"127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
	"100.64.0.1", "100.127.255.255", "192.0.0.8", "198.18.0.1", "198.19.255.255", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::1]", "[::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456::1]", "[fec0::1]", "[ff02::1]",
	"[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[::ffff:0:7f00:1]",
	"[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:7f00:1::]",
}

func TestLocalNetworkIsRefused(t *testing.T) {
	t.Parallel()
	asked := 0
	c := caller(func(http.ResponseWriter, *http.Request) { asked++ })
	for _, host := range local {
		if _, err := c.Do(get(t, "http://"+host+":8080/"), true); !errors.Is(err, oauth.ErrLocalNetwork) {
			t.Errorf("%s: the error is %v", host, err)
		}
	}
	if asked > 0 {
		t.Errorf("%d requests were sent", asked)
	}
	for _, host := range []string{"93.184.216.34", "172.32.0.1", "100.128.0.1", "198.20.0.1", "[2606:2800:220:1::1]", "[::ffff:93.184.216.34]"} {
		if _, err := c.Do(get(t, "http://"+host+"/"), true); err != nil {
			t.Errorf("%s: the error is %v", host, err)
		}
	}
	if _, err := c.Do(get(t, "http://127.0.0.1/"), false); err != nil {
		t.Errorf("an address that the application configured is refused: %v", err)
	}
}

func TestLocalNetworkIsRefusedAtTheConnection(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	named := (&url.URL{Scheme: "http", Host: net.JoinHostPort("localhost", port)}).String()
	mapped := (&url.URL{Scheme: "http", Host: net.JoinHostPort("::ffff:127.0.0.1", port)}).String()
	for name, client := range map[string]*http.Client{
		"the client as it comes": {},
		"a transport":            {Transport: &http.Transport{}},
		"a transport with its own connections": {Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
			}}},
	} {
		c := oauth.NewCaller(client, time.Now)
		for _, at := range []string{server.URL, named, mapped} {
			if _, err := c.Do(get(t, at), true); !errors.Is(err, oauth.ErrLocalNetwork) {
				t.Errorf("%s: %s ends with %v", name, at, err)
			}
		}
	}
	if asked > 0 {
		t.Errorf("%d requests came", asked)
	}
}

// A connection of TLS that the application makes is none that could be looked at, so the
// name is looked up before.
func TestLocalNetworkIsRefusedBeforeTLS(t *testing.T) {
	t.Parallel()
	dialed := false
	c := oauth.NewCaller(&http.Client{Transport: &http.Transport{
		DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
			dialed = true
			return nil, errors.New("no connection")
		}}}, time.Now)
	if _, err := c.Do(get(t, "https://127.0.0.1/"), true); !errors.Is(err, oauth.ErrLocalNetwork) || dialed {
		t.Errorf("the error is %v, and a connection was made: %v", err, dialed)
	}
}

// A proxy is in the local network itself, and whom it connects to cannot be looked at.
func TestLocalNetworkIsRefusedBehindAProxy(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Host) }))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := oauth.NewCaller(&http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(at)}}, time.Now)
	for _, host := range []string{"10.0.0.1", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "localhost"} {
		if _, err := c.Do(get(t, "http://"+host+"/"), true); !errors.Is(err, oauth.ErrLocalNetwork) {
			t.Errorf("%s: the error is %v", host, err)
		}
	}
	if _, err := c.Do(get(t, "http://93.184.216.34/"), true); err != nil || len(asked) != 1 || asked[0] != "93.184.216.34" {
		t.Errorf("the proxy was asked for %v (%v)", asked, err)
	}
}
