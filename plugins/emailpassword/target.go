package emailpassword

import (
	"net/url"
	"strings"
)

// withParameter resolves target against base and sets one parameter of its
// query, in place of any others of that name. The query is written as browsers
// write one (WHATWG URL, application/x-www-form-urlencoded), other parameters
// in their order.
func withParameter(base, target, name, value string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(target)
	if err != nil {
		return "", err
	}
	query := "?" + setParameter(u.RawQuery, name, value)
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
