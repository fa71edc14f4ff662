package origin

import (
	"bytes"
	"cmp"
	"net/netip"
	"net/url"
	"strings"

	"github.com/better-auth-go/better-auth/internal/glob"
)

// Match reports whether a URL is trusted by one pattern of the trusted
// origins:
//
//   - "https://app.example.com" matches URLs of exactly that origin; an entry
//     with a path or a trailing slash matches nothing.
//   - A pattern with * or ? is a glob, in which neither matches a slash and **
//     as a whole segment spans segments. With "://" it is compared with the
//     origin of an http or https URL, otherwise with its host[:port]
//     ("*.example.com", which is not the apex). A host of digits, dots and
//     wildcards ("192.168.*.*") is a range of IPv4 addresses and matches no name.
//   - "myapp://" matches every URL of that scheme, "myapp://host" those of
//     that host, "myapp://host/path" that path and everything below. With
//     wildcards ("exp://192.168.*.*:*/**") scheme, authority and path are compared
//     one by one, and without a path everything below the authority matches; the
//     URL may have no user name and no dot segments then.
//
// A URL that starts with a slash matches any pattern if allowRelative is set
// and [SafeRelative] allows it. URLs that run as code in the page that opens
// them (javascript:, data:, vbscript:) match nothing, whatever the pattern.
func Match(rawURL, pattern string, allowRelative bool) bool {
	return MatchAny(rawURL, []string{pattern}, allowRelative)
}

// MatchAny is [Match] for several patterns; it reads the URL, which may be long,
// once.
func MatchAny(rawURL string, patterns []string, allowRelative bool) bool {
	if strings.HasPrefix(rawURL, "/") {
		return allowRelative && len(patterns) > 0 && SafeRelative(rawURL)
	}
	u, ok := parse(rawURL)
	if !ok {
		return false
	}
	if runsAsCode(u.scheme) {
		return false
	}
	var own *custom
	if !u.web() {
		if c, ok := splitCustom(rawURL); ok {
			own = &c
		}
	}
	for _, pattern := range patterns {
		if u.matches(own, pattern) {
			return true
		}
	}
	return false
}

// runsAsCode reports whether opening a URL of the scheme runs it.
func runsAsCode(scheme string) bool {
	return scheme == "javascript" || scheme == "data" || scheme == "vbscript"
}

func (u location) web() bool { return u.scheme == "http" || u.scheme == "https" }

// matches compares with one pattern. own is what there is to a URL of another
// scheme than http and https, nil where it cannot be read.
func (u location) matches(own *custom, pattern string) bool {
	wild := strings.ContainsAny(pattern, "*?")
	_, authority, hasScheme := strings.Cut(pattern, "://")
	switch {
	case u.web() && !wild:
		return pattern == u.origin()
	case u.web() && hasScheme:
		return glob.Match(pattern, u.origin()) && mayBe(authority, u.host)
	case u.web():
		return glob.Match(pattern, u.host) && mayBe(pattern, u.host)
	case own == nil, wild && !hasScheme:
		// The host of another scheme says nothing about who answers it.
		return false
	case wild:
		return own.matches(pattern)
	}
	return own.within(pattern)
}

// mayBe reports whether a host that matches a pattern is of its kind: digits, dots
// and wildcards are a range of IPv4 addresses, which "192.168.attacker.com" is not in.
func mayBe(pattern, host string) bool {
	if end := strings.IndexAny(pattern, ":/"); end >= 0 {
		pattern = pattern[:end]
	}
	if strings.Trim(pattern, "0123456789.*?") != "" || !strings.ContainsAny(pattern, "0123456789") {
		return true
	}
	name, _, _ := strings.Cut(host, ":")
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Is4()
}

// matches compares with a pattern that has wildcards.
func (u custom) matches(pattern string) bool {
	p, ok := splitBy(pattern, "/#", "#")
	switch {
	case !ok || u.scheme != p.scheme || u.dots || strings.Contains(u.authority, "@"):
		return false
	case p.authority != "" && (!glob.Match(p.authority, u.authority) || !mayBe(p.authority, u.authority)):
		return false
	}
	return p.path == "" || glob.Match(p.path, cmp.Or(u.path, "/"))
}

func (u custom) within(pattern string) bool {
	p, ok := splitCustom(pattern)
	if !ok || u.scheme != p.scheme {
		return false
	}
	if p.authority != "" && u.authority != p.authority {
		return false
	}
	return p.path == "" || u.path == p.path || strings.HasPrefix(u.path, p.path+"/")
}

type custom struct {
	scheme, authority string // lower case
	path              string // decoded and resolved, "" for the root
	dots              bool   // the path had dot segments
}

// splitCustom reads a URL of an application's own scheme by RFC 3986 alone;
// what a scheme's handler makes of it further is not known here, so a path
// with a backslash, a control character or a broken escape is refused.
func splitCustom(raw string) (custom, bool) { return splitBy(raw, "/?#", "?#") }

// splitBy does the same with the characters that end an authority and a path: in a
// pattern a question mark is a wildcard.
func splitBy(raw, afterAuthority, afterPath string) (custom, bool) {
	scheme, rest, ok := cutScheme(raw)
	if !ok {
		return custom{}, false
	}
	c := custom{scheme: scheme}
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		end := strings.IndexAny(after, afterAuthority)
		if end < 0 {
			end = len(after)
		}
		c.authority, rest = strings.ToLower(after[:end]), after[end:]
	}
	if end := strings.IndexAny(rest, afterPath); end >= 0 {
		rest = rest[:end]
	}
	decoded, err := url.PathUnescape(rest)
	if err != nil || strings.ContainsFunc(decoded, func(r rune) bool { return r == '\\' || control(r) }) {
		return custom{}, false
	}
	for segment := range strings.SplitSeq(decoded, "/") {
		c.dots = c.dots || segment == "." || segment == ".."
	}
	c.path = resolve(decoded)
	return c, true
}

// resolve removes empty and dot segments; the root is "".
func resolve(path string) string {
	out := make([]byte, 0, len(path)+1)
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			out = out[:max(0, bytes.LastIndexByte(out, '/'))]
		default:
			out = append(append(out, '/'), segment...)
		}
	}
	return string(out)
}

// SafeRelative reports whether a redirect to path stays on the origin that
// answers with it: one leading slash, no backslash and no control character
// anywhere, and no encoded slash or backslash before the query. Dot segments
// may not expose a second leading slash.
func SafeRelative(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return false
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || control(r) }) {
		return false
	}
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	lower := strings.ToLower(path)
	if strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") {
		return false
	}
	// The path resolves to the same origin as it stands, but whoever cleans
	// "/.//host" on the way could send on "//host".
	return !leadsWithTwoSlashes(strings.ReplaceAll(lower, "%2e", "."))
}

// leadsWithTwoSlashes follows the dot segments of a path that begins with one
// slash and reports whether what is left begins with an empty segment that
// more follows.
func leadsWithTwoSlashes(path string) bool {
	kept, firstEmpty := 0, false
	for segment := range strings.SplitSeq(path[1:], "/") {
		switch segment {
		case ".":
		case "..":
			kept = max(0, kept-1)
		default:
			if kept++; kept == 1 {
				firstEmpty = segment == ""
			}
		}
	}
	return kept > 1 && firstEmpty
}
