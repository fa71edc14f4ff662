package origin

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/glob"
)

// MatchHost reports whether a host, with its port if it has one, is the
// pattern or matches it as a glob ("*.vercel.app", "localhost:*"). Case does
// not count. "http://" or "https://" before either and a path after it are
// ignored. An empty host or pattern matches nothing.
func MatchHost(host, pattern string) bool {
	host, pattern = bareHost(host), bareHost(pattern)
	if host == "" || pattern == "" {
		return false
	}
	if strings.ContainsAny(pattern, "*?") {
		return glob.Match(pattern, host)
	}
	return host == pattern
}

func bareHost(s string) string {
	s = strings.ToLower(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	s, _, _ = strings.Cut(s, "/")
	return s
}

// ValidHost reports whether a Host or X-Forwarded-Host header may be used as
// the host of a URL: labels of letters, digits and inner hyphens (RFC 1123,
// section 2.1), an IPv4 address or an IPv6 address in brackets, each with an
// optional port of one to five digits. A name that ends in "javascript",
// "file" or "data" may not have a port, as in the reference: it could be taken
// for the scheme of a URL.
func ValidHost(host string) bool {
	name, port, hasPort := host, "", false
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		name, port = host[:end+1], host[end+1:]
		if port != "" {
			if port, hasPort = strings.CutPrefix(port, ":"); !hasPort {
				return false
			}
		}
		addr, err := netip.ParseAddr(name[1:end])
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return false
		}
	} else {
		if name, port, hasPort = strings.Cut(host, ":"); !validName(name) || hasPort && endsLikeScheme(name) {
			return false
		}
	}
	return !hasPort || 1 <= len(port) && len(port) <= 5 && strings.Trim(port, "0123456789") == ""
}

func endsLikeScheme(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "javascript") || strings.HasSuffix(name, "file") || strings.HasSuffix(name, "data")
}

func validName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) < 1 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

// Loopback reports whether a host, with its port if it has one, is this machine:
// what browsers treat as secure without https (Secure Contexts, section 3.1).
func Loopback(host string) bool {
	u, err := url.Parse("http://" + host)
	if err != nil {
		return false
	}
	name := u.Hostname()
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "127.") || name == "::1"
}
