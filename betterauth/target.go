package betterauth

import (
	"net/url"
	"strings"
)

// Param is a parameter of a URL's query.
type Param struct{ Name, Value string }

// Target is the absolute URL that a link leads to: target, which a client
// named, resolved against this server's base URL, with params set in its query
// in place of any others of their names. What is then not trusted is
// ErrInvalidCallbackURL.
//
// It is written as browsers write it (WHATWG URL), so that it is what the
// reference answers: parameters are kept in their order, and encoded as forms
// are where params are set.
func (c *Ctx) Target(target string, params ...Param) (string, error) {
	resolved, err := resolveTarget(c.BaseURL(), target, params)
	if err != nil {
		return "", ErrInvalidCallbackURL.Because(err)
	}
	if !c.Trusted(resolved) {
		return "", ErrInvalidCallbackURL
	}
	return resolved, nil
}

// AddParams adds parameters to the query of a URL, before its fragment, and leaves
// what is there as it is; a relative URL stays relative. For a target that was
// checked: see Ctx.Target for one that was not.
func AddParams(target string, params ...Param) string {
	target, fragment, marked := strings.Cut(target, "#")
	for _, p := range params {
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
		target += formEncode(p.Name) + "=" + formEncode(p.Value)
	}
	if marked {
		target += "#" + fragment
	}
	return target
}

// headerURL writes a URL for the header Location, which holds ASCII (RFC 9110,
// section 10.2.2; RFC 3986, section 2.1): what is beyond is percent-encoded, and
// nothing else is touched.
func headerURL(target string) string {
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

func resolveTarget(base, target string, params []Param) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(target)
	if err != nil {
		return "", err
	}
	query := encodeQuery(u.RawQuery)
	for _, p := range params {
		query = setParameter(query, p.Name, p.Value)
	}
	if query != "" || u.ForceQuery {
		query = "?" + query
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + u.EscapedFragment()
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	if u.Path == "" && (u.Scheme == "http" || u.Scheme == "https") {
		u.Path = "/"
	}
	place := u.String()
	if place == u.Scheme+":" {
		place += "//" // "myapp://", of which net/url keeps only the scheme
	}
	return place + query + fragment, nil
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
