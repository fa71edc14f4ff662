package origin

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Page reports whether text is an origin as browsers send it in the header
// Origin, to the letter: scheme, host and perhaps a port, and nothing else. Web
// views of applications send their own schemes ("capacitor://localhost"). "null"
// is nobody's origin.
func Page(text string) bool {
	scheme, authority, ok := strings.Cut(text, "://")
	if !ok || authority == "" || scheme != strings.ToLower(scheme) || strings.ContainsAny(authority, "/?#@\\") {
		return false
	}
	if scheme == "http" || scheme == "https" {
		return Of(text) == text
	}
	_, ok = splitCustom(text)
	return ok
}

// Open reports whether a pattern matches hosts that anybody can have: the part of
// a name that is registered holds a wildcard ("*", "https://*.co.uk",
// "*example.com"), or names below it are given to anybody
// ("https://*.github.io"), as the Public Suffix List says. Ranges of addresses are
// open unless they are of private networks (RFC 1918) or this machine. Anybody can
// publish an extension of a browser, so all of them together are open.
func Open(pattern string) bool {
	if extensions(pattern) {
		return true
	}
	if !strings.ContainsAny(pattern, "*?") {
		return false
	}
	scheme, rest, ok := strings.Cut(pattern, "://")
	switch {
	case !ok:
		rest = pattern
	case strings.ContainsAny(scheme, "*?"):
		return true
	case scheme != "http" && scheme != "https":
		return false // nobody registers names in an application's own scheme
	}
	host, _, _ := strings.Cut(rest, "/")
	if !strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host, ":")
	}
	if !strings.ContainsAny(host, "*?") || strings.HasSuffix(host, ".localhost") {
		return false
	}
	if strings.Trim(host, "0123456789.*") == "" && strings.ContainsAny(host, "0123456789") {
		return !private(host)
	}
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	return err != nil || strings.ContainsAny(registered, "*?")
}

// extensions reports whether a pattern matches extensions of a browser that it does
// not name: their schemes are "chrome-extension", "moz-extension" and others, and
// what follows is the extension.
func extensions(pattern string) bool {
	scheme, rest, ok := strings.Cut(strings.ToLower(pattern), ":")
	if !ok || !strings.HasSuffix(scheme, "-extension") {
		return false
	}
	which, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	return which == "" || strings.ContainsAny(which, "*?")
}

// private reports whether all addresses of a range, "192.168.*.*", are of private
// networks or this machine.
func private(pattern string) bool {
	for _, end := range []string{"0", "255"} {
		addr, err := netip.ParseAddr(strings.ReplaceAll(pattern, "*", end))
		if err != nil || !addr.IsPrivate() && !addr.IsLoopback() {
			return false
		}
	}
	return true
}
