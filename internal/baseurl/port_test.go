package baseurl_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/internal/baseurl"
)

// The port that a proxy names counts where the host names none, unless it is the
// one that browsers leave out.
func TestForwardedPort(t *testing.T) {
	t.Parallel()
	b, problems := baseurl.New(baseurl.Config{TrustProxyHeaders: true, ProxyHeaders: []string{"X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto"}})
	if problems != nil {
		t.Fatal(problems)
	}
	for _, c := range []struct{ host, scheme, port, want string }{
		{"a.example", "https", "", "https://a.example"},
		{"a.example", "https", "8443", "https://a.example:8443"},
		{"a.example", "https", "443", "https://a.example"},
		{"a.example", "http", "443", "http://a.example"},
		{"a.example", "https", "80", "https://a.example"},
		{"a.example:1", "https", "8443", "https://a.example:1"},
		{"[::1]", "http", "8080", "http://[::1]:8080"},
		{"[::1]:1", "http", "8080", "http://[::1]:1"},
		{"a.example", "http", "99999", ""},
	} {
		h := http.Header{"X-Forwarded-Host": {c.host}, "X-Forwarded-Proto": {c.scheme}, "X-Forwarded-Port": {c.port}}
		want := c.want
		if want != "" {
			want += "/api/auth"
		}
		if got, err := b.Of(&http.Request{Host: "inner.example", Header: h}); got != want || err != nil {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}

// An answer that comes with an error, or with a panic, is no yes.
func TestAllowHostFailsClosed(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(context.Context, string) (bool, error){
		"yes and an error": func(context.Context, string) (bool, error) { return true, context.Canceled },
		"a panic":          func(context.Context, string) (bool, error) { panic("boom") },
	} {
		b, _ := baseurl.New(baseurl.Config{Dynamic: &baseurl.Dynamic{AllowHost: ask, Fallback: "https://main.example"}})
		if got, err := b.Of(&http.Request{Host: "a.example"}); got != "" || err == nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
