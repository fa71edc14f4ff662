package origin_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"https://app.example.com":         "https://app.example.com",
		"https://app.example.com/":        "https://app.example.com",
		"HTTPS://App.Example.com":         "https://app.example.com",
		"https://app.example.com:443":     "https://app.example.com",
		"http://app.example.com:80/":      "http://app.example.com",
		"http://app.example.com:443":      "http://app.example.com:443",
		"https://Bücher.example":          "https://xn--bcher-kva.example",
		"https://bücher.example:8443":     "https://xn--bcher-kva.example:8443",
		"https://my_host.example":         "https://my_host.example",
		"http://[0:0::1]:3000":            "http://[::1]:3000",
		"http://127.0.0.1:3000":           "http://127.0.0.1:3000",
		"http://localhost:03000":          "http://localhost:3000",
		"https://*.Example.com/":          "https://*.example.com",
		"https://*.example.com:443":       "https://*.example.com",
		"https://*.bücher.example":        "https://*.xn--bcher-kva.example",
		"https://**":                      "https://**",
		"https://*.example.com/**":        "https://*.example.com",
		"http://localhost:*":              "http://localhost:*",
		"http*://example.com":             "http*://example.com",
		"*.example.com":                   "*.example.com",
		"*.Example.com/":                  "*.example.com",
		"localhost:*":                     "localhost:*",
		"*":                               "*",
		"myapp://":                        "myapp://",
		"MyApp://Host/Path":               "MyApp://Host/Path",
		"com.example.app:/callback":       "com.example.app:/callback",
		"myapp:":                          "myapp:",
		"exp://192.168.*.*:*/**":          "exp://192.168.*.*:*/**",
		"chrome-extension://abcdefghijkl": "chrome-extension://abcdefghijkl",
	} {
		got, err := origin.Normalize(pattern)
		if err != nil || got != want {
			t.Errorf("Normalize(%q) = %q, %v, want %q", pattern, got, err, want)
			continue
		}
		if again, err := origin.Normalize(got); err != nil || again != got {
			t.Errorf("Normalize(%q) = %q, %v, and is no longer the same", got, again, err)
		}
	}
}

func TestNormalizeRefuses(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"":                                 "no scheme",
		"example.com":                      `write "https://example.com"`,
		"localhost:3000":                   "no scheme",
		"localhost:3000/path":              "no scheme",
		"null":                             "no scheme",
		"https:example.com":                "two slashes",
		"https://example.com/path":         `write "https://example.com"`,
		"https://example.com?x=1":          "letters",
		"https://*.example.com/path":       "no path",
		"https://*.example.com/*":          "no path",
		"*.example.com/path":               "no path",
		"https://user@example.com":         "no user name",
		"https://*@example.com":            "no user name",
		"https://exa mple.com":             "a character",
		" https://example.com":             "a character",
		"https://example.com#x":            "a character",
		"https://example.com\\":            "a character",
		"https://example.com\n":            "a character",
		"https://":                         "no host",
		"https:///path":                    "no path",
		"https://exa%6Dple.com":            "no escapes",
		"http://[::1":                      "cannot be read",
		"http://127.1":                     "cannot be read",
		"https://example..com":             "cannot be read",
		"https://example.com:99999":        "cannot be read",
		"https://example.com:port":         "cannot be read",
		"https://exa$mple.com":             "cannot be read",
		"https://*.example.com:":           "not a number",
		"https://bü*.example":              "wildcard",
		"https://\u2260.example\u2260xn--": "Punycode",
		"*.example.com:443":                "default port",
		"javascript://x":                   "runs as code",
		"data:":                            "runs as code",
		"myapp://x/%zz":                    "not a URL",
	} {
		got, err := origin.Normalize(pattern)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Normalize(%q) = %q, %v, want an error with %q", pattern, got, err, want)
		}
	}
}

func TestNormalizeHost(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"Example.com":              "example.com",
		"https://example.com/path": "example.com",
		"*.Vercel.app":             "*.vercel.app",
		"localhost:*":              "localhost:*",
		"bücher.example:8080":      "xn--bcher-kva.example:8080",
		"[::1]:3000":               "[::1]:3000",
		"example.com:443":          "example.com:443",
	} {
		if got, err := origin.NormalizeHost(pattern); err != nil || got != want {
			t.Errorf("NormalizeHost(%q) = %q, %v, want %q", pattern, got, err, want)
		}
	}
	for _, pattern := range []string{"", "https://", "exa mple.com", "user@example.com", "my_host", "-a.example", "myapp://host", "[::1", "a.example:port"} {
		if got, err := origin.NormalizeHost(pattern); err == nil {
			t.Errorf("NormalizeHost(%q) = %q", pattern, got)
		}
	}
}

// What Normalize lets through matches what it is of.
func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"https://Example.com:443/", "http://[::1]:80", "https://bücher.example", "myapp://x/y", "example.com:80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		normal, err := origin.Normalize(pattern)
		if err != nil || strings.ContainsAny(pattern, "*?") {
			return
		}
		web := strings.HasPrefix(normal, "http://") || strings.HasPrefix(normal, "https://")
		if web && !origin.Match(normal, normal, false) {
			t.Errorf("%q became %q, which does not match itself", pattern, normal)
		}
		if of := origin.Of(pattern); web && of != "" && of != normal {
			t.Errorf("%q became %q, and its origin is %q", pattern, normal, of)
		}
	})
}
