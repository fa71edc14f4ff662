// Package origin decides which URLs an application trusts: the origins a
// request may come from and the places a browser may be sent to.
//
// [Match] compares a URL with one entry of the trusted origins. Nothing is
// repaired. What cannot be read plainly is refused: host names outside ASCII or
// with percent escapes, IPv4 addresses in odd notations, and control characters
// anywhere. Such a URL has no origin and matches nothing.
//
// All functions are pure and safe for concurrent use; none allocates more
// than a small multiple of its input.
//
// Start with match.go. How a URL is read is url.go, what a pattern may be is
// pattern.go, and what a browser sends as its origin is page.go.
package origin

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// opaque is the origin of every URL that has no tuple origin.
const opaque = "null"

// defaultPort tells the special schemes of the WHATWG URL standard apart.
func defaultPort(scheme string) (port int, special bool) {
	switch scheme {
	case "http", "ws":
		return 80, true
	case "https", "wss":
		return 443, true
	case "ftp":
		return 21, true
	}
	return 0, false
}

// Of returns the origin of a URL (WHATWG URL, section 4.7): scheme, host and
// port in lower case, without a default port; "null" for a scheme that has no
// origin, such as an application's own; "" for text that is no URL or that
// this package refuses.
func Of(rawURL string) string {
	u, ok := parse(rawURL)
	if !ok {
		return ""
	}
	return u.origin()
}

// location is the part of a URL that decides about trust.
type location struct {
	scheme string // lower case
	host   string // host[:port], special schemes only
}

func (u location) origin() string {
	if u.host == "" {
		return opaque
	}
	return u.scheme + "://" + u.host
}

func parse(raw string) (location, bool) {
	for _, r := range raw {
		if control(r) {
			return location{}, false
		}
	}
	scheme, rest, ok := cutScheme(raw)
	if !ok {
		return location{}, false
	}
	port, special := defaultPort(scheme)
	if !special {
		return location{scheme: scheme}, true
	}
	rest, ok = strings.CutPrefix(rest, "//")
	if !ok {
		return location{}, false
	}
	authority := rest
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		// The standard reads a backslash as a slash; others read on and see a
		// different host, so it is refused where it would end the host.
		if rest[end] == '\\' {
			return location{}, false
		}
		authority = rest[:end]
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = authority[at+1:]
	}
	host, ok := canonicalHost(authority, port)
	return location{scheme: scheme, host: host}, ok
}

// cutScheme parts a URL at the end of its scheme (RFC 3986, section 3.1).
func cutScheme(raw string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(raw, ":")
	if !ok || scheme == "" {
		return "", "", false
	}
	scheme = strings.ToLower(scheme)
	for i := range len(scheme) {
		c := scheme[i]
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return "", "", false
		}
	}
	return scheme, rest, true
}

// canonicalHost lowers a host[:port] and drops the scheme's default port.
func canonicalHost(authority string, elided int) (string, bool) {
	var host, port string
	if strings.HasPrefix(authority, "[") {
		end := strings.IndexByte(authority, ']')
		if end < 0 {
			return "", false
		}
		host, port = authority[:end+1], authority[end+1:]
		if port != "" {
			var found bool
			if port, found = strings.CutPrefix(port, ":"); !found {
				return "", false
			}
		}
	} else {
		host, port, _ = strings.Cut(authority, ":")
	}
	host, ok := canonicalName(host)
	if !ok || port == "" {
		return host, ok
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", false
	}
	if int(number) == elided {
		return host, true
	}
	return host + ":" + strconv.FormatUint(number, 10), true
}

func canonicalName(host string) (string, bool) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", false
		}
		if addr.Is4In6() {
			// netip prints the last 32 bits in dotted form, the standard in hex.
			b := addr.As16()
			return fmt.Sprintf("[::ffff:%x:%x]", uint16(b[12])<<8|uint16(b[13]), uint16(b[14])<<8|uint16(b[15])), true
		}
		return "[" + addr.String() + "]", true
	}
	host = strings.ToLower(host)
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if label == "" {
			return "", false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return "", false
			}
		}
	}
	// A last label that is a number makes a host an IPv4 address; only the
	// dotted decimal form is read the same by everybody.
	if last := labels[len(labels)-1]; numeric(last) {
		addr, err := netip.ParseAddr(host)
		return host, err == nil && addr.Is4()
	}
	return host, true
}

func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// control is a C0 or C1 control character, delete, or a byte that is no UTF-8.
func control(r rune) bool {
	return r < 0x20 || 0x7F <= r && r <= 0x9F || r == 0xFFFD
}
