package cors_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/cors"
)

func TestIsPreflight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, from, asks string
		want               bool
	}{
		{"OPTIONS", "https://a", "POST", true}, {"OPTIONS", "", "POST", false}, {"OPTIONS", "https://a", "", false}, {"POST", "https://a", "POST", false},
	} {
		r := httptest.NewRequest(tt.method, "/", nil)
		r.Header.Set("Origin", tt.from)
		r.Header.Set("Access-Control-Request-Method", tt.asks)
		if got := cors.IsPreflight(r); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
}

func TestAllowPreflight(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		asked           []string
		age             time.Duration
		allowed, maxAge string
	}{
		"nothing asked": {nil, 0, "", "600"},
		"two lines":     {[]string{"Content-Type", "x-a, x-b"}, time.Hour, "Content-Type,x-a, x-b", "3600"},
		"never kept":    {nil, -time.Second, "", "0"},
		"no header":     {[]string{"x-a\r\nSet-Cookie: a=b"}, 0, "", "600"},
		"a wildcard":    {[]string{"*"}, 0, "*", "600"},
		"not ASCII":     {[]string{"x-é"}, 0, "", "600"},
	}
	for name, tt := range tests {
		h := http.Header{}
		cors.Vary(h)
		cors.AllowPreflight(h, http.Header{"Access-Control-Request-Headers": tt.asked}, tt.age)
		if got := h.Get("Access-Control-Allow-Headers"); got != tt.allowed {
			t.Errorf("%s: allows %q, want %q", name, got, tt.allowed)
		}
		if got := h.Get("Access-Control-Max-Age"); got != tt.maxAge {
			t.Errorf("%s: max age %s, want %s", name, got, tt.maxAge)
		}
		if got := h["Vary"]; !slices.Equal(got, []string{"Origin", "Access-Control-Request-Headers"}) {
			t.Errorf("%s: varies by %q", name, got)
		}
	}
}

func TestExpose(t *testing.T) {
	t.Parallel()
	h := http.Header{"X-Retry-After": {"1"}, "Set-Auth-Token": {"t"}, "Vary": {"Origin"}}
	cors.Expose(h)
	if got := h[cors.ExposeHeaders]; got != nil {
		t.Errorf("exposed to nobody: %q", got)
	}
	cors.Allow(h, "https://a")
	cors.Expose(h)
	if got := h[cors.ExposeHeaders]; !slices.Equal(got, []string{"set-auth-token", "x-retry-after"}) {
		t.Errorf("exposes %q", got)
	}
	if h.Get("Access-Control-Allow-Origin") != "https://a" || h.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("allows %v", h)
	}
}

func TestMergeLists(t *testing.T) {
	t.Parallel()
	if got := cors.MergeLists([]string{"Origin, accept", ""}, []string{"origin", "Cookie,,Accept"}); got != "Origin, accept, Cookie" {
		t.Errorf("merged to %q", got)
	}
}
