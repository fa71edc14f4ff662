package social_test

import (
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// tokenCase is an ID token that is not what it should be, or looks so. It is played twice:
// as the token endpoint's, and as a native client's.
type tokenCase struct {
	name, source string
	provider     string // default "idp"
	bend         bend
	honest       bool
	// codeOnly says that a token which a client sends may be so.
	codeOnly bool
}

const (
	core    = "OpenID Connect Core 1.0, section 3.1.3.7"
	jwtBCP  = "RFC 8725 (JWT best practices), section "
	rfc7519 = "RFC 7519 (JWT), section "
	subject = "OpenID Connect Core 1.0, section 2 (sub)"
)

func claimed(change func(c object)) bend { return bend{claims: change} }

func with(name string, value any) bend {
	return claimed(func(c object) { c[name] = value })
}

func without(name string) bend { return claimed(func(c object) { delete(c, name) }) }

func headed(change func(h object)) bend { return bend{header: change} }

func tokened(make func(c object) string) bend { return bend{token: make} }

func later(name string, seconds int64) bend {
	return claimed(func(c object) { c[name] = c[name].(int64) + seconds })
}

// issued moves the time of issue.
func issued(seconds int64) bend {
	return claimed(func(c object) { c["nbf"] = c["iat"].(int64) + seconds; c["iat"] = c["iat"].(int64) + seconds })
}

func many(n int, of string) (list []string) {
	for range n {
		list = append(list, of)
	}
	return list
}

var tokenCases = []tokenCase{
	{name: "an honest token", source: core, honest: true},
	{name: "audience as a list of one", source: core + ", step 3", bend: claimed(func(c object) { c["aud"] = []any{c["aud"]} }), honest: true},
	{name: "azp is this client", source: core + ", step 5", bend: with("azp", "client"), honest: true},
	{name: "several audiences, all of this application, with azp", source: core + ", steps 3 to 5", provider: "apps", honest: true,
		bend: claimed(func(c object) { c["aud"], c["azp"] = []any{"client", "app"}, "client" })},
	{name: "expired within the clocks' difference", source: core + ", step 9", bend: claimed(func(c object) { c["exp"] = c["iat"].(int64) - 20 }), honest: true},
	{name: "from the future within the clocks' difference", source: rfc7519 + "4.1.5", bend: issued(20), honest: true},
	{name: "times with fractions", source: rfc7519 + "2 (NumericDate)", bend: claimed(func(c object) {
		c["exp"] = float64(c["exp"].(int64)) + 0.5
		c["iat"] = float64(c["iat"].(int64)) + 0.25
	}), honest: true},
	{name: "no kid, one key of the algorithm fits", source: "OpenID Connect Core 1.0, section 10.1", bend: headed(func(h object) { delete(h, "kid") }), honest: true},
	{name: "an elliptic key where that is configured", source: "OpenID Connect Core 1.0, section 2", provider: "curve", bend: headed(func(h object) { h["alg"], h["kid"] = "ES256", "curve" }), honest: true},
	{name: "claims that nobody knows", source: "OpenID Connect Core 1.0, section 2", bend: with("https://example.com/x", object{"deep": many(3, "<b>")}), honest: true},

	{name: "another client's token", source: core + ", step 3", bend: with("aud", "another")},
	{name: "another client's among ours", source: core + ", step 3", bend: claimed(func(c object) { c["aud"], c["azp"] = []any{"client", "another"}, "client" })},
	{name: "several audiences without azp", source: core + ", step 4", provider: "apps", bend: claimed(func(c object) { c["aud"] = []any{"client", "app"} })},
	{name: "azp is another client", source: core + ", step 5", bend: with("azp", "another")},
	{name: "azp of another client for several audiences", source: core + ", step 5", provider: "apps", bend: claimed(func(c object) { c["aud"], c["azp"] = []any{"client", "app"}, "another" })},
	{name: "no audience", source: core + ", step 3", bend: without("aud")},
	{name: "an empty list of audiences", source: core + ", step 3", bend: with("aud", []any{})},
	{name: "an empty audience", source: core + ", step 3", bend: with("aud", "")},
	{name: "audience in other case", source: rfc7519 + "4.1.3", bend: with("aud", "Client")},
	{name: "audience as a number", source: rfc7519 + "4.1.3", bend: with("aud", 1)},
	{name: "audience as an object", source: rfc7519 + "4.1.3", bend: with("aud", object{"client": true})},
	{name: "audience as a list in a list", source: rfc7519 + "4.1.3", bend: with("aud", []any{[]any{"client"}})},
	{name: "another issuer", source: core + ", step 2", bend: with("iss", "https://evil.example")},
	{name: "the issuer with a slash more", source: core + ", step 2", bend: claimed(func(c object) { c["iss"] = c["iss"].(string) + "/" })},
	{name: "the issuer in other case", source: core + ", step 2", bend: claimed(func(c object) { c["iss"] = strings.ToUpper(c["iss"].(string)) })},
	{name: "no issuer", source: core + ", step 2", bend: without("iss")},
	{name: "issuer as a list", source: rfc7519 + "4.1.1", bend: claimed(func(c object) { c["iss"] = []any{c["iss"]} })},
	{name: "a tenant's issuer with another tenant's id", source: "OpenID Connect Discovery 1.0, section 4.3", provider: "tenants", bend: claimed(func(c object) { c["iss"], c["tid"] = c["iss"].(string)+"/contoso", "fabrikam" })},
	{name: "a tenant's issuer without a tenant", source: "OpenID Connect Discovery 1.0, section 4.3", provider: "tenants", bend: claimed(func(c object) { c["iss"] = c["iss"].(string) + "/" })},
	{name: "a tenant's own token", source: "OpenID Connect Discovery 1.0, section 4.3", provider: "tenants", bend: claimed(func(c object) { c["iss"], c["tid"] = c["iss"].(string)+"/contoso", "contoso" }), honest: true},

	{name: "no subject", source: subject, bend: without("sub")},
	{name: "an empty subject", source: subject, bend: with("sub", "")},
	{name: "a blank subject", source: subject, bend: with("sub", " \t ")},
	{name: "a subject that is a number", source: subject, bend: with("sub", 42)},
	{name: "a subject that is null", source: subject, bend: with("sub", nil)},
	{name: "a subject that is a list", source: subject, bend: with("sub", []any{"sub-alice"})},
	{name: "a subject with the character NUL", source: subject, bend: with("sub", "sub\x00alice")},
	{name: "a subject longer than 255 characters", source: subject, bend: with("sub", strings.Repeat("s", 256))},
	{name: "a subject of 255 characters", source: subject, bend: with("sub", strings.Repeat("s", 255)), honest: true},

	{name: "expired", source: core + ", step 9", bend: claimed(func(c object) { c["iat"] = c["iat"].(int64) - 600; c["exp"] = c["iat"].(int64) + 60 })},
	{name: "no expiry", source: core + ", step 9", bend: without("exp")},
	{name: "expiry as text", source: rfc7519 + "4.1.4", bend: with("exp", "9999999999")},
	{name: "expiry null", source: rfc7519 + "4.1.4", bend: with("exp", nil)},
	{name: "expiry below zero", source: rfc7519 + "4.1.4", bend: with("exp", -1)},
	{name: "expiry beyond all time", source: rfc7519 + "4.1.4", bend: with("exp", 1e300)},
	{name: "from the future", source: core + ", step 10", bend: issued(120)},
	{name: "not valid yet", source: rfc7519 + "4.1.5", bend: claimed(func(c object) { c["nbf"] = c["iat"].(int64) + 120 })},
	{name: "too old, though not expired", source: core + ", step 10", bend: later("iat", -7200)},
	{name: "no time of issue", source: core + ", step 10", bend: without("iat")},
	{name: "time of issue as text", source: rfc7519 + "4.1.6", bend: with("iat", "1")},
	{name: "beginning beyond all time", source: rfc7519 + "4.1.5", bend: with("nbf", 1e300)},

	{name: "no nonce", source: "OpenID Connect Core 1.0, section 15.5.2", bend: without("nonce")},
	{name: "another nonce", source: "OpenID Connect Core 1.0, section 15.5.2", bend: with("nonce", "another")},
	{name: "an empty nonce", source: "OpenID Connect Core 1.0, section 15.5.2", bend: with("nonce", "")},
	{name: "the nonce as a list", source: "OpenID Connect Core 1.0, section 15.5.2", bend: claimed(func(c object) { c["nonce"] = []any{c["nonce"]} })},
	{name: "the nonce in other case", source: "OpenID Connect Core 1.0, section 15.5.2", bend: claimed(func(c object) { c["nonce"] = flip(c["nonce"].(string)) })},
	{name: "the nonce hashed where that is not configured", source: "OpenID Connect Core 1.0, section 15.5.2", bend: claimed(func(c object) { c["nonce"] = hexHash(c["nonce"].(string)) })},
	{name: "the nonce hashed where that is configured", source: "OpenID Connect Core 1.0, section 15.5.2", provider: "hashed", bend: claimed(func(c object) { c["nonce"] = hexHash(c["nonce"].(string)) }), honest: true},
	{name: "another hashed nonce", source: "OpenID Connect Core 1.0, section 15.5.2", provider: "hashed", bend: with("nonce", hexHash("another"))},

	{name: "at_hash of another access token", source: "OpenID Connect Core 1.0, section 3.1.3.6", bend: with("at_hash", accessHash("another"))},
	{name: "at_hash as a number", source: "OpenID Connect Core 1.0, section 3.1.3.6", bend: with("at_hash", 7)},
	{name: "at_hash empty", source: "OpenID Connect Core 1.0, section 3.1.3.6", bend: with("at_hash", "")},

	{name: "not signed (none)", source: jwtBCP + "3.1", bend: headed(func(h object) { h["alg"] = "none" })},
	{name: "not signed (nOnE)", source: jwtBCP + "3.1", bend: tokened(func(c object) string { return segment(object{"alg": "nOnE"}) + "." + segment(c) + "." })},
	{name: "no algorithm", source: jwtBCP + "3.1", bend: headed(func(h object) { delete(h, "alg") })},
	{name: "HS256 with the provider's public key", source: jwtBCP + "2.1", bend: tokened(func(c object) string { return sign(object{"alg": "HS256", "kid": "main"}, c, mainDER()) })},
	{name: "HS256 with the client's secret", source: jwtBCP + "2.1", bend: tokened(func(c object) string { return sign(object{"alg": "HS256"}, c, []byte("secret")) })},
	{name: "RS512 where RS256 is configured", source: core + ", step 7", bend: headed(func(h object) { h["alg"] = "RS512" })},
	{name: "PS256 where RS256 is configured", source: core + ", step 7", bend: headed(func(h object) { h["alg"] = "PS256" })},
	{name: "ES256 where RS256 is configured", source: core + ", step 7", bend: headed(func(h object) { h["alg"], h["kid"] = "ES256", "curve" })},
	{name: "RS256 where ES256 is configured", source: core + ", step 7", provider: "curve"},
	{name: "an unknown key id", source: "OpenID Connect Core 1.0, section 10.1.1", bend: headed(func(h object) { h["kid"] = "unknown" })},
	{name: "another of the provider's key ids", source: core + ", step 6", bend: headed(func(h object) { h["kid"] = "second" })},
	{name: "a foreign key with the provider's key id", source: core + ", step 6", bend: tokened(func(c object) string {
		key, _ := foreignKey()
		return sign(object{"alg": "RS256", "kid": "main"}, c, key)
	})},
	{name: "a foreign key without a key id", source: core + ", step 6", bend: tokened(func(c object) string { key, _ := foreignKey(); return sign(object{"alg": "RS256"}, c, key) })},
	{name: "a foreign key in the header (jwk)", source: jwtBCP + "2.9", bend: tokened(func(c object) string {
		key, jwk := foreignKey()
		return sign(object{"alg": "RS256", "kid": "main", "jwk": jwk}, c, key)
	})},
	{name: "a foreign key set in the header (jku)", source: jwtBCP + "3.10", bend: tokened(func(c object) string {
		key, _ := foreignKey()
		return sign(object{"alg": "RS256", "kid": "main", "jku": "https://evil.example/keys"}, c, key)
	})},
	{name: "a foreign certificate in the header (x5u)", source: jwtBCP + "3.10", bend: tokened(func(c object) string {
		key, _ := foreignKey()
		return sign(object{"alg": "RS256", "kid": "main", "x5u": "https://evil.example/cert"}, c, key)
	})},
	{name: "an extension that must be understood (crit)", source: "RFC 7515 (JWS), section 4.1.11", bend: headed(func(h object) { h["crit"], h["exp2"] = []string{"exp2"}, 1 })},
	{name: "a signature changed in its last bytes", source: core + ", step 6", bend: tokened(func(c object) string {
		t := sign(object{"alg": "RS256", "kid": "main"}, c, nil)
		return t[:len(t)-4] + "AAAA"
	})},
	{name: "claims changed after signing", source: core + ", step 6", bend: tokened(func(c object) string {
		t := strings.Split(sign(object{"alg": "RS256", "kid": "main"}, c, nil), ".")
		c["sub"] = "sub-bob"
		return t[0] + "." + segment(c) + "." + t[2]
	})},
	{name: "no signature", source: core + ", step 6", bend: tokened(func(c object) string {
		t := sign(object{"alg": "RS256", "kid": "main"}, c, nil)
		return t[:strings.LastIndexByte(t, '.')+1]
	})},
	{name: "two segments", source: rfc7519 + "7.2", bend: tokened(func(c object) string { return segment(object{"alg": "RS256"}) + "." + segment(c) })},
	{name: "no token at all", source: rfc7519 + "7.2", bend: tokened(func(object) string { return "x" })},
	{name: "a JWS in JSON", source: rfc7519 + "7.2", bend: tokened(func(c object) string {
		t := strings.Split(sign(object{"alg": "RS256", "kid": "main"}, c, nil), ".")
		return `{"protected":"` + t[0] + `","payload":"` + t[1] + `","signature":"` + t[2] + `"}`
	})},
	{name: "a token in a token", source: jwtBCP + "3.11", bend: tokened(func(c object) string {
		return sign(object{"alg": "RS256", "kid": "main", "cty": "JWT"}, sign(object{"alg": "RS256", "kid": "main"}, c, nil), nil)
	})},
	{name: "longer than 64 KiB", source: jwtBCP + "2.4 (size)", bend: with("padding", strings.Repeat("x", 70<<10))},
	{name: "the subject twice", source: rfc7519 + "4 (unique names)", bend: tokened(func(c object) string {
		return sign(object{"alg": "RS256", "kid": "main"}, strings.TrimSuffix(jsonText(c), "}")+`,"sub":"sub-bob"}`, nil)
	})},
	{name: "the flag of the address twice", source: rfc7519 + "4 (unique names)", bend: tokened(func(c object) string {
		return sign(object{"alg": "RS256", "kid": "main"}, strings.TrimSuffix(jsonText(c), "}")+`,"email_verified":true}`, nil)
	})},
	{name: "the key id twice in the header", source: "RFC 7515 (JWS), section 4 (unique names)", bend: tokened(func(c object) string { return sign(`{"alg":"RS256","kid":"unknown","kid":"main"}`, c, nil) })},
	{name: "claims that are a list", source: rfc7519 + "7.2", bend: tokened(func(c object) string { return sign(object{"alg": "RS256", "kid": "main"}, "["+jsonText(c)+"]", nil) })},
	{name: "claims that are no JSON", source: rfc7519 + "7.2", bend: tokened(func(object) string { return sign(object{"alg": "RS256", "kid": "main"}, "sub=sub-alice", nil) })},
	{name: "names of claims in other case", source: rfc7519 + "10.1.1 (names are case-sensitive)", bend: claimed(func(c object) { c["SUB"] = c["sub"]; delete(c, "sub") })},
}

// fromTokenCases are the cases of tokenCases at both doors.
func fromTokenCases() (all []attack) {
	for _, tc := range tokenCases {
		provider := tc.provider
		if provider == "" {
			provider = "idp"
		}
		code, sent := attack{"ID token of the token endpoint", tc.name, tc.source, "", tc.bend, nil, "unable_to_get_user_info"},
			attack{"ID token of a native client", tc.name, tc.source, "", tc.bend, nil, "INVALID_TOKEN"}
		if tc.honest {
			code.want, sent.want = in, in
		}
		code.play = func(s *scene) *plugintest.Answer { return s.flow(provider) }
		all = append(all, code)
		sent.play = func(s *scene) *plugintest.Answer {
			return s.native(provider, object{"token": s.minted("client", "n-0S6_WzA2Mj"), "nonce": "n-0S6_WzA2Mj", "accessToken": "at-1"})
		}
		if !tc.codeOnly {
			all = append(all, sent)
		}
	}
	return all
}

const substitution = "RFC 9700, section 4.5; RFC 6749, section 10.16 (tokens of other clients)"

var eveHere = person{sub: "sub-eve", email: "eve@example.com", verified: true}

// beside is an ID token of Eve's that comes with an access token that somebody granted,
// perhaps to another application.
func beside(provider string, granted person) func(s *scene) *plugintest.Answer {
	return func(s *scene) *plugintest.Answer {
		s.idp.approve(s.begin(provider), granted)
		s.who = eveHere
		return s.native(provider, object{"token": s.minted("client", ""), "accessToken": fmt.Sprintf("at-code%d", s.idp.number)})
	}
}
