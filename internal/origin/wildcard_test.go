package origin_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// A range of addresses holds addresses, and a pattern of an application's own scheme
// is compared part by part.
func TestWildcards(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, pattern string
		want         bool
	}{
		{"http://192.168.1.5", "192.168.*.*", true},
		{"http://192.168.1.5:8081", "http://192.168.*.*:*", true},
		{"http://192.168.attacker.com", "192.168.*.*", false},
		{"http://192.168.attacker.com", "http://192.168.*.*", false},
		{"http://192.168.1.attacker.com", "192.168.*.*", false},
		{"http://10.evil.com:8081", "10.*:8081", false},
		{"http://10.0.0.1:8081", "10.*:8081", true},
		{"https://10.evil.com", "https://10.*/**", false},
		{"https://1x.example.com", "1*.example.com", true},
		{"https://a.b.c.d", "*.*.*.*", true},

		{"myapp://a.example.com", "myapp://*", true},
		{"myapp://a.example.com/deep/path", "myapp://*", true},
		{"myapp://A.EXAMPLE.com/deep/path", "MyApp://*.Example.com", true},
		{"myapp://example.com", "myapp://*.example.com", false},
		{"myapp://user@a.example.com/cb", "myapp://*.example.com", false},
		{"myapp://evil?.example.com", "myapp://*.example.com", false},
		{"myapp://h/cb/a?x=/y", "myapp://h/cb/*", true},
		{"myapp://h/cb/a/b", "myapp://h/cb/*", false},
		{"myapp://h/cb/a/b", "myapp://h/cb/**", true},
		{"myapp://h/CB/a", "myapp://h/cb/*", false},
		{"myapp://h/cb/../evil", "myapp://h/cb/*", false},
		{"myapp://h/cb/%2e%2e/evil", "myapp://h/cb/**", false},
		{"myapp://h/cd", "myapp://h/c?", true},
		{"exp://192.168.1.5:8081/--/cb", "exp://192.168.*.*:*/**", true},
		{"exp://192.168.evil.com:8081/--/cb", "exp://192.168.*.*:*/**", false},
		{"h://h", "*://h", false},
		{"ws://h/x", "ws://*", true},
	} {
		if got := origin.Match(c.url, c.pattern, false); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.url, c.pattern, got)
		}
	}
}
