package origin_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
	"github.com/better-auth-go/better-auth/internal/vectors"
)

func TestMatchVectors(t *testing.T) {
	t.Parallel()
	type pair struct{ url, pattern string }
	type answer struct{ plain, relative bool }
	want := map[pair]answer{}
	for _, v := range vectors.Load[[]struct {
		URL      string `json:"url"`
		Pattern  string `json:"pattern"`
		Match    bool   `json:"match"`
		Relative bool   `json:"matchAllowRelative"`
	}](t, "misc.matchesOriginPattern") {
		want[pair{v.URL, v.Pattern}] = answer{v.Match, v.Relative}
	}
	lists := vectors.Load[struct {
		Patterns []string `json:"patterns"`
		URLs     []string `json:"urls"`
	}](t, "misc.matchesOriginLists")
	// The pairs without a record answer no twice.
	for _, url := range lists.URLs {
		for _, pattern := range lists.Patterns {
			got := answer{origin.Match(url, pattern, false), origin.Match(url, pattern, true)}
			if got != want[pair{url, pattern}] {
				t.Errorf("Match(%q, %q) = %v, want %v", url, pattern, got, want[pair{url, pattern}])
			}
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, pattern string
		want         bool
	}{
		{"https://example.com:443/x", "https://example.com", true},
		{"HTTPS://EXAMPLE.com", "https://example.com", true},
		{"https://example.com", "https://example.com:443", false},
		{"https://example.com", "https://example.com/", false},
		{"https://example.com:8443", "https://example.com", false},
		{"http://example.com", "https://example.com", false},
		{"https://example.com.evil.com", "https://example.com", false},
		{"https://example.com@evil.com", "https://example.com", false},
		{"https://user:pass@example.com/x", "https://example.com", true},
		{"https://evil.com#@example.com", "https://example.com", false},
		{`https://evil.com\@example.com`, "https://example.com", false},
		{`https://example.com\.evil.com`, "https://example.com", false},
		{"https:/example.com", "https://example.com", false},
		{"https:example.com", "https://example.com", false},
		{"https://example.com\t", "https://example.com", false},
		{" https://example.com", "https://example.com", false},
		{"https://exa%6dple.com", "https://example.com", false},
		{"https://ｅxample.com", "https://example.com", false},
		{"null", "null", false},
		{"file:///etc/passwd", "null", false},
		{"", "", false},
		{"", "*", false},

		{"https://a.example.com", "https://*.example.com/", false},
		{"https://evil.com/.example.com", "https://*.example.com", false},
		{"https://evil.com?.example.com", "*.example.com", false},
		{"https://a.example.com:8443", "*.example.com", false},
		{"https://a.example.com:8443", "*.example.com:8443", true},
		{"https://a.example.com:8443", "https://*.example.com:*", true},
		{"http://a.example.com", "https://*.example.com", false},
		{"https://a.com.evil.com", "https://a.com/**", false},
		{"https://a.com", "https://a.com/**", true},
		{"https://anything.at.all", "https://*", true},
		{"https://anything.at.all", "**", true},
		{"ftp://a.example.com", "*.example.com", false},

		{"myapp:/x", "myapp://", true},
		{"MyApp://Host/cb", "myapp://host/cb", true},
		{"myapp://host", "myapp://host/cb", false},
		{"myapp://host/cbx", "myapp://host/cb", false},
		{"myapp://host/CB", "myapp://host/cb", false},
		{"myapp://host/%63b?x#y", "myapp://host/cb/", true},
		{"myapp://host/cb/%2e%2e/evil", "myapp://host/cb", false},
		{"myapp://host/cb%2f..%2fevil", "myapp://host/cb", false},
		{`myapp://host/cb/..\evil`, "myapp://host/cb", false},
		{"myapp://host/cb/%", "myapp://host/cb", false},
		{"myapp://host.evil/cb", "myapp://host", false},
		{"myapp://host@evil/cb", "myapp://host", false},
		{"otherapp://host/cb", "myapp://host/cb", false},
		{"myapp://host/cb", "https://host", false},
		{"myapp://host/cb", "myapp", false},
		{"myapp://a.example.com/x", "*.example.com", false},
		{"myapp://evil?.example.com", "myapp://*.example.com", false},
		{"myapp://evil#.example.com", "myapp://*.example.com", false},
		{"myapp://h/cb/a?x=/y", "myapp://h/cb/*", true},
		{"myapp://h/cb/..", "myapp://h/cb/*", false},
		{"myapp://h/cb/%2e%2e/evil", "myapp://h/cb/**", false},

		{"javascript://a.example.com/%0aalert(1)", "*.example.com", false},
		{"javascript://a.example.com/%0aalert(1)", "*://**", false},
		{"javascript:alert(1)", "javascript:", false},
		{"JavaScript:alert(1)", "javascript://", false},
		{"java\nscript:alert(1)", "**", false},
		{"data:text/html,x", "data:", false},
		{"vbscript:x", "vbscript:", false},
	} {
		if got := origin.Match(c.url, c.pattern, true); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.url, c.pattern, got)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://localhost:3000/api?x": "http://localhost:3000",
		"HTTPS://A.Example.COM":       "https://a.example.com",
		"https://h:0443/":             "https://h",
		"http://h:":                   "http://h",
		"http://h:80":                 "http://h",
		"http://h:443":                "http://h:443",
		"wss://h:443":                 "wss://h",
		"ftp://h:21/x":                "ftp://h",
		"https://u:p@h?q":             "https://h",
		"https://a@b@h#f":             "https://h",
		"http://127.0.0.1:3000":       "http://127.0.0.1:3000",
		"http://[::1]:3000/x":         "http://[::1]:3000",
		"http://[2001:DB8:0:0::1]":    "http://[2001:db8::1]",
		"http://[::ffff:1.2.3.4]":     "http://[::ffff:102:304]",
		"https://example.com.":        "https://example.com.",
		"https://a_b.example":         "https://a_b.example",
		"https://h/übersicht":         "https://h",
		"myapp://host/x":              "null",
		"mailto:a@b.c":                "null",
		"file:///x":                   "null",
		"blob:https://h/x":            "null",

		"":                     "",
		"dashboard":            "",
		"//h":                  "",
		"://h":                 "",
		"1a://h":               "",
		"http:":                "",
		"http://":              "",
		"http:///h":            "",
		"https:h":              "",
		"http://h:65536":       "",
		"http://h:-1":          "",
		"http://h:8x":          "",
		"http://h:1:2":         "",
		"http://h h":           "",
		"http://[::1":          "",
		"http://[::1]x":        "",
		"http://[fe80::1%25e]": "",
		"http://[1.2.3.4]":     "",
		"http://a..b":          "",
		"http://.":             "",
		"http://0x7f.1":        "",
		"http://2130706433":    "",
		"http://127.1":         "",
		"http://127.0.0.1.":    "",
		"http://1.2.3.08":      "",
		"https://bücher.de":    "",
		"https://a%2eb":        "",
		"https://h\n":          "",
		"https://h/\u0085":     "",
		"https://h/\xff":       "",
	} {
		if got := origin.Of(url); got != want {
			t.Errorf("Of(%q) = %q, want %q", url, got, want)
		}
	}
}

func TestSafeRelative(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/":                       true,
		"/dashboard":              true,
		"/a/../b":                 true,
		"/a b/ü":                  true,
		"/a?next=//evil.com":      true,
		"/a?x=%2f%5c":             true,
		"/a#https://evil.com/%2f": true,
		"/a//b":                   true,
		"/@evil.com":              true,
		"/./":                     true,

		"":              false,
		"a":             false,
		"//evil.com":    false,
		`/\evil.com`:    false,
		`/a?x=\`:        false,
		"/%2fevil.com":  false,
		"/%5Cevil.com":  false,
		"/a/%2F":        false,
		"/\t/evil.com":  false,
		"/a?x=\r\ny":    false,
		"/a\x7f":        false,
		"/a\u009f":      false,
		"/a\xff":        false,
		"/.//evil.com":  false,
		"/%2E//evil":    false,
		"/a/..//evil":   false,
		"/x/%2e.//evil": false,
	} {
		if got := origin.SafeRelative(path); got != want {
			t.Errorf("SafeRelative(%q) = %v", path, got)
		}
	}
}

func TestMatchHost(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Host    string `json:"host"`
		Pattern string `json:"pattern"`
		Match   bool   `json:"match"`
	}](t, "misc.matchesHostPattern") {
		if got := origin.MatchHost(v.Host, v.Pattern); got != v.Match {
			t.Errorf("MatchHost(%q, %q) = %v", v.Host, v.Pattern, got)
		}
	}
	for _, c := range []struct {
		host, pattern string
		want          bool
	}{
		{"MYAPP.com", "MyApp.COM", true},
		{"myapp.com", "https://myapp.com/path", true},
		{"preview-12.myapp.com", "preview-??.myapp.com", true},
		{"vercel.app", "*.vercel.app", false},
		{"evil.com/.vercel.app", "*.vercel.app", false},
		{`evil.com\.vercel.app`, "*.vercel.app", false},
		{"", "*", false},
		{"x", "", false},
		{"https://", "https://", false},
	} {
		if got := origin.MatchHost(c.host, c.pattern); got != c.want {
			t.Errorf("MatchHost(%q, %q) = %v", c.host, c.pattern, got)
		}
	}
}

func TestValidHostAndProto(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"example.com": true, "a-b.example.com:3000": true, "localhost": true, "LOCALHOST:1": true, "127.0.0.1:65535": true,
		"[::1]": true, "[2001:db8::1]:443": true, "metadata": true, "x": true,
		"": false, "a..b": false, ".a": false, "a.": false, "-a.com": false, "a-.com": false, "a_b": false, "a b": false,
		"a\x00b": false, "a:": false, "a:123456": false, "a:x": false, "a:1:2": false, "[::1": false, "[::1]x": false,
		"[::1%e]": false, "[1.2.3.4]": false, "[]": false, "javascript:80": false, "file:80": false, "mydata:8080": false,
		"<script>": false, "a'b": false, "a@b": false, "a/b": false, "bücher.de": false, "a,b": false,
		strings.Repeat("a", 64): false, strings.Repeat("a.", 126) + "a": true, strings.Repeat("a.", 127) + "a": false,
	} {
		if got := origin.ValidHost(host); got != want {
			t.Errorf("ValidHost(%q) = %v", host, got)
		}
	}
}

func FuzzMatch(f *testing.F) {
	lists := vectors.Load[struct {
		Patterns []string `json:"patterns"`
		URLs     []string `json:"urls"`
	}](f, "misc.matchesOriginLists")
	for i, url := range lists.URLs {
		f.Add(url, lists.Patterns[i%len(lists.Patterns)])
	}
	f.Add("https://a*b?c", "**/*?/**")
	f.Add("javascript:x", "*")
	f.Fuzz(func(t *testing.T, url, pattern string) {
		if origin.Match(url, pattern, false) {
			if strings.HasPrefix(url, "/") {
				t.Errorf("Match(%q) takes a path", url)
			}
			if !strings.ContainsAny(pattern, "*?") {
				if o := origin.Of(url); o != "null" && o != pattern && !strings.HasPrefix(strings.ToLower(url), "ws") && !strings.HasPrefix(strings.ToLower(url), "ftp") {
					t.Errorf("Match(%q, %q) though the origin is %q", url, pattern, o)
				}
			}
		}
		if o := origin.Of(url); o != "" && o != "null" {
			if again := origin.Of(o); again != o {
				t.Errorf("Of(%q) = %q, and of that %q", url, o, again)
			}
		}
		if origin.SafeRelative(url) && (strings.HasPrefix(url, "//") || strings.Contains(url, `\`)) {
			t.Errorf("SafeRelative(%q)", url)
		}
		origin.MatchHost(url, pattern)
		origin.ValidHost(url)
	})
}
