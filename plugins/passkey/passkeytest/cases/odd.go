package cases

import (
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// odd are responses that look wrong and are right, and the other way round.
func odd() []Case {
	var all []Case
	registering := func(name, step string, bends Layer, want *betterauth.ErrorCode, o passkeytest.CreateOptions) {
		all = append(all, Case{Name: name, Group: Registration, Step: step, Bends: bends, Want: want, Prepare: creates(o)})
	}
	signingIn := func(name, step string, bends Layer, want *betterauth.ErrorCode, o passkeytest.GetOptions) {
		all = append(all, Case{Name: name, Group: Authentication, Step: step, Bends: bends, Want: want, Prepare: asserts(o)})
	}
	for _, alg := range algorithms() {
		registering("honest, "+alg.String(), "7.1.20", Nothing, nil, passkeytest.CreateOptions{Algorithm: alg})
		registering("honest, self attestation, "+alg.String(), "7.1.22", Nothing, nil, passkeytest.CreateOptions{Algorithm: alg, Attestation: passkeytest.AttestationPackedSelf})
		all = append(all, Case{Name: "honest, " + alg.String(), Group: Authentication, Step: "7.2.21", Bends: Nothing,
			Prepare: assertsWith(passkeytest.CreateOptions{Algorithm: alg}, passkeytest.GetOptions{})})
	}
	type tamper = passkeytest.Tamper
	for name, t := range map[string]tamper{
		"client data: a member nobody knows": clientDataIs("other_keys_can_be_added_here", "do not compare clientDataJSON against a template"),
		"client data: token binding":         clientDataIs("tokenBinding", map[string]any{"status": "supported"}),
		"client data: white space and another order": clientDataText(func(s string) string {
			return "{ " + strings.Join(reversed(strings.Split(strings.Trim(s, "{}"), ",")), " ,\n") + " }"
		}),
		"client data: crossOrigin missing":            clientData(func(m map[string]any) { delete(m, "crossOrigin") }),
		"extension results: missing":                  outerWithout("clientExtensionResults"),
		"attachment: missing":                         outerWithout("authenticatorAttachment"),
		"attachment: unknown":                         outerIs("authenticatorAttachment", "orbital"),
		"response: a member nobody knows":             innerIs("added", "later"),
		"response: a member nobody knows, outside it": outerIs("added", "later"),
	} {
		step := [2]string{"7.1.6", "7.2.9"}
		bends := ClientData
		if !strings.HasPrefix(name, "client data") {
			step, bends = [2]string{"5.1", "5.1"}, JSON
		}
		registering(name, step[0], bends, nil, passkeytest.CreateOptions{Tamper: t})
		signingIn(name, step[1], bends, nil, passkeytest.GetOptions{Tamper: t})
	}
	prf := map[string]any{"prf": map[string]any{"enabled": false}}
	protect := map[string]any{"credProtect": 2}
	registering("extensions: a result nobody asked for", "7.1.28", JSON, nil, passkeytest.CreateOptions{ClientExtensions: prf})
	registering("extensions: an output nobody asked for", "7.1.28", AuthData, nil, passkeytest.CreateOptions{Extensions: protect})
	registering("extensions: an output nobody knows", "7.1.28", AuthData, nil, passkeytest.CreateOptions{Extensions: map[string]any{"example.new": []any{1, "x"}}})
	signingIn("extensions: a result nobody asked for", "7.2.23", JSON, nil, passkeytest.GetOptions{ClientExtensions: map[string]any{"prf": map[string]any{}}})
	signingIn("extensions: an output nobody asked for", "7.2.23", AuthData, nil, passkeytest.GetOptions{Extensions: protect})
	twice := tamper{ResponseJSON: func(d []byte) []byte { return append([]byte(`{"type":"public-key",`), d[1:]...) }}
	registering("response: a member twice", "5.1", JSON, betterauth.ErrBadJSON, passkeytest.CreateOptions{Tamper: twice})
	signingIn("response: a member twice", "5.1", JSON, betterauth.ErrBadJSON, passkeytest.GetOptions{Tamper: twice})
	short := tamper{ResponseJSON: func(d []byte) []byte { return d[:len(d)-1] }}
	registering("response: cut short", "5.1", JSON, betterauth.ErrBadJSON, passkeytest.CreateOptions{Tamper: short})
	signingIn("response: cut short", "5.1", JSON, betterauth.ErrBadJSON, passkeytest.GetOptions{Tamper: short})
	broken := outer(func(m map[string]any) { m["id"] = m["id"].(string)[:2] + "\r\n" + m["id"].(string)[2:] })
	registering("id: with a line break", "5.1", JSON, passkey.ErrRegistrationFailed, passkeytest.CreateOptions{Tamper: broken})
	signingIn("id: with a line break", "5.1", JSON, passkey.ErrInvalidResponse, passkeytest.GetOptions{Tamper: broken})
	// An id of 16 bytes leaves four bits of its last letter unused.
	loose := outer(func(m map[string]any) {
		id := m["id"].(string)
		m["id"] = id[:len(id)-1] + string(id[len(id)-1]+1)
	})
	registering("id: with unused bits set", "5.1", JSON, passkey.ErrRegistrationFailed, passkeytest.CreateOptions{CredentialID: make([]byte, 16), Tamper: loose})
	all = append(all, Case{Name: "id: with unused bits set", Group: Authentication, Step: "5.1", Bends: JSON, Want: passkey.ErrInvalidResponse,
		Prepare: assertsWith(passkeytest.CreateOptions{CredentialID: make([]byte, 16)}, passkeytest.GetOptions{Tamper: loose})})
	sortByName(all)
	return all
}

func reversed(parts []string) []string {
	out := make([]string, 0, len(parts))
	for i := len(parts) - 1; i >= 0; i-- {
		out = append(out, parts[i])
	}
	return out
}
