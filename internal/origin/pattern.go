package origin

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"
)

// Normalize brings a pattern for [Match] into the form in which browsers send
// origins: lower case, without a slash at the end and without the default port
// of http and https, a Unicode host in Punycode. The error says why nothing that
// a browser sends can match the pattern, and what may have been meant.
//
// Patterns of an application's own scheme stay as they are, since their paths
// and the case of their letters count.
func Normalize(pattern string) (string, error) {
	if strings.ContainsFunc(pattern, func(r rune) bool { return r == ' ' || r == '\\' || r == '#' || control(r) }) {
		return "", errors.New("it has a character that no origin has; write it like https://app.example.com")
	}
	scheme, rest, hasScheme := strings.Cut(pattern, "://")
	switch {
	case !hasScheme && strings.ContainsAny(pattern, "*?"):
		return normalHosts(pattern)
	case !hasScheme:
		return pattern, checkSchemeOnly(pattern)
	}
	lower := strings.ToLower(scheme)
	web, anyScheme := lower == "http" || lower == "https", strings.ContainsAny(scheme, "*?")
	switch {
	case runsAsCode(lower):
		return "", errors.New("a URL of this scheme runs as code and is never trusted; remove it")
	case web && strings.ContainsAny(rest, "*?"):
		rest, err := normalHostPattern(rest, lower)
		return lower + "://" + rest, err
	case web:
		return normalOrigin(lower, rest)
	case !anyScheme:
		if _, ok := splitCustom(pattern); !ok {
			return "", errors.New("it is not a URL; write it like https://app.example.com")
		}
	}
	return pattern, nil
}

// Browser returns a web origin as browsers write it: see [Normalize]. Patterns
// and other schemes than http and https are an error.
func Browser(text string) (string, error) {
	scheme, _, ok := strings.Cut(strings.ToLower(text), "://")
	if !ok || scheme != "http" && scheme != "https" || strings.ContainsAny(text, "*?") {
		return "", errors.New("it is not of the form https://example.com; write it so")
	}
	return Normalize(text)
}

// checkSchemeOnly looks at a pattern without "://": "myapp:" and "myapp:/path"
// are an application's scheme, "example.com" and "localhost:3000" lack one.
func checkSchemeOnly(pattern string) error {
	scheme, rest, ok := cutScheme(pattern)
	port, _, _ := strings.Cut(rest, "/")
	if !ok || port != "" && strings.Trim(port, "0123456789") == "" {
		return fmt.Errorf("it has no scheme; write %q", "https://"+pattern)
	}
	if _, special := defaultPort(scheme); special {
		return fmt.Errorf("two slashes are missing after %q; write them", scheme+":")
	}
	if _, ok := splitCustom(pattern); !ok {
		return errors.New("it is not a URL; write it like https://app.example.com")
	}
	if runsAsCode(scheme) {
		return errors.New("a URL of this scheme runs as code and is never trusted; remove it")
	}
	return nil
}

// normalOrigin is the origin of an http or https URL that has nothing else.
func normalOrigin(scheme, rest string) (string, error) {
	host, tail, _ := strings.Cut(rest, "/")
	if strings.Trim(tail, "/") != "" {
		return "", fmt.Errorf("an origin has no path; write %q", scheme+"://"+host)
	}
	if err := checkHost(host); err != nil {
		return "", err
	}
	if !ascii(host) {
		name, port, hasPort := strings.Cut(host, ":")
		// What browsers do (WHATWG URL, section 3.3) and this package does not do
		// for what clients send.
		name, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", fmt.Errorf("its host cannot be written in Punycode: %w; write it like app.example.com", err)
		}
		if host = name; hasPort {
			host += ":" + port
		}
	}
	if origin := Of(scheme + "://" + host); origin != "" {
		return origin, nil
	}
	return "", errors.New("its host or port cannot be read; write it like https://app.example.com:8443")
}

func checkHost(host string) error {
	switch {
	case host == "":
		return errors.New("it has no host; write it like https://app.example.com")
	case strings.Contains(host, "@"):
		return errors.New("an origin has no user name; remove it")
	case strings.Contains(host, "%"):
		return errors.New("the host of an origin has no escapes; write it as browsers do")
	}
	return nil
}

// normalHosts is a pattern of hosts of http and https alike.
func normalHosts(pattern string) (string, error) {
	out, err := normalHostPattern(pattern, "")
	if err == nil && (strings.HasSuffix(out, ":443") || strings.HasSuffix(out, ":80")) {
		return "", errors.New("browsers leave the default port out; leave it out here, too")
	}
	return out, err
}

// normalHostPattern is a pattern of hosts, with a port perhaps; scheme is http,
// https or "". What follows the host can only be segments that stand for nothing.
func normalHostPattern(rest, scheme string) (string, error) {
	host, tail, hasTail := strings.Cut(rest, "/")
	if hasTail {
		for segment := range strings.SplitSeq(tail, "/") {
			if segment != "" && segment != "**" {
				return "", errors.New("an origin has no path; remove it")
			}
		}
	}
	if err := checkHost(host); err != nil {
		return "", err
	}
	host = strings.ToLower(host)
	if !strings.HasPrefix(host, "[") {
		name, port, hasPort := strings.Cut(host, ":")
		labels := strings.Split(name, ".")
		for i, label := range labels {
			if ascii(label) {
				if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_*?") != "" {
					return "", errors.New("a host has letters, digits, hyphens and dots; write it like app.example.com")
				}
				continue
			}
			if strings.ContainsAny(label, "*?") {
				return "", errors.New("a label with a wildcard and letters outside ASCII matches no host; write it in Punycode")
			}
			var err error
			if labels[i], err = idna.Lookup.ToASCII(label); err != nil {
				return "", fmt.Errorf("its host cannot be written in Punycode: %w; write it like app.example.com", err)
			}
		}
		if host = strings.Join(labels, "."); hasPort {
			if port == "" || strings.Trim(port, "0123456789*?") != "" {
				return "", errors.New("its port is not a number; write it like app.example.com:8443")
			}
			host += ":" + port
		}
	}
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return host, nil
}

// NormalizeHost brings a pattern for [MatchHost] into the form of a Host header:
// lower case, without scheme and path, Unicode in Punycode. The error says why
// no host matches it.
func NormalizeHost(pattern string) (string, error) {
	if strings.ContainsFunc(pattern, func(r rune) bool { return r == ' ' || r == '\\' || r == '#' || control(r) }) {
		return "", errors.New("it has a character that no host has; write it like app.example.com")
	}
	bare := bareHost(pattern)
	if scheme, _, ok := strings.Cut(bare, "://"); ok {
		return "", fmt.Errorf("hosts are reached by http and https, not by %q; remove the scheme", scheme)
	}
	host, err := normalHostPattern(bare, "")
	if err != nil || strings.ContainsAny(host, "*?") {
		return host, err
	}
	if !ValidHost(host) {
		return "", errors.New("it is not the name of a host; write it like app.example.com")
	}
	return host, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
