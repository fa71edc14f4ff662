package cors_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/cors"
)

// A page may send the methods that operations have, and headers whose names are
// tokens (RFC 9110, section 5.6.2).
func TestWhatAPageMaySend(t *testing.T) {
	t.Parallel()
	for c := range rune(0x80) {
		asked := "x-" + string(c)
		h := http.Header{}
		cors.AllowPreflight(h, http.Header{"Access-Control-Request-Headers": {asked}}, 0)
		want := strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~, ", c)
		if got := h.Get("Access-Control-Allow-Headers"); (got == asked) != want || !want && got != "" {
			t.Errorf("asked for %q, allowed %q", asked, got)
		}
		if got := h.Get("Access-Control-Allow-Methods"); got != "GET, HEAD, POST, PUT, PATCH, DELETE" {
			t.Errorf("allowed methods %q", got)
		}
	}
}

func TestIsOne(t *testing.T) {
	t.Parallel()
	for want, lists := range map[bool][][]string{
		true:  {{"Origin"}, {"*"}},
		false: {nil, {""}, {"a,b"}, {"a, b"}, {" a"}, {"a\t"}, {"a", "b"}},
	} {
		for _, lines := range lists {
			if got := cors.IsOne(lines); got != want {
				t.Errorf("%q: %t", lines, got)
			}
			if want && cors.MergeLists(nil, lines) != lines[0] {
				t.Errorf("%q is merged to %q", lines, cors.MergeLists(nil, lines))
			}
		}
	}
}
