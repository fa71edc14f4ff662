package conformance_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// normalizer replaces what differs between any two runs: ids, tokens and keys by
// their number in the order they first appear, so that it still shows which are
// the same; dates by their distance from the earliest beside them. What
// suite/normalize.mjs makes of an answer, it makes of the same answer.
type normalizer struct {
	server *strings.Replacer // takes the server's own address out
	exact  bool              // the members of an object stay in their order
	ids    map[string]string
}

func newNormalizer(server string, exact bool) *normalizer {
	address := strings.NewReplacer()
	if server != "" {
		address = strings.NewReplacer(server, "<server>", url.QueryEscape(server), "<server>")
	}
	return &normalizer{server: address, exact: exact, ids: map[string]string{}}
}

var (
	jwePattern = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+`)
	jwsPattern = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]{43}\b`)
	// Members that hold bytes of WebAuthn.
	keyedPattern = regexp.MustCompile(`"(challenge|credentialID|publicKey|attestationObject|clientDataJSON|authenticatorData|signature|userHandle|rawId)":"([^"]{16,})"`)
	waitPattern  = regexp.MustCompile(`("tryAgainIn":)(\d+)`)
	startPattern = regexp.MustCompile(`"start":"(\w{6})"`)
	// Of the second step: the secret of an app, backup codes, mailed codes, and what names a trusted device.
	secretPattern  = regexp.MustCompile(`([?&]secret=)([A-Z2-7]{52})`)
	backupPattern  = regexp.MustCompile(`("id":)?"([A-Za-z0-9]{5}-[A-Za-z0-9]{5,20})"`)
	otpPattern     = regexp.MustCompile(`("otp":")(\d+)"`)
	devicePattern  = regexp.MustCompile(`(trust-device-)([\w-]{32})`)
	wordPattern    = regexp.MustCompile(`("id":")?([\w-]+)`)
	opaquePattern  = regexp.MustCompile(`^(?:(?:\w*_)?[A-Za-z]{64}|[A-Za-z0-9]{24}|[A-Za-z0-9]{32}|[\w-]{43})$`)
	datePattern    = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)
	momentPattern  = regexp.MustCompile(`\b1\d{12}\b`)
	idTokenPattern = regexp.MustCompile(`\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]{80,}`) // what a provider signed
	sealedPattern  = regexp.MustCompile(`\b[\da-f]{120,}\b`)                  // what a server encrypted
	flowPattern    = regexp.MustCompile(`([?&](?:state|nonce)=)([\w-]+)`)     // what a flow at an identity provider is known by
	signedPattern  = regexp.MustCompile(`(?s)^(.*)\.[\w+/]{43}=$`)
	tokenPattern   = regexp.MustCompile(`^[\w-]{24,}$`)
	cachedPattern  = regexp.MustCompile(`"signature":"[\w-]{43}"`)
	signUpPattern  = regexp.MustCompile(`^[\w-]{43}:[\w+/]{43}=$`) // what a browser signed up as
	credentialSize = 22                                            // of a credential id of the software authenticator
)

func (n *normalizer) text(s string) string {
	s = n.server.Replace(s)
	s = jwePattern.ReplaceAllString(s, "<jwe>")
	s = idTokenPattern.ReplaceAllString(s, "<id token>")
	s = sealedPattern.ReplaceAllString(s, "<sealed>")
	s = jwsPattern.ReplaceAllStringFunc(s, n.claims)
	s = replace(s, keyedPattern, func(m []string) string { return `"` + m[1] + `":"` + n.number(m[2], m[1]) + `"` })
	s = replace(s, waitPattern, func(m []string) string {
		ms, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("%s%d min at most", m[1], (ms+59_999)/60_000)
	})
	s = replace(s, startPattern, func(m []string) string { return `"start":"` + m[1][:strings.LastIndex(m[1], "_")+1] + `<start>"` })
	s = replace(s, secretPattern, func(m []string) string { return m[1] + n.number(m[2], "secret") })
	s = replace(s, backupPattern, func(m []string) string {
		if m[1] != "" {
			return m[0]
		}
		return `"` + n.number(m[2], "code") + `"`
	})
	s = replace(s, otpPattern, func(m []string) string { return m[1] + n.number(m[2], "otp") + `"` })
	s = replace(s, devicePattern, func(m []string) string { return m[1] + n.number(m[2], "id") })
	s = replace(s, flowPattern, func(m []string) string {
		if len(m[2]) != 32 {
			return m[0]
		}
		return m[1] + n.number(m[2], "id")
	})
	s = replace(s, wordPattern, func(m []string) string {
		if opaquePattern.MatchString(m[2]) || m[1] != "" && len(m[2]) == credentialSize {
			return m[1] + n.number(m[2], "id")
		}
		return m[0]
	})
	s = relative(s, datePattern, time.Minute, func(date string) (time.Time, error) { return time.Parse(time.RFC3339Nano, date) })
	return relative(s, momentPattern, 10*time.Second, func(moment string) (time.Time, error) {
		ms, err := strconv.ParseInt(moment, 10, 64)
		return time.UnixMilli(ms), err
	})
}

// replace replaces each match by what is made of it and its groups.
func replace(s string, pattern *regexp.Regexp, by func(groups []string) string) string {
	return pattern.ReplaceAllStringFunc(s, func(match string) string { return by(pattern.FindStringSubmatch(match)) })
}

func (n *normalizer) number(value, kind string) string {
	if n.ids[value] == "" {
		n.ids[value] = fmt.Sprintf("<%s %d>", kind, len(n.ids)+1)
	}
	return n.ids[value]
}

// claims shows what a signed token says, and how long it counts. Our links also
// say whom they are for, and which sign-up or change they belong to.
func (n *normalizer) claims(token string) string {
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return token
	}
	life := "ever"
	issued, _ := claims["iat"].(float64)
	if expires, ok := claims["exp"].(float64); ok {
		life = fmt.Sprintf("%d s", int(math.Round((expires-issued)/10)*10))
	}
	for _, name := range []string{"iat", "exp", "userId", "claim", "change"} {
		delete(claims, name)
	}
	text, err := json.Marshal(claims, json.Deterministic(true))
	if err != nil {
		return token
	}
	return "<token " + n.text(sortedMembers(string(text))) + " for " + life + ">"
}

// relative writes moments as their distance from the earliest, rounded to a unit.
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
		return fmt.Sprintf("<+%ds>", at.Sub(earliest).Round(unit)/time.Second)
	})
}

// sortedMembers is JSON with the members of its objects in the order of their names,
// which means nothing to a client; other text stays as it is.
func sortedMembers(s string) string {
	value := jsontext.Value(s)
	if value.Canonicalize() != nil {
		return s
	}
	return string(value)
}

func (n *normalizer) ordered(s string) string {
	if n.exact {
		return s
	}
	return sortedMembers(s)
}

// cookie normalizes a Set-Cookie line: attributes stay as they are, a signed
// value shows what was signed, a cached session what is in it.
func (n *normalizer) cookie(line string) string {
	name, value := cookieOf(line)
	return name + "=" + n.value(value) + line[len(name)+1+len(value):]
}

func (n *normalizer) value(value string) string {
	if plain, err := url.PathUnescape(value); err == nil {
		value = plain
	}
	if signed := signedPattern.FindStringSubmatch(value); signed != nil {
		switch {
		case signUpPattern.MatchString(signed[1]): // without a number: only we answer it
			return "<sign-up>.<signature>"
		case tokenPattern.MatchString(signed[1]):
			return n.number(signed[1], "id") + ".<signature>"
		}
		return n.text(signed[1]) + ".<signature>"
	}
	if sealedPattern.MatchString(value) {
		return n.text(value)
	}
	if raw, err := base64.RawURLEncoding.DecodeString(value); err == nil && strings.HasPrefix(string(raw), "{") {
		value = cachedPattern.ReplaceAllString(n.ordered(string(raw)), `"signature":"<signature>"`)
	}
	return n.text(value)
}

// fields are the parts of an answer that are compared to the byte, as text. Ids
// are numbered from the body on, which names each.
func (n *normalizer) fields(e exchange) map[string]string {
	body := n.text(e.Body)
	var headers, cookies []string
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
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
	const server = "http://localhost:3000"
	a, b := strings.Repeat("a", 32), strings.Repeat("b", 32)
	encode := base64.RawURLEncoding.EncodeToString
	for in, want := range map[string]string{
		`{"id":"` + a + `","userId":"` + b + `","again":"` + a + `"}`: `{"id":"<id 1>","userId":"<id 2>","again":"<id 1>"}`,
		`"2026-11-23T09:24:04.737Z" "2026-11-30T09:24:04.732Z"`:       `"<+0s>" "<+604800s>"`,
		`1795425848396 1795426148396`:                                 `<+0s> <+300s>`,
		server + `/x?to=http%3A%2F%2Flocalhost%3A3000`:                `<server>/x?to=<server>`,
		`/verify?token=eyJhbGciOiJIUzI1NiJ9.` + encode([]byte(`{"email":"a@b.com","iat":100,"exp":3700}`)) + `.` + strings.Repeat("s", 43) + `&x`: `/verify?token=<token {"email":"a@b.com"} for 3600 s>&x`,
		`"challenge":"` + strings.Repeat("c", 43) + `"`:                                      `"challenge":"<challenge 1>"`,
		`["abcde-fghij",{"id":"abcde-` + strings.Repeat("k", 16) + `"}]`:                     `["<code 1>",{"id":"<id 2>"}]`,
		`["abcde-fghij","klmno-pqrst"]`:                                                      `["<code 1>","<code 2>"]`,
		`/reset-password/` + strings.Repeat("t", 24) + `?x`:                                  `/reset-password/<id 1>?x`,
		`{"start":"ba_abc"} {"start":"abcdef"} "tryAgainIn":60001 {"otp":"1234"}`:            `{"start":"ba_<start>"} {"start":"<start>"} "tryAgainIn":2 min at most {"otp":"<otp 1>"}`,
		`["eyJh.eyJp.` + strings.Repeat("s-", 50) + `","` + strings.Repeat("0a", 60) + `"]`:  `["<id token>","<sealed>"]`,
		`aaaa 12345 2026-11-23 ` + a + b + a + ` PASSWORD_TOO_SHORT "id":"not a credential"`: `aaaa 12345 2026-11-23 ` + a + b + a + ` PASSWORD_TOO_SHORT "id":"not a credential"`,
	} {
		if got := newNormalizer(server, false).text(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
	signature := strings.Repeat("s", 43) + "%3D"
	for in, want := range map[string]string{
		"x=" + a + "." + signature + "; Max-Age=7; Path=/":                     "x=<id 1>.<signature>; Max-Age=7; Path=/",
		"x=true." + signature + "; Path=/":                                     "x=true.<signature>; Path=/",
		"x=" + signature[:43] + ":" + signature + "." + signature + "; Path=/": "x=<sign-up>.<signature>; Path=/",
		"x=; Max-Age=0": "x=; Max-Age=0",
		"x=" + encode([]byte(`{"b":2,"a":1}`)) + "; Path=/": `x={"a":1,"b":2}; Path=/`,
	} {
		if got := newNormalizer(server, false).cookie(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
	if got, want := newNormalizer("", true).cookie("x="+encode([]byte(`{"b":2,"a":1}`))), `x={"b":2,"a":1}`; got != want {
		t.Errorf("to the byte: %s, not %s", got, want)
	}
}
