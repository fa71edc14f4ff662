package cases

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// bend is what can be done to either ceremony.
type bend struct {
	name  string
	bends Layer
	// registering and signingIn are the steps that must notice; "" leaves the
	// ceremony out.
	registering, signingIn string
	tamper                 passkeytest.Tamper
	accepted               bool
}

// lenient are the bends that this server accepts and another need not: base64url
// has no padding in a response (section 3).
var lenient = map[string]string{
	"rawId: with padding":          "padding is read, though none belongs there",
	"clientDataJSON: with padding": "padding is read, though none belongs there",
}

func (b bend) cases() []Case {
	var both []Case
	want := func(code *betterauth.ErrorCode) *betterauth.ErrorCode {
		if b.accepted {
			return nil
		}
		return code
	}
	if b.registering != "" {
		both = append(both, Case{Name: b.name, Group: Registration, Step: b.registering, Bends: b.bends,
			Want: want(passkey.ErrRegistrationFailed), OnlyHere: lenient[b.name], Prepare: creates(passkeytest.CreateOptions{Tamper: b.tamper})})
	}
	if b.signingIn != "" {
		both = append(both, Case{Name: b.name, Group: Authentication, Step: b.signingIn, Bends: b.bends,
			Want: want(passkey.ErrInvalidResponse), OnlyHere: lenient[b.name], Prepare: asserts(passkeytest.GetOptions{Tamper: b.tamper})})
	}
	return both
}

// Bends are the ways to bend a ceremony of the group, Registration or
// Authentication, that its relying party must notice, by name: for tests of what
// is made of a ceremony, such as stepping up.
func Bends(of Group) map[string]passkeytest.Tamper {
	noticed := map[string]passkeytest.Tamper{}
	for _, b := range bends() {
		step := map[Group]string{Registration: b.registering, Authentication: b.signingIn}[of]
		if step != "" && !b.accepted {
			noticed[b.name] = b.tamper
		}
	}
	return noticed
}

func clientData(change func(map[string]any)) passkeytest.Tamper {
	return passkeytest.Tamper{ClientData: change}
}

func clientDataIs(member string, value any) passkeytest.Tamper {
	return clientData(func(m map[string]any) { m[member] = value })
}

func clientDataText(change func(string) string) passkeytest.Tamper {
	return passkeytest.Tamper{ClientDataJSON: func(d []byte) []byte { return []byte(change(string(d))) }}
}

func authData(change func([]byte) []byte) passkeytest.Tamper {
	return passkeytest.Tamper{AuthData: change}
}

func flags(set, clear byte) passkeytest.Tamper {
	return authData(func(d []byte) []byte { d[32] = d[32]&^clear | set; return d })
}

func outer(change func(map[string]any)) passkeytest.Tamper {
	return passkeytest.Tamper{Response: change}
}

func outerIs(member string, value any) passkeytest.Tamper {
	return outer(func(m map[string]any) { m[member] = value })
}

func outerWithout(member string) passkeytest.Tamper {
	return outer(func(m map[string]any) { delete(m, member) })
}

func inner(change func(map[string]any)) passkeytest.Tamper {
	return outer(func(m map[string]any) { change(m["response"].(map[string]any)) })
}

func innerIs(member string, value any) passkeytest.Tamper {
	return inner(func(m map[string]any) { m[member] = value })
}

func innerWithout(member string) passkeytest.Tamper {
	return inner(func(m map[string]any) { delete(m, member) })
}

// ids changes both members that name the credential.
func ids(id, rawID any) passkeytest.Tamper {
	return outer(func(m map[string]any) { m["id"], m["rawId"] = id, rawID })
}

const (
	flagUP = 1 << 0
	flagBE = 1 << 3
	flagBS = 1 << 4
	flagAT = 1 << 6
	flagED = 1 << 7
)

// bends are in the order of the specification's steps.
func bends() []bend {
	const other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	return []bend{
		// Client data: JSON.
		{"client data: no JSON", ClientData, "7.1.6", "7.2.9", clientDataText(func(string) string { return "nonsense" }), false},
		{"client data: empty", ClientData, "7.1.6", "7.2.9", clientDataText(func(string) string { return "" }), false},
		{"client data: an array", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string { return "[" + s + "]" }), false},
		{"client data: null", ClientData, "7.1.6", "7.2.9", clientDataText(func(string) string { return "null" }), false},
		{"client data: cut short", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string { return s[:len(s)-1] }), false},
		{"client data: followed by more", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string { return s + s }), false},
		{"client data: a byte order mark first", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string { return "\ufeff" + s }), false},
		{"client data: nested ten thousand times", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string {
			return `{"x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "," + s[1:]
		}), false},
		{"client data: a member twice", ClientData, "7.1.6", "7.2.9", clientDataText(func(s string) string {
			return `{"origin":"https://evil.example",` + s[1:]
		}), false},
		{"client data: a second origin in other letters", ClientData, "7.1.6", "7.2.9", clientData(func(m map[string]any) {
			m["Origin"], m["origin"] = m["origin"], "https://evil.example"
		}), false},
		{"client data: a second type in upper case", ClientData, "7.1.6", "7.2.9", clientData(func(m map[string]any) {
			m["TYPE"], m["type"] = m["type"], "webauthn.other"
		}), false},
		// Client data: type.
		{"type: another ceremony's", ClientData, "7.1.7", "", clientDataIs("type", "webauthn.get"), false},
		{"type: another ceremony's", ClientData, "", "7.2.10", clientDataIs("type", "webauthn.create"), false},
		{"type: unknown", ClientData, "7.1.7", "7.2.10", clientDataIs("type", "webauthn.other"), false},
		{"type: payment", ClientData, "7.1.7", "7.2.10", clientDataIs("type", "payment.get"), false},
		{"type: empty", ClientData, "7.1.7", "7.2.10", clientDataIs("type", ""), false},
		{"type: missing", ClientData, "7.1.7", "7.2.10", clientData(func(m map[string]any) { delete(m, "type") }), false},
		{"type: upper case", ClientData, "7.1.7", "7.2.10", clientData(func(m map[string]any) { m["type"] = strings.ToUpper(m["type"].(string)) }), false},
		{"type: a number", ClientData, "7.1.7", "7.2.10", clientDataIs("type", 1), false},
		// Client data: challenge.
		{"challenge: another", ClientData, "7.1.8", "7.2.11", clientDataIs("challenge", other), false},
		{"challenge: empty", ClientData, "7.1.8", "7.2.11", clientDataIs("challenge", ""), false},
		{"challenge: missing", ClientData, "7.1.8", "7.2.11", clientData(func(m map[string]any) { delete(m, "challenge") }), false},
		{"challenge: null", ClientData, "7.1.8", "7.2.11", clientDataIs("challenge", nil), false},
		{"challenge: a number", ClientData, "7.1.8", "7.2.11", clientDataIs("challenge", 7), false},
		{"challenge: its beginning", ClientData, "7.1.8", "7.2.11", clientData(func(m map[string]any) { m["challenge"] = m["challenge"].(string)[:20] }), false},
		{"challenge: with more behind", ClientData, "7.1.8", "7.2.11", clientData(func(m map[string]any) { m["challenge"] = m["challenge"].(string) + "AAAA" }), false},
		{"challenge: with padding", ClientData, "7.1.8", "7.2.11", clientData(func(m map[string]any) { m["challenge"] = m["challenge"].(string) + "=" }), false},
		{"challenge: encoded twice", ClientData, "7.1.8", "7.2.11", clientData(func(m map[string]any) {
			m["challenge"] = base64.RawURLEncoding.EncodeToString([]byte(m["challenge"].(string)))
		}), false},
		// Client data: origin.
		{"origin: foreign", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "https://evil.example"), false},
		{"origin: a subdomain", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://evil.localhost:3000"), false},
		{"origin: ours as its prefix", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost:3000.evil.example"), false},
		{"origin: another scheme", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "https://localhost:3000"), false},
		{"origin: another port", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost:3001"), false},
		{"origin: without its port", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost"), false},
		{"origin: with a path", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost:3000/login"), false},
		{"origin: with a slash", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost:3000/"), false},
		{"origin: with a query", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost:3000?x"), false},
		{"origin: with a user", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://x@localhost:3000"), false},
		{"origin: upper case", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "HTTP://LOCALHOST:3000"), false},
		{"origin: trailing dot", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "http://localhost.:3000"), false},
		{"origin: opaque", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "null"), false},
		{"origin: an app nobody listed", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", "android:apk-key-hash:"+other), false},
		{"origin: empty", ClientData, "7.1.9", "7.2.12", clientDataIs("origin", ""), false},
		{"origin: missing", ClientData, "7.1.9", "7.2.12", clientData(func(m map[string]any) { delete(m, "origin") }), false},
		{"origin: an array", ClientData, "7.1.9", "7.2.12", clientData(func(m map[string]any) { m["origin"] = []any{m["origin"]} }), false},
		// Client data: frames.
		{"frame: cross origin", ClientData, "7.1.10", "7.2.13", clientDataIs("crossOrigin", true), false},
		{"frame: crossOrigin is text", ClientData, "7.1.10", "7.2.13", clientDataIs("crossOrigin", "true"), false},
		{"frame: a foreign top origin", ClientData, "7.1.11", "7.2.14", clientData(func(m map[string]any) {
			m["crossOrigin"], m["topOrigin"] = true, "https://evil.example"
		}), false},
		{"frame: our own top origin, cross origin", ClientData, "7.1.11", "7.2.14", clientData(func(m map[string]any) {
			m["crossOrigin"], m["topOrigin"] = true, m["origin"]
		}), false},
		{"frame: a foreign top origin, not cross origin", ClientData, "7.1.11", "7.2.14", clientDataIs("topOrigin", "https://evil.example"), false},
		// Authenticator data.
		{"authenticator data: empty", AuthData, "7.1.13", "7.2.7", authData(func([]byte) []byte { return nil }), false},
		{"authenticator data: 36 bytes", AuthData, "7.1.13", "7.2.7", authData(func(d []byte) []byte { return d[:36] }), false},
		{"authenticator data: three bytes more", AuthData, "7.1.13", "7.2.7", authData(func(d []byte) []byte { return append(d, 1, 2, 3) }), false},
		{"authenticator data: says extensions, has none", AuthData, "7.1.13", "7.2.7", flags(flagED, 0), false},
		{"authenticator data: has extensions, says none", AuthData, "7.1.13", "7.2.7", authData(func(d []byte) []byte {
			return append(d, 0xa1, 0x61, 'x', 0xf5)
		}), false},
		{"authenticator data: extensions that are no CBOR", AuthData, "7.1.13", "7.2.7", authData(func(d []byte) []byte {
			d[32] |= flagED
			return append(d, 0xff)
		}), false},
		{"authenticator data: extensions that never end", AuthData, "7.1.13", "7.2.7", authData(func(d []byte) []byte {
			d[32] |= flagED
			return append(d, bytes.Repeat([]byte{0x9f}, 5000)...)
		}), false},
		{"authenticator data: says it holds a credential", AuthData, "", "7.2.7", flags(flagAT, 0), false},
		{"authenticator data: says it holds no credential", AuthData, "7.1.13", "", flags(0, flagAT), false},
		{"authenticator data: reserved bits", AuthData, "7.1.13", "7.2.7", flags(1<<1|1<<5, 0), true},
		{"relying party: a flipped bit", AuthData, "7.1.14", "7.2.15", authData(func(d []byte) []byte { d[0] ^= 1; return d }), false},
		{"relying party: all zero", AuthData, "7.1.14", "7.2.15", authData(func(d []byte) []byte { clear(d[:32]); return d }), false},
		{"flags: nobody was there", AuthData, "7.1.15", "7.2.16", flags(0, flagUP), false},
		{"flags: backed up, though it cannot be", AuthData, "7.1.17", "7.2.18", flags(flagBS, flagBE), false},
		// The JSON of the response.
		{"id: missing", JSON, "5.1", "5.1", outerWithout("id"), false},
		{"id: null", JSON, "5.1", "5.1", outerIs("id", nil), false},
		{"id: a number", JSON, "5.1", "5.1", outerIs("id", 7), false},
		{"id: empty", JSON, "5.1", "5.1", ids("", ""), false},
		{"id: not rawId", JSON, "5.1", "5.1", outerIs("id", "AAAA"), false},
		{"id: with padding", JSON, "5.1", "5.1", outer(func(m map[string]any) { m["id"] = m["id"].(string) + "==" }), false},
		{"id: not base64url", JSON, "5.1", "5.1", ids("%%%", "%%%"), false},
		{"rawId: missing", JSON, "5.1", "5.1", outerWithout("rawId"), false},
		{"rawId: another", JSON, "5.1", "5.1", outerIs("rawId", "AAAA"), false},
		{"rawId: with padding", JSON, "5.1", "5.1", outer(func(m map[string]any) { m["rawId"] = m["rawId"].(string) + "==" }), true},
		{"rawId: an object", JSON, "5.1", "5.1", outerIs("rawId", map[string]any{}), false},
		{"type of credential: password", JSON, "5.1", "5.1", outerIs("type", "password"), false},
		{"type of credential: missing", JSON, "5.1", "5.1", outerWithout("type"), false},
		{"response: missing", JSON, "5.1", "5.1", outerWithout("response"), false},
		{"response: null", JSON, "5.1", "5.1", outerIs("response", nil), false},
		{"response: text", JSON, "5.1", "5.1", outerIs("response", "x"), false},
		{"response: an array", JSON, "5.1", "5.1", outerIs("response", []any{}), false},
		{"response: a member in other letters", JSON, "5.1", "5.1", outer(func(m map[string]any) {
			m["RawID"] = m["rawId"]
			delete(m, "rawId")
		}), false},
		{"response: a member in other letters, inside it", JSON, "5.1", "5.1", inner(func(m map[string]any) {
			m["clientdatajson"] = m["clientDataJSON"]
			delete(m, "clientDataJSON")
		}), false},
		{"clientDataJSON: missing", JSON, "5.1", "5.1", innerWithout("clientDataJSON"), false},
		{"clientDataJSON: null", JSON, "5.1", "5.1", innerIs("clientDataJSON", nil), false},
		{"clientDataJSON: a number", JSON, "5.1", "5.1", innerIs("clientDataJSON", 1), false},
		{"clientDataJSON: not base64url", JSON, "5.1", "5.1", innerIs("clientDataJSON", "%%%"), false},
		{"clientDataJSON: with padding", JSON, "5.1", "5.1", inner(func(m map[string]any) {
			m["clientDataJSON"] = m["clientDataJSON"].(string) + strings.Repeat("=", (4-len(m["clientDataJSON"].(string))%4)%4)
		}), true},
		{"clientDataJSON: not encoded", JSON, "5.1", "5.1", innerIs("clientDataJSON", `{"type":"webauthn.get"}`), false},
		{"extension results: text", JSON, "5.1", "5.1", outerIs("clientExtensionResults", "x"), false},
		{"extension results: an array", JSON, "5.1", "5.1", outerIs("clientExtensionResults", []any{1}), false},
		{"extension results: credProps is text", JSON, "5.1", "5.1", outerIs("clientExtensionResults", map[string]any{"credProps": "yes"}), false},
		{"attachment: a number", JSON, "5.1", "5.1", outerIs("authenticatorAttachment", 5), false},
	}
}
