package weburl_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/internal/weburl"
)

func TestCharacters(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{"/~": "/~", "/ ": "/%20", "/!": "/!", "/\x1f": "/%1F", "/\u0080": "/%C2%80"} {
		if got := weburl.Header(target); got != want {
			t.Errorf("Header(%q) = %q", target, got)
		}
	}
	for target, want := range map[string]string{
		`/x?a"b`: "https://a.example/x?a%22b", "/x?a'b": "https://a.example/x?a%27b", "/x?a b": "https://a.example/x?a%20b", "/x?ü": "https://a.example/x?%C3%BC",
		"/x?!~": "https://a.example/x?!~", "/x?<": "https://a.example/x?%3C",
	} {
		u, err := weburl.Resolve("https://a.example", target)
		if err != nil || u.String() != want {
			t.Errorf("Resolve(%q) = %v, %v, want %s", target, u, err, want)
		}
	}
	u, err := weburl.Resolve("https://a.example", "/x?a=%20b+c&d=%7E")
	if err != nil {
		t.Fatal(err)
	}
	u.Set("e", "f")
	if got := u.String(); got != "https://a.example/x?a=+b+c&d=%7E&e=f" {
		t.Errorf("other parameters become %s", got)
	}
}
