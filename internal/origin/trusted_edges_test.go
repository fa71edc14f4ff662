package origin_test

import (
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/internal/origin"
)

// What is trusted for one request is all of it: neither the request's own origin nor
// what is trusted for it alone gets lost where there is none of the other.
func TestNothingTrustedGetsLost(t *testing.T) {
	t.Parallel()
	trusted := &origin.Trusted{All: []string{"https://all.example"}}
	own, more := []string{"https://own.example"}, []string{"https://more.example"}
	for name, c := range map[string]struct{ own, more, want []string }{
		"nothing more": {nil, nil, trusted.All},
		"its own":      {own, nil, []string{"https://own.example", "https://all.example"}},
		"more":         {nil, more, []string{"https://all.example", "https://more.example"}},
		"both":         {own, more, []string{"https://own.example", "https://all.example", "https://more.example"}},
	} {
		if got := trusted.For(c.own, c.more); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
