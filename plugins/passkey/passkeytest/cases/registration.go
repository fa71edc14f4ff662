package cases

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

func sortByName(list []Case) {
	slices.SortStableFunc(list, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
}

// attestations are attestation objects and statements that do not hold.
func attestations() []Case {
	bad := func(name, step string, o passkeytest.CreateOptions) Case {
		return Case{Name: "attestation: " + name, Group: Registration, Step: step, Bends: Attestation, Want: passkey.ErrRegistrationFailed, Prepare: creates(o)}
	}
	object := func(change func(map[string]any)) passkeytest.CreateOptions {
		return passkeytest.CreateOptions{Tamper: passkeytest.Tamper{AttestationObject: change}}
	}
	encoded := func(change func([]byte) []byte) passkeytest.CreateOptions {
		return passkeytest.CreateOptions{Tamper: passkeytest.Tamper{AttestationObjectBytes: change}}
	}
	self := func(alg passkeytest.Algorithm, tamper passkeytest.Tamper) passkeytest.CreateOptions {
		return passkeytest.CreateOptions{Algorithm: alg, Attestation: passkeytest.AttestationPackedSelf, Tamper: tamper}
	}
	statement := func(change func(map[string]any)) passkeytest.CreateOptions {
		return self(0, passkeytest.Tamper{AttestationStatement: change})
	}
	list := []Case{
		bad("no CBOR", "7.1.13", encoded(func([]byte) []byte { return []byte("nonsense") })),
		bad("empty", "7.1.13", encoded(func([]byte) []byte { return nil })),
		bad("cut short", "7.1.13", encoded(func(d []byte) []byte { return d[:len(d)-1] })),
		bad("followed by more", "7.1.13", encoded(func(d []byte) []byte { return append(d, 0) })),
		bad("an array", "7.1.13", encoded(func(d []byte) []byte { return append([]byte{0x81}, d...) })),
		bad("nested thousands of times", "7.1.13", encoded(func([]byte) []byte { return bytes.Repeat([]byte{0x81}, 20_000) })),
		bad("a byte string of 4 GiB that is not there", "7.1.13", encoded(func([]byte) []byte { return []byte{0x5a, 0xff, 0xff, 0xff, 0xff} })),
		bad("a map of 2^63 members that are not there", "7.1.13", encoded(func([]byte) []byte {
			return []byte{0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		})),
		bad("no authenticator data", "7.1.13", object(func(m map[string]any) { delete(m, "authData") })),
		bad("authenticator data as text", "7.1.13", object(func(m map[string]any) { m["authData"] = "x" })),
		bad("authenticator data null", "7.1.13", object(func(m map[string]any) { m["authData"] = nil })),
		bad("attestationObject missing", "5.1", passkeytest.CreateOptions{Tamper: innerWithout("attestationObject")}),
		bad("attestationObject null", "5.1", passkeytest.CreateOptions{Tamper: innerIs("attestationObject", nil)}),
		bad("attestationObject not base64url", "5.1", passkeytest.CreateOptions{Tamper: innerIs("attestationObject", "%%%")}),
		bad("attestationObject a number", "5.1", passkeytest.CreateOptions{Tamper: innerIs("attestationObject", 1)}),
		bad("no format", "7.1.21", object(func(m map[string]any) { delete(m, "fmt") })),
		bad("format a number", "7.1.21", object(func(m map[string]any) { m["fmt"] = 1 })),
		bad("format unknown", "7.1.21", object(func(m map[string]any) { m["fmt"] = "homemade" })),
		bad("format in upper case", "7.1.21", object(func(m map[string]any) { m["fmt"] = "None" })),
		bad("format empty", "7.1.21", object(func(m map[string]any) { m["fmt"] = "" })),
		bad("none with a statement", "7.1.22", object(func(m map[string]any) { m["attStmt"] = map[string]any{"alg": -7} })),
		bad("statement a list", "7.1.22", object(func(m map[string]any) { m["attStmt"] = []any{1} })),
		bad("packed: no signature", "7.1.22", statement(func(m map[string]any) { delete(m, "sig") })),
		bad("packed: no algorithm", "7.1.22", statement(func(m map[string]any) { delete(m, "alg") })),
		bad("packed: another algorithm", "7.1.22", statement(func(m map[string]any) { m["alg"] = -257 })),
		bad("packed: algorithm as text", "7.1.22", statement(func(m map[string]any) { m["alg"] = "ES256" })),
		bad("packed: signature as text", "7.1.22", statement(func(m map[string]any) { m["sig"] = "x" })),
		bad("packed: no certificates in a list", "7.1.22", statement(func(m map[string]any) { m["x5c"] = []any{} })),
		bad("packed: a certificate that is none", "7.1.22", statement(func(m map[string]any) { m["x5c"] = []any{[]byte("nonsense")} })),
		bad("packed: a certificate as text", "7.1.22", statement(func(m map[string]any) { m["x5c"] = []any{"x"} })),
		bad("packed: certificates as a map", "7.1.22", statement(func(m map[string]any) { m["x5c"] = map[string]any{} })),
		bad("packed: ECDAA", "7.1.22", statement(func(m map[string]any) { m["ecdaaKeyId"] = make([]byte, 32) })),
		bad("packed: authenticator data changed on the way", "7.1.22", self(0, passkeytest.Tamper{
			AuthData: func(d []byte) []byte { d[36]++; return d }, SignOriginal: true,
		})),
		bad("packed: client data changed on the way", "7.1.22", self(0, passkeytest.Tamper{
			ClientData: func(m map[string]any) { m["extra"] = "x" }, SignOriginal: true,
		})),
		bad("packed: another key put in", "7.1.22", self(passkeytest.EdDSA, passkeytest.Tamper{
			COSEKey: func(m map[int]any) { m[-2] = otherEd25519() },
		})),
	}
	for _, alg := range algorithms() {
		list = append(list, bad("packed: wrong signature, "+alg.String(), "7.1.22", self(alg, passkeytest.Tamper{
			Signature: func(sig []byte) []byte { sig[len(sig)-1] ^= 1; return sig },
		})))
	}
	for _, format := range []string{"packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "compound"} {
		list = append(list,
			bad(format+": empty statement", "7.1.22", object(func(m map[string]any) { m["fmt"] = format })),
			bad(format+": a statement of nonsense", "7.1.22", object(func(m map[string]any) {
				m["fmt"] = format
				m["attStmt"] = map[string]any{
					"alg": -7, "sig": []byte{1}, "x5c": []any{[]byte{1}}, "ver": "2.0", "response": []byte("a.b.c"),
					"certInfo": []byte{1}, "pubArea": []byte{1}, "fmt": "none", "attStmt": map[string]any{},
				}
			})))
	}
	return list
}

func algorithms() []passkeytest.Algorithm {
	return []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256}
}

// idLength is where the attested credential data says how long the id is.
const idLength = 32 + 1 + 4 + 16

// credentials are credential ids and what else a record would keep.
func credentials() []Case {
	bad := func(name, step string, bends Layer, o passkeytest.CreateOptions) Case {
		return Case{Name: "credential: " + name, Group: Registration, Step: step, Bends: bends, Want: passkey.ErrRegistrationFailed, Prepare: creates(o)}
	}
	good := func(name, step string, bends Layer, o passkeytest.CreateOptions) Case {
		return Case{Name: "credential: " + name, Group: Registration, Step: step, Bends: bends, Prepare: creates(o)}
	}
	onlyHere := func(why string, c Case) Case {
		c.OnlyHere = why
		return c
	}
	saysLength := func(n uint16) passkeytest.CreateOptions {
		return passkeytest.CreateOptions{Tamper: authData(func(d []byte) []byte {
			binary.BigEndian.PutUint16(d[idLength:], n)
			return d
		})}
	}
	return []Case{
		bad("id of 1024 bytes", "7.1.25", AuthData, passkeytest.CreateOptions{CredentialID: make([]byte, 1024)}),
		bad("id of 8000 bytes", "7.1.25", AuthData, passkeytest.CreateOptions{CredentialID: make([]byte, 8000)}),
		bad("id of no bytes", "7.1.13", AuthData, passkeytest.CreateOptions{Tamper: passkeytest.Tamper{
			AuthData: func(d []byte) []byte {
				n := int(binary.BigEndian.Uint16(d[idLength:]))
				binary.BigEndian.PutUint16(d[idLength:], 0)
				return slices.Delete(d, idLength+2, idLength+2+n)
			},
		}}),
		bad("id longer than the data", "7.1.13", AuthData, saysLength(60_000)),
		bad("id shorter than it says", "7.1.13", AuthData, saysLength(15)),
		bad("data ends before the id", "7.1.13", AuthData, passkeytest.CreateOptions{Tamper: authData(func(d []byte) []byte { return d[:idLength+2] })}),
		bad("data ends in the AAGUID", "7.1.13", AuthData, passkeytest.CreateOptions{Tamper: authData(func(d []byte) []byte { return d[:45] })}),
		bad("the response names another id than the data", "7.1.27", JSON, passkeytest.CreateOptions{Tamper: ids("bm90IHRoZSBzYW1lIGlkIQ", "bm90IHRoZSBzYW1lIGlkIQ")}),
		bad("counter over 31 bits", "7.1.27", AuthData, passkeytest.CreateOptions{SignCount: 1 << 31}),
		bad("transports as text", "5.1", JSON, passkeytest.CreateOptions{Tamper: innerIs("transports", "usb")}),
		bad("transports of numbers", "5.1", JSON, passkeytest.CreateOptions{Tamper: innerIs("transports", []any{1, 2})}),
		good("id of one byte", "7.1.25", Nothing, passkeytest.CreateOptions{CredentialID: []byte{7}}),
		good("id of 1023 bytes", "7.1.25", Nothing, passkeytest.CreateOptions{CredentialID: bytes.Repeat([]byte{7}, 1023)}),
		good("no transports", "5.8.4", JSON, passkeytest.CreateOptions{Tamper: innerWithout("transports")}),
		onlyHere("what is no transport is left out", good("transports with commas and markup", "5.8.4", JSON,
			passkeytest.CreateOptions{Transports: []string{"usb,evil", "usb", "usb", "<b>", "smart-card"}})),
		onlyHere("each transport is kept once", good("five thousand transports", "5.8.4", JSON,
			passkeytest.CreateOptions{Transports: slices.Repeat([]string{"usb"}, 5000)})),
		onlyHere("copies are not read", good("copies of the key that lie", "5.1", JSON, passkeytest.CreateOptions{Tamper: inner(func(m map[string]any) {
			m["publicKey"], m["publicKeyAlgorithm"], m["authenticatorData"] = "AAAA", -257, "AAAA"
		})})),
	}
}
