package conformance_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// normalizer replaces what differs between any two runs: ids and tokens by
// their number in the order they first appear, so that it still shows which
// are the same; dates by their distance from the earliest beside them.
type normalizer struct{ ids map[string]string }

func newNormalizer() *normalizer { return &normalizer{map[string]string{}} }

var (
	idPattern     = regexp.MustCompile(`\b[A-Za-z0-9]{32}\b`)
	datePattern   = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)
	momentPattern = regexp.MustCompile(`\b1\d{12}\b`)
	// What a browser signed up as, which is a signature or looks like one.
	signUpPattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{43}:[A-Za-z0-9+/]{43}=$`)
	signaturePattern = regexp.MustCompile(`"signature":"[A-Za-z0-9_-]{43}"`)
)

func (n *normalizer) text(s string) string {
	// First, since a part of a signature may look like an id.
	s = signaturePattern.ReplaceAllString(s, `"signature":"<signature>"`)
	s = idPattern.ReplaceAllStringFunc(s, func(id string) string {
		if n.ids[id] == "" {
			n.ids[id] = fmt.Sprintf("<id %d>", len(n.ids)+1)
		}
		return n.ids[id]
	})
	s = relative(s, datePattern, time.Hour, func(date string) (time.Time, error) { return time.Parse(time.RFC3339Nano, date) })
	s = relative(s, momentPattern, time.Second, func(moment string) (time.Time, error) {
		ms, err := strconv.ParseInt(moment, 10, 64)
		return time.UnixMilli(ms), err
	})
	return s
}

// relative writes moments as their distance from the earliest, in units.
func relative(s string, pattern *regexp.Regexp, unit time.Duration, read func(string) (time.Time, error)) string {
	var earliest time.Time
	for _, match := range pattern.FindAllString(s, -1) {
		if at, err := read(match); err == nil && (earliest.IsZero() || at.Before(earliest)) {
			earliest = at
		}
	}
	return pattern.ReplaceAllStringFunc(s, func(match string) string {
		at, err := read(match)
		if err != nil {
			return match
		}
		return fmt.Sprintf("<+%v>", at.Sub(earliest).Round(unit))
	})
}

// cookie normalizes a Set-Cookie line: attributes stay as they are, a signed
// value shows what was signed, a cached session what is in it.
func (n *normalizer) cookie(line string) string {
	name, value := cookieOf(line)
	attributes := line[len(name)+1+len(value):]
	if plain, err := url.PathUnescape(value); err == nil {
		value = plain
	}
	if at := strings.LastIndex(value, "."); at >= 0 && len(value)-at == 45 {
		value = signUpPattern.ReplaceAllString(value[:at], "<sign-up>") + ".<signature>"
	} else if raw, err := base64.RawURLEncoding.DecodeString(value); err == nil && strings.HasPrefix(string(raw), "{") {
		value = string(raw)
	}
	return name + "=" + n.text(value) + attributes
}

// fields are the parts of an answer that are compared, as text. Ids are
// numbered from the body on, which names each.
func (n *normalizer) fields(e exchange) map[string]string {
	body := n.text(e.Body)
	var headers, cookies []string
	for _, name := range sortedKeys(e.Headers) {
		headers = append(headers, name+": "+n.text(e.Headers[name]))
	}
	for _, line := range e.SetCookie {
		cookies = append(cookies, n.cookie(line))
	}
	return map[string]string{
		"status":  strconv.Itoa(e.Status),
		"headers": strings.Join(headers, "\n"),
		"cookies": strings.Join(cookies, "\n"),
		"body":    body,
	}
}

func TestNormalizer(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("a", 32), strings.Repeat("b", 32)
	for _, c := range []struct{ name, in, want string }{
		{"ids", `{"id":"` + a + `","userId":"` + b + `","again":"` + a + `"}`, `{"id":"<id 1>","userId":"<id 2>","again":"<id 1>"}`},
		{"dates", `"2026-11-23T09:24:04.737Z" "2026-11-30T09:24:04.732Z"`, `"<+0s>" "<+168h0m0s>"`},
		{"moments", `1795425848396 1795426148396`, `<+0s> <+5m0s>`},
		{"what it is not for", `aaaa 12345 2026-11-23 ` + a + a, `aaaa 12345 2026-11-23 ` + a + a},
	} {
		if got := newNormalizer().text(c.in); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
	signature := strings.Repeat("s", 43) + "%3D"
	for in, want := range map[string]string{
		"x=" + a + "." + signature + "; Max-Age=7; Path=/":                     "x=<id 1>.<signature>; Max-Age=7; Path=/",
		"x=true." + signature + "; Path=/":                                     "x=true.<signature>; Path=/",
		"x=" + signature[:43] + ":" + signature + "." + signature + "; Path=/": "x=<sign-up>.<signature>; Path=/",
		"x=; Max-Age=0": "x=; Max-Age=0",
		"x=" + base64.RawURLEncoding.EncodeToString([]byte(`{"a":1}`)) + "; Path=/": `x={"a":1}; Path=/`,
	} {
		if got := newNormalizer().cookie(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}
