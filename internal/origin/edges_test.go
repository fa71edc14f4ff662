package origin_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// Every character that a name, a label or a scheme may have, and its neighbours
// that it may not.
func TestCharactersOfHostsAndSchemes(t *testing.T) {
	t.Parallel()
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	for c := range rune(0x80) {
		text := string(c)
		letter := strings.ContainsRune(lower+upper, c)
		if want := strings.ContainsRune(lower+upper+digits+"-", c); c != ':' && origin.ValidHost("x"+text+"x") != want && c != '.' {
			t.Errorf("ValidHost with %q: %v", text, !want)
		}
		if strings.ContainsRune(`/\?#@:.`, c) || c < 0x20 || c == 0x7f {
			continue // the ends of a host have tests of their own
		}
		if want := letter || strings.ContainsRune(digits+"-_", c); (origin.Of("http://x"+text+"x") != "") != want {
			t.Errorf("Of a host with %q: %v", text, !want)
		}
		if want := letter || strings.ContainsRune(digits+"+-.", c); (origin.Of("x"+text+"x:/") == "null") != want {
			t.Errorf("Of a scheme with %q: %v", text, !want)
		}
		if (origin.Of(text+"x:/") == "null") != letter {
			t.Errorf("Of a scheme that begins with %q: %v", text, !letter)
		}
	}
	for scheme, want := range map[string]string{"a.b": "null", "a/b": "", "a@b": "", "a?b": "", "a#b": "", `a\b`: ""} {
		if got := origin.Of(scheme + ":x"); got != want {
			t.Errorf("Of(%q) = %q", scheme+":x", got)
		}
	}
}

func TestEdgesOfURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		`https://h\x`: "", `https://h\`: "", `https://\`: "", "https://@h": "https://h", "https://h/\\": "https://h", "https://?x": "", "https://#x": "",
		"http://1.0x7f": "", "http://0x7f": "", "http://0x": "", "http://a.0xz": "http://a.0xz", "http://a.0x7fg": "http://a.0x7fg",
		"http://a.1b": "http://a.1b", "http://a.1": "",
	} {
		if got := origin.Of(url); got != want {
			t.Errorf("Of(%q) = %q, want %q", url, got, want)
		}
	}
	if origin.MatchAny("/x", nil, true) || !origin.MatchAny("/x", []string{"https://a"}, true) {
		t.Error("a path needs a pattern that it may stand for")
	}
	label := strings.Repeat("a", 63)
	for host, want := range map[string]bool{
		label: true, label + ".b": true, "b." + label + "a": false, "MYDATA:80": false, "JavaScript:80": false, "File": true, "datab:80": true,
	} {
		if got := origin.ValidHost(host); got != want {
			t.Errorf("ValidHost(%q) = %v", host, got)
		}
	}
}

func TestEdgesOfCustomSchemes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, pattern string
		want         bool
	}{
		{"myapp:/x", "myapp:", true},
		{"myapp:/x", "myapp:*", false},
		{"myapp:x", "myapp:?", false},
		{"myapp:///cb/x", "myapp:///cb", true},
		{"myapp:///evil", "myapp:///cb", false},
		{"myapp://h?x", "myapp://h", true},
		{"myapp://h?x", "myapp://h/?*", false},
		{"myapp://h#x", "myapp://h/?*", false},
		{"myapp://h/cb/../cb/x", "myapp://h/cb/*", false},
		{"myapp://h/cb/./x", "myapp://h/cb/*", false},
		{"myapp://h/cb/x", "myapp://h/cb/*", true},
		{"myapp://u@h/x", "myapp://*h/*", false},
		{"exp://192.168.1.1:80", "exp://192.168.*.*:*", true},
		{"exp://192.168.a.b:80", "exp://192.168.*.*:*", false},
		{"https://192.168.1.1", "192.168.*.*", true},
		{"https://192.168.1.1:80", "192.168.*.*:80", true},
		{"https://192.168.attacker.com", "https://192.168.*.*", false},
		{"https://1.2.3.4", "https://*.2.3.4/**", true},
	} {
		if got := origin.Match(c.url, c.pattern, false); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.url, c.pattern, got)
		}
	}
}

func TestBrowser(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://A.example/": "https://a.example", "HTTP://a.example:80": "http://a.example", "http://bücher.example": "http://xn--bcher-kva.example",
	} {
		if got, err := origin.Browser(text); err != nil || got != want {
			t.Errorf("Browser(%q) = %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a.example", "https:a.example", "myapp://a.example", "ftp://a.example", "https://*.example", "https://a.exampl?", "https://a.example/x"} {
		if got, err := origin.Browser(text); err == nil {
			t.Errorf("Browser(%q) = %q", text, got)
		}
	}
}

func TestEdgesOfPatterns(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"http://*.example:80": "http://*.example", "http://*.example:443": "http://*.example:443", "https://*.example:80": "https://*.example:80",
		"http://*.example/": "http://*.example",
	} {
		if got, err := origin.Normalize(pattern); err != nil || got != want {
			t.Errorf("Normalize(%q) = %q, %v", pattern, got, err)
		}
	}
	for _, pattern := range []string{"1a://host", "a_b://host"} {
		if got, err := origin.Normalize(pattern); err == nil || !strings.Contains(err.Error(), "not a URL") {
			t.Errorf("Normalize(%q) = %q, %v", pattern, got, err)
		}
	}
	for _, pattern := range []string{"a b", `a\b`, "a#b", "a\nb", "a b.*", "a\x7f.*", `a\.*`, "[::1*#]", "[*\\]", "[* ]", "[*\n]"} {
		if got, err := origin.NormalizeHost(pattern); err == nil || !strings.Contains(err.Error(), "a character") {
			t.Errorf("NormalizeHost(%q) = %q, %v", pattern, got, err)
		}
	}
	for text, want := range map[string]bool{
		"capacitor://localhost": true, "myapp://a%zz": true, "1a://x": false, "a_b://x": false, "myapp:x": false,
	} {
		if got := origin.Page(text); got != want {
			t.Errorf("Page(%q) = %v", text, got)
		}
	}
	for pattern, want := range map[string]bool{
		"https://app1.*": true, "https://app1-*.example.com": false, "https://*.1example.com": false, "http://10.0.0.*": false,
	} {
		if got := origin.Open(pattern); got != want {
			t.Errorf("Open(%q) = %v", pattern, got)
		}
	}
}
