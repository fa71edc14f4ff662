package clientip_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/clientip"
	"github.com/better-auth-go/better-auth/internal/vectors"
)

func prefixes(t testing.TB, texts ...string) []netip.Prefix {
	t.Helper()
	var out []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestFromHeaderVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Header  string `json:"header"`
		Options struct {
			TrustedProxies []string `json:"trustedProxies"`
			IPv6Subnet     int      `json:"ipv6Subnet"`
		} `json:"options"`
		IP string `json:"ip"`
	}](t, "misc.getIPFromHeader") {
		if strings.Contains(v.Header, "]") || strings.Contains(v.Header, "7:8080") {
			// Read here, since proxies write it. The reference does not.
			if clientip.FromHeader(v.Header, nil, 0) == "" || v.IP != "" {
				t.Errorf("%q is not read, or is read by the reference, too", v.Header)
			}
			continue
		}
		got := clientip.FromHeader(v.Header, prefixes(t, v.Options.TrustedProxies...), v.Options.IPv6Subnet)
		if got != v.IP {
			t.Errorf("FromHeader(%q, %+v) = %q, want %q", v.Header, v.Options, got, v.IP)
		}
	}
}

func TestFromHeader(t *testing.T) {
	t.Parallel()
	internal := prefixes(t, "10.0.0.0/8", "fd00::/8")
	mapped := prefixes(t, "::ffff:10.0.0.0/104")
	for _, c := range []struct {
		value   string
		proxies []netip.Prefix
		subnet  int
		want    string
	}{
		{" 203.0.113.7 ", nil, 0, "203.0.113.7"},
		{"203.0.113.7,", nil, 0, ""},
		{"203.0.113.07", nil, 0, ""},
		{"fe80::1%eth0", nil, 128, "fe80:0000:0000:0000:0000:0000:0000:0001"},
		{"203.0.113.7:52134", nil, 0, "203.0.113.7"},
		{`"203.0.113.7:52134"`, nil, 0, "203.0.113.7"},
		{"[2001:db8::9]", nil, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"[2001:db8::9]:52134", nil, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"[fe80::9%25eth0]:52134", nil, 128, "fe80:0000:0000:0000:0000:0000:0000:0009"},
		{`"[2001:db8::9]:52134"`, nil, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"2001:db8:0:0:0:0:0:9:5213", nil, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"2001:db8::9:52134", nil, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"[::ffff:203.0.113.7]:1", nil, 0, "203.0.113.7"},
		{"203.0.113.7:", nil, 0, ""},
		{"203.0.113.7:0", nil, 0, ""},
		{"203.0.113.7:+1", nil, 0, ""},
		{"203.0.113.7:65536", nil, 0, ""},
		{"[203.0.113.7]:1", nil, 0, ""},
		{"[2001:db8::9", nil, 0, ""},
		{"[2001:db8::9]1", nil, 0, ""},
		{`"203.0.113.7`, nil, 0, ""},
		{"unknown", nil, 0, ""},
		{"example.com:80", nil, 0, ""},
		{"2001:db8::1", nil, 129, "2001:0db8:0000:0000:0000:0000:0000:0000"},
		{"2001:db8::1", nil, -1, "2001:0db8:0000:0000:0000:0000:0000:0000"},
		{"203.0.113.7,", internal, 0, ""},
		{"203.0.113.7,,10.0.0.1", internal, 0, ""},
		{"10.1.1.1,203.0.113.7", internal, 0, "203.0.113.7"},
		{"203.0.113.7,fd00::1,::ffff:10.0.0.1", internal, 0, "203.0.113.7"},
		{"203.0.113.7,10.0.0.1", mapped, 0, "203.0.113.7"},
		{"2001:db8::9, 10.0.0.1", internal, 128, "2001:0db8:0000:0000:0000:0000:0000:0009"},
		{"203.0.113.7", prefixes(t, "0.0.0.0/0"), 0, ""},
		{"203.0.113.7", []netip.Prefix{{}}, 0, "203.0.113.7"},
	} {
		if got := clientip.FromHeader(c.value, c.proxies, c.subnet); got != c.want {
			t.Errorf("FromHeader(%q, %v, %d) = %q, want %q", c.value, c.proxies, c.subnet, got, c.want)
		}
	}
}

func TestOf(t *testing.T) {
	t.Parallel()
	proxies := prefixes(t, "10.0.0.0/8")
	for _, c := range []struct {
		name   string
		config clientip.Config
		remote string
		header http.Header
		want   string
	}{
		{"socket", clientip.Config{}, "203.0.113.7:1234", nil, "203.0.113.7"},
		{"socket before a header nobody named", clientip.Config{}, "203.0.113.7:1234",
			http.Header{"X-Forwarded-For": {"198.51.100.1"}}, "203.0.113.7"},
		{"mapped socket", clientip.Config{}, "[::ffff:203.0.113.7]:1", nil, "203.0.113.7"},
		{"IPv6 socket", clientip.Config{}, "[2001:db8::1]:1", nil, "2001:0db8:0000:0000:0000:0000:0000:0000"},
		{"socket with zone", clientip.Config{IPv6Subnet: 128}, "[fe80::1%eth0]:1", nil, "fe80:0000:0000:0000:0000:0000:0000:0001"},
		{"socket without port", clientip.Config{}, "203.0.113.7", nil, "203.0.113.7"},
		{"Unix socket", clientip.Config{}, "@", nil, ""},
		{"header", clientip.Config{Headers: []string{"x-forwarded-for"}}, "203.0.113.7:1",
			http.Header{"X-Forwarded-For": {"198.51.100.1"}}, "198.51.100.1"},
		{"header missing", clientip.Config{Headers: []string{"x-forwarded-for"}}, "203.0.113.7:1", nil, ""},
		{"next header", clientip.Config{Headers: []string{"cf-connecting-ip", "x-real-ip"}}, "203.0.113.7:1",
			http.Header{"Cf-Connecting-Ip": {"junk"}, "X-Real-Ip": {"198.51.100.1"}}, "198.51.100.1"},
		{"repeated header is a list", clientip.Config{Headers: []string{"X-Forwarded-For"}}, "203.0.113.7:1",
			http.Header{"X-Forwarded-For": {"198.51.100.1", "198.51.100.2"}}, ""},
		{"repeated header behind a proxy", clientip.Config{Headers: []string{"X-Forwarded-For"}, TrustedProxies: proxies}, "10.0.0.1:1",
			http.Header{"X-Forwarded-For": {"198.51.100.1", "198.51.100.2, 10.0.0.2"}}, "198.51.100.2"},
		{"Forwarded", clientip.Config{Headers: []string{"forwarded"}}, "10.0.0.1:1",
			http.Header{"Forwarded": {`For="[2001:db8:cafe::17]:4711";proto=https;by=203.0.113.43`}}, "2001:0db8:cafe:0000:0000:0000:0000:0000"},
		{"Forwarded by two", clientip.Config{Headers: []string{"Forwarded"}, TrustedProxies: proxies}, "10.0.0.1:1",
			http.Header{"Forwarded": {"for=198.51.100.1, for=198.51.100.2:99", "for=10.0.0.2;proto=http"}}, "198.51.100.2"},
		{"Forwarded, a quote left open by the client", clientip.Config{Headers: []string{"Forwarded"}, TrustedProxies: proxies}, "10.0.0.1:1",
			http.Header{"Forwarded": {`for="198.51.100.1, for=198.51.100.2`}}, "198.51.100.2"},
		{"Forwarded, a host that says for", clientip.Config{Headers: []string{"Forwarded"}, TrustedProxies: proxies}, "10.0.0.1:1",
			http.Header{"Forwarded": {`for=198.51.100.2;host="a, for=198.51.100.1;x="`}}, ""},
		{"Forwarded, an escaped quote", clientip.Config{Headers: []string{"Forwarded"}, TrustedProxies: proxies}, "10.0.0.1:1",
			http.Header{"Forwarded": {`for=198.51.100.2;host="a\", for=198.51.100.1;x=\"b"`}}, ""},
		{"Forwarded, hidden", clientip.Config{Headers: []string{"Forwarded"}}, "10.0.0.1:1", http.Header{"Forwarded": {"for=_gazonk"}}, ""},
		{"Forwarded, twice", clientip.Config{Headers: []string{"Forwarded"}}, "10.0.0.1:1", http.Header{"Forwarded": {"for=1.1.1.1;for=2.2.2.2"}}, ""},
		{"disabled", clientip.Config{Disabled: true}, "203.0.113.7:1", nil, ""},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: c.header}
		if got := c.config.Of(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzFromHeader(f *testing.F) {
	for _, seed := range []string{"203.0.113.7", "1.1.1.1, 10.0.0.1", ",,,", "::ffff:c000:0201", "fe80::1%x", "[::1]"} {
		f.Add(seed, 64)
	}
	proxies := prefixes(f, "10.0.0.0/8")
	f.Fuzz(func(t *testing.T, value string, subnet int) {
		for _, p := range [][]netip.Prefix{nil, proxies} {
			got := clientip.FromHeader(value, p, subnet)
			if got == "" {
				continue
			}
			if again := clientip.FromHeader(got, nil, subnet); again != got {
				t.Errorf("FromHeader(%q) = %q, and of that %q", value, got, again)
			}
		}
	})
}
