package origin_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

func TestPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"https://example.com":          true,
		"http://localhost:5173":        true,
		"http://[::1]:5173":            true,
		"capacitor://localhost":        true,
		"chrome-extension://abcdefgh":  true,
		"null":                         false,
		"":                             false,
		"example.com":                  false,
		"https://":                     false,
		"https://example.com/":         false,
		"https://EXAMPLE.com":          false,
		"https://example.com:443":      false,
		"https://example.com?":         false,
		"https://user@example.com":     false,
		"capacitor://localhost/path":   false,
		"https://a.com, https://b.com": false,
		"https://example.com\r\nX: y":  false,
		"myapp://":                     false,
	} {
		if got := origin.Page(text); got != want {
			t.Errorf("Page(%q) = %v", text, got)
		}
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		"https://example.com":              false,
		"https://*.example.com":            false,
		"*.example.com:*":                  false,
		"https://pr-*.preview.example.com": false,
		"http://localhost:*":               false,
		"http://*.localhost:5173":          false,
		"myapp://*":                        false,
		"exp://192.168.*.*:*/**":           false,
		"chrome-extension://abcdefgh":      false,
		"chrome-extension://abcdefgh/*":    false,
		"chrome-extension://*":             true,
		"chrome-extension://":              true,
		"Moz-Extension://":                 true,
		"moz-extension:":                   true,
		"safari-web-extension://*/**":      true,
		"*":                                true,
		"**":                               true,
		"https://*":                        true,
		"https://*.com":                    true,
		"https://*.co.uk":                  true,
		"https://*example.com":             true,
		"https://?xample.com":              true,
		"https://*.github.io":              true,
		"https://app-*.vercel.app":         true,
		"http://192.168.*.*:5173":          false,
		"http://127.0.0.*":                 false,
		"http://10.*.*.*:*":                false,
		"http://172.16.*.*":                false,
		"http://172.*.*.*":                 true,
		"http://1*.0.0.1":                  true,
		"http://*.*.*.1":                   true,
		"http://8.8.*.*":                   true,
		"*://example.com":                  true,
		"http*://example.com":              true,
	} {
		if got := origin.Open(pattern); got != want {
			t.Errorf("Open(%q) = %v", pattern, got)
		}
	}
}
