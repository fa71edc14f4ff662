package weburl_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/internal/weburl"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	const base = "https://auth.example/api/auth"
	tests := []struct{ target, plain, set string }{
		{"/home", "https://auth.example/home", "https://auth.example/home?error=a+b"},
		{"https://app.example", "https://app.example/", "https://app.example/?error=a+b"},
		{"https://app.example?", "https://app.example/?", "https://app.example/?error=a+b"},
		{"/x?b=2&a=1#part", "https://auth.example/x?b=2&a=1#part", "https://auth.example/x?b=2&a=1&error=a+b#part"},
		{"/x?error=1&b=~&error=2", "https://auth.example/x?error=1&b=~&error=2", "https://auth.example/x?error=a+b&b=%7E"},
		{"/x?<>", "https://auth.example/x?%3C%3E", "https://auth.example/x?%3C%3E=&error=a+b"},
		{"/x??y", "https://auth.example/x??y", "https://auth.example/x?%3Fy=&error=a+b"},
		{"/x?%zz=1", "https://auth.example/x?%zz=1", "https://auth.example/x?%25zz=1&error=a+b"},
		{"myapp://", "myapp://", "myapp://?error=a+b"},
		{"myapp://open/it", "myapp://open/it", "myapp://open/it?error=a+b"},
	}
	for _, tt := range tests {
		u, err := weburl.Resolve(base, tt.target)
		if err != nil {
			t.Errorf("%s: %v", tt.target, err)
			continue
		}
		if got := u.String(); got != tt.plain {
			t.Errorf("%s: %s, want %s", tt.target, got, tt.plain)
		}
		u.Set("error", "a b")
		if got := u.String(); got != tt.set {
			t.Errorf("%s with a parameter: %s, want %s", tt.target, got, tt.set)
		}
	}
	for _, broken := range []string{"https://a b/", "%zz", "https://[::1"} {
		if u, err := weburl.Resolve(base, broken); err == nil {
			t.Errorf("%q resolves to %s", broken, u)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/home":               "/home?a*=%7E+%C3%A9",
		"/home#x":             "/home?a*=%7E+%C3%A9#x",
		"/home#":              "/home?a*=%7E+%C3%A9#",
		"/home?":              "/home?a*=%7E+%C3%A9",
		"/home?b&":            "/home?b&a*=%7E+%C3%A9",
		"/home?b=%zz":         "/home?b=%zz&a*=%7E+%C3%A9",
		"https://app.example": "https://app.example/?a*=%7E+%C3%A9",
		"myapp://open":        "myapp://open?a*=%7E+%C3%A9",
	} {
		if got := weburl.Add(target, "a*", "~ é"); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{"/a?b=%20#c": "/a?b=%20#c", "/é ü": "/%C3%A9%20%C3%BC", "/a\r\nb": "/a%0D%0Ab", "/\x7f": "/%7F"} {
		if got := weburl.Header(target); got != want {
			t.Errorf("%q: %q, want %q", target, got, want)
		}
	}
}
