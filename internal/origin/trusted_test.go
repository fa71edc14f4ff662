package origin_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

func TestTrustedSortsPatterns(t *testing.T) {
	t.Parallel()
	var trusted origin.Trusted
	trusted.AddBase("https://auth.example.com/api/auth")
	trusted.AddHost("*.tenants.example", "")
	trusted.AddHost("localhost:*", "auto")
	trusted.AddHost("plain.example", "http")
	trusted.AddHost("localhost", "https")
	for _, pattern := range []string{"https://APP.example.com/", "https://*.vercel.app", "myapp://"} {
		if err := trusted.Add(pattern); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	if err := trusted.Add("https://exa mple.com"); err == nil {
		t.Error("what no browser sends was added")
	}
	all := []string{"https://auth.example.com", "https://*.tenants.example", "https://localhost:*", "http://localhost:*", "http://plain.example",
		"https://localhost", "https://app.example.com", "https://*.vercel.app", "myapp://"}
	if !slices.Equal(trusted.All, all) {
		t.Errorf("all are %q\nwant %q", trusted.All, all)
	}
	if want := []string{"https://app.example.com", "myapp://"}; !slices.Equal(trusted.Pages, want) {
		t.Errorf("pages are %q, want %q", trusted.Pages, want)
	}
	if want := []string{"https://*.vercel.app"}; !slices.Equal(trusted.Open, want) {
		t.Errorf("open are %q, want %q", trusted.Open, want)
	}
}

func TestTrustedForOneRequest(t *testing.T) {
	t.Parallel()
	trusted := origin.Trusted{All: make([]string, 1, 4)}
	trusted.All[0] = "https://a.example"
	if got := trusted.For([]string{"https://own.example"}, []string{"https://more.example"}); !slices.Equal(got, []string{"https://own.example", "https://a.example", "https://more.example"}) {
		t.Errorf("for the request: %q", got)
	}
	// What one request trusts must not reach the next by a slice that both share.
	first := append(trusted.For(nil, nil), "https://first.example")
	second := append(trusted.For(nil, nil), "https://second.example")
	if first[1] != "https://first.example" || second[1] != "https://second.example" {
		t.Errorf("requests share what they trust: %q, %q", first, second)
	}
}

func TestMayRead(t *testing.T) {
	t.Parallel()
	trusted := origin.Trusted{All: []string{"https://page.example", "https://*.vercel.app"}, Pages: []string{"https://page.example"}, Open: []string{"https://*.vercel.app"}}
	const own = "https://auth.example"
	tests := []struct {
		from       string
		may, asked bool
	}{
		{own, true, false},
		{"https://page.example", true, false},
		{"https://more.example", true, true},
		{"https://x.vercel.app", false, true},
		{"https://y.netlify.app", false, true},
		{"https://evil.example", false, true},
		{"https://page.example/path", false, false},
		{"null", false, false},
		{"", false, false},
	}
	for _, tt := range tests {
		asked := false
		got := trusted.MayRead(tt.from, own, func() []string {
			asked = true
			return []string{"https://*.netlify.app", "https://more.example"}
		})
		if got != tt.may || asked != tt.asked {
			t.Errorf("%q: may read %t, asked %t; want %t, %t", tt.from, got, asked, tt.may, tt.asked)
		}
	}
	if trusted.MayRead("https://page.example", "", func() []string { return nil }) != true || trusted.MayRead("", "", func() []string { return nil }) {
		t.Error("without an origin of its own")
	}
}

func TestSender(t *testing.T) {
	t.Parallel()
	const own, stated = "https://auth.example", "myapp://"
	tests := map[string]struct {
		header   http.Header
		stated   string
		want     string
		fromPage bool
	}{
		"nothing":                        {http.Header{}, "", "", false},
		"Origin first":                   {http.Header{"Origin": {"https://a"}, "Referer": {"https://b/x"}}, stated, "https://a", true},
		"Referer next":                   {http.Header{"Referer": {"https://b/x"}}, stated, "https://b/x", true},
		"stated last":                    {http.Header{}, stated, stated, true},
		"null of an unknown page":        {http.Header{"Origin": {"null"}}, "", "null", true},
		"null of the server's own page":  {http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"same-origin"}}, "", own, true},
		"null of another page":           {http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"same-site"}}, "", "null", true},
		"Sec-Fetch-Site":                 {http.Header{"Sec-Fetch-Site": {"none"}}, "", "", true},
		"Sec-Fetch-Mode of server's own": {http.Header{"Sec-Fetch-Mode": {"cors"}}, "", "", false},
	}
	for name, tt := range tests {
		if got := origin.Sender(tt.header, tt.stated, own); got != tt.want {
			t.Errorf("%s: sender %q, want %q", name, got, tt.want)
		}
		if got := origin.FromPage(tt.header, tt.stated); got != tt.fromPage {
			t.Errorf("%s: from a page %t", name, got)
		}
	}
}

func TestCrossSiteForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		site, mode string
		want       bool
	}{
		{"cross-site", "navigate", true}, {"cross-site", "cors", false}, {"same-site", "navigate", false}, {"none", "navigate", false}, {"", "", false},
	} {
		h := http.Header{"Sec-Fetch-Site": {tt.site}, "Sec-Fetch-Mode": {tt.mode}}
		if got := origin.CrossSiteForm(h); got != tt.want {
			t.Errorf("%s %s: %t", tt.site, tt.mode, got)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:3000": true, "a.localhost": true, "127.0.0.1": true, "127.1.2.3:80": true, "[::1]": true, "[::1]:80": true,
		"example.com": false, "localhost.example": false, "10.0.0.1": false, "[::2]": false, "": false, "a b": false,
	} {
		if got := origin.Loopback(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}
