package clientip_test

import (
	"net/netip"
	"testing"

	"github.com/better-auth-go/better-auth/internal/clientip"
)

// What is nearly an address, and which networks are trusted at their edges.
func TestEdges(t *testing.T) {
	t.Parallel()
	internal := prefixes(t, "10.0.0.0/8")
	for _, c := range []struct {
		value   string
		proxies []netip.Prefix
		subnet  int
		want    string
	}{
		{",10.0.0.1", internal, 0, ""},
		{",203.0.113.7", internal, 0, "203.0.113.7"},
		{`""`, nil, 0, ""},
		{`"`, nil, 0, ""},
		{`"1`, nil, 0, ""},
		{"[2001:db8::9]x80", nil, 128, ""},
		{"[2001:db8::9]:", nil, 128, ""},
		{"[2001:db8::9]:x", nil, 128, ""},
		{":80", nil, 0, ""},
		{"2001:db8::9", nil, 1, "0000:0000:0000:0000:0000:0000:0000:0000"},
		{"a001:db8::9", nil, 1, "8000:0000:0000:0000:0000:0000:0000:0000"},
		{"a001:db8::9", nil, 0, "a001:0db8:0000:0000:0000:0000:0000:0000"},
		// A mapped network of exactly 96 bits is all of IPv4; a shorter one is none.
		{"203.0.113.7", prefixes(t, "::ffff:0.0.0.0/96"), 0, ""},
		{"203.0.113.7", prefixes(t, "::ffff:0.0.0.0/95"), 0, "203.0.113.7"},
		{"203.0.113.7", prefixes(t, "2001:db8::/96"), 0, "203.0.113.7"},
		{"2001:db8::9,2001:db8::1", prefixes(t, "2001:db8::/127"), 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"2001:db8::9", prefixes(t, "2001:db8::/96"), 128, ""},
	} {
		if got := clientip.FromHeader(c.value, c.proxies, c.subnet); got != c.want {
			t.Errorf("FromHeader(%q, %v, %d) = %q, want %q", c.value, c.proxies, c.subnet, got, c.want)
		}
	}
}
