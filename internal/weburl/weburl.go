// Package weburl writes URLs as browsers write them (WHATWG URL), so that a link is
// the one that the reference would have answered: net/url sorts and re-encodes what
// a browser leaves alone.
package weburl

import (
	"net/url"
	"strings"
)

// URL is an absolute URL whose query can be set.
type URL struct{ place, query, fragment string }

// Resolve reads target, which may be relative, against a base URL. What may not
// stand in a query as it is gets encoded.
func Resolve(base, target string) (*URL, error) {
	b, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	u, err := b.Parse(target)
	if err != nil {
		return nil, err
	}
	out := &URL{query: encodeQuery(u.RawQuery)}
	if out.query != "" || u.ForceQuery {
		out.query = "?" + out.query
	}
	if u.Fragment != "" {
		out.fragment = "#" + u.EscapedFragment()
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	if u.Path == "" && (u.Scheme == "http" || u.Scheme == "https") {
		u.Path = "/"
	}
	out.place = u.String()
	if out.place == u.Scheme+":" {
		out.place += "//" // "myapp://", of which net/url keeps only the scheme
	}
	return out, nil
}

// Set sets a parameter of the query in place of any others of its name. All
// parameters keep their order, and are encoded as forms are.
func (u *URL) Set(name, value string) {
	u.query = "?" + setParameter(strings.TrimPrefix(u.query, "?"), name, value)
}

// String is the whole URL.
func (u *URL) String() string { return u.place + u.query + u.fragment }

// Add adds a parameter to the query of a URL, before its fragment, and leaves what
// is there as it is; a relative URL stays relative.
func Add(target, name, value string) string {
	target, fragment, marked := strings.Cut(target, "#")
	switch {
	case !strings.Contains(target, "?"):
		// A browser writes an origin with a slash.
		if _, rest, ok := strings.Cut(target, "://"); ok && strings.HasPrefix(target, "http") && !strings.Contains(rest, "/") {
			target += "/"
		}
		target += "?"
	case !strings.HasSuffix(target, "?") && !strings.HasSuffix(target, "&"):
		target += "&"
	}
	target += formEncode(name) + "=" + formEncode(value)
	if marked {
		target += "#" + fragment
	}
	return target
}

// Header writes a URL for the header Location, which holds ASCII (RFC 9110,
// section 10.2.2; RFC 3986, section 2.1): what is beyond is percent-encoded, and
// nothing else is touched.
func Header(target string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(target) {
		if ch := target[i]; ch <= ' ' || ch > '~' {
			b.Write([]byte{'%', hex[ch>>4], hex[ch&15]})
		} else {
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// encodeQuery encodes what may not stand in a query as it is, and leaves the
// rest.
func encodeQuery(query string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(query) {
		if ch := query[i]; ch <= ' ' || ch > '~' || strings.IndexByte(`"#<>'`, ch) >= 0 {
			b.Write([]byte{'%', hex[ch>>4], hex[ch&15]})
		} else {
			b.WriteByte(ch)
		}
	}
	return b.String()
}

func setParameter(query, name, value string) string {
	var out []string
	set := false
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		if k = formDecode(k); k == name {
			if set {
				continue
			}
			v, set = value, true
		} else {
			v = formDecode(v)
		}
		out = append(out, formEncode(k)+"="+formEncode(v))
	}
	if !set {
		out = append(out, formEncode(name)+"="+formEncode(value))
	}
	return strings.Join(out, "&")
}

// formDecode leaves a broken escape as it is, as browsers do.
func formDecode(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		plain = strings.ReplaceAll(s, "+", " ")
	}
	return strings.ToValidUTF8(plain, "\uFFFD")
}

// formEncode differs from url.QueryEscape in two characters.
func formEncode(s string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
}
