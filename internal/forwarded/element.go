package forwarded

import "strings"

// Element reads one element of a Forwarded header (RFC 7239, section 4): pairs by
// the lower-case names of their parameters. It is not ok for what is not exactly
// that, such as a parameter twice or a quote that does not end: what was cut out
// of a quoted text at a comma is no element.
func Element(text string) (pairs map[string]string, ok bool) {
	pairs = map[string]string{}
	for rest, more := text, true; more; {
		rest = strings.TrimLeft(rest, " \t")
		name, after, found := strings.Cut(rest, "=")
		name = strings.ToLower(name)
		if !found || !token(name) {
			return nil, false
		}
		value := ""
		if value, rest, ok = parameter(after); !ok {
			return nil, false
		}
		if _, twice := pairs[name]; twice {
			return nil, false
		}
		pairs[name] = value
		rest = strings.TrimLeft(rest, " \t")
		if rest, more = strings.CutPrefix(rest, ";"); !more && rest != "" {
			return nil, false
		}
	}
	return pairs, true
}

// parameter reads a token or a quoted string (RFC 9110, section 5.6.4).
func parameter(text string) (value, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, "; \t")
		if end < 0 {
			end = len(text)
		}
		// Addresses with a port are to be quoted, and often are not.
		value, rest = text[:end], text[end:]
		return value, rest, value != "" && !strings.ContainsAny(value, `"\`)
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}

func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
