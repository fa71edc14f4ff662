package published

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"go/ast"
	"testing"

	"github.com/go-json-experiment/json"
)

// The relying party of the specification's pairs, and the page around it of the
// one that was made in a frame.
const (
	RPID      = "example.org"
	Origin    = "https://example.org"
	TopOrigin = "https://example.com"
)

// Missing is the name of the one pair of the specification that the library does
// not hold, since it has no Ed448. The case "Ed25519: Ed448" of package cases
// shows that such a key is turned away.
const Missing = "packed-ed448"

// Pair is one registration of WebAuthn Level 3, section 16, and the sign-in with
// its credential. Values are base64url.
type Pair struct {
	// ID is the name of its heading's anchor, without "sctn-test-vectors-".
	ID           string
	CredentialID string
	Registration struct{ Challenge, ClientDataJSON, AttestationObject string }
	// Authentication is what the authenticator answered later.
	Authentication struct{ Challenge, ClientDataJSON, AuthenticatorData, Signature string }
}

// names are the specification's names by those of the library's tests.
var names = map[string]string{
	"NoneES256": "none-es256", "PackedSelfES256": "packed-self-es256", "NoneES256CrossOrigin": "none-es256-crossOrigin",
	"NoneES256TopOrigin": "none-es256-topOrigin", "NoneES256LongCredentialID": "none-es256-long-credential-id",
	"PackedES256WithMDS": "packed-es256", "PackedES384WithMDS": "packed-es384", "PackedES512WithMDS": "packed-es512",
	"PackedRS256WithMDS": "packed-rs256", "PackedEdDSAWithMDS": "packed-eddsa", "TPMES256": "tpm-es256",
	"AndroidKeyES256": "android-key-es256", "AppleAnonymousES256": "apple-es256", "FIDOU2FES256": "fido-u2f-es256",
}

// Pairs returns the pairs in the specification's order, all but [Missing].
func Pairs(t testing.TB) []Pair {
	t.Helper()
	var made, used []map[string]string
	for _, file := range parse(t, "specification_vectors_e2e_test.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if row, ok := n.(*ast.CompositeLit); ok {
				switch row := fields(row); {
				case row["attestationObject"] != "" && names[row["name"]] != "":
					made = append(made, row)
				case row["signature"] != "" && row["authenticatorData"] != "":
					used = append(used, row)
				}
			}
			return true
		})
	}
	var pairs []Pair
	for _, row := range made {
		p := Pair{ID: names[row["name"]], CredentialID: base64URL(t, row["credentialID"])}
		p.Registration.Challenge = base64URL(t, row["challenge"])
		p.Registration.ClientDataJSON = base64URL(t, row["clientDataJSON"])
		p.Registration.AttestationObject = base64URL(t, row["attestationObject"])
		for _, with := range used {
			if with["credentialID"] == row["credentialID"] {
				p.Authentication.Challenge = base64URL(t, with["challenge"])
				p.Authentication.ClientDataJSON = base64URL(t, with["clientDataJSON"])
				p.Authentication.AuthenticatorData = base64URL(t, with["authenticatorData"])
				p.Authentication.Signature = base64URL(t, with["signature"])
			}
		}
		if p.Authentication.Signature == "" {
			t.Fatalf("%s: the library's tests do not sign in with it", p.ID)
		}
		pairs = append(pairs, p)
	}
	if len(pairs) != len(names) {
		t.Fatalf("%s has %d pairs of the specification in its tests, want %d", library, len(pairs), len(names))
	}
	return pairs
}

// Root returns the certificate that the specification's attestations lead to.
func Root(t testing.TB) *x509.Certificate {
	t.Helper()
	var found string
	for _, file := range parse(t, "specification_vectors_e2e_test.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, name := range spec.Names {
					if name.Name == "specTestCACertHex" {
						found, _ = text(spec.Values[i])
					}
				}
			}
			return true
		})
	}
	der, err := hex.DecodeString(found)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("%s keeps the specification's root elsewhere: %v", library, err)
	}
	return root
}

// RegistrationBody is the credential that a page sends after the registration.
func (p Pair) RegistrationBody(t testing.TB) []byte {
	t.Helper()
	return p.body(t, map[string]string{"clientDataJSON": p.Registration.ClientDataJSON, "attestationObject": p.Registration.AttestationObject})
}

// AuthenticationBody is the credential that a page sends to sign in, with the
// user handle (base64url) that the authenticator has stored; "" is none.
func (p Pair) AuthenticationBody(t testing.TB, userHandle string) []byte {
	t.Helper()
	a := p.Authentication
	response := map[string]string{"clientDataJSON": a.ClientDataJSON, "authenticatorData": a.AuthenticatorData, "signature": a.Signature}
	if userHandle != "" {
		response["userHandle"] = userHandle
	}
	return p.body(t, response)
}

func (p Pair) body(t testing.TB, response map[string]string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": p.CredentialID, "rawId": p.CredentialID, "type": "public-key", "response": response})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// fields returns the members of a literal whose values are strings.
func fields(row *ast.CompositeLit) map[string]string {
	out := map[string]string{}
	for _, element := range row.Elts {
		if member, ok := element.(*ast.KeyValueExpr); ok {
			if name, ok := member.Key.(*ast.Ident); ok {
				if value, ok := text(member.Value); ok {
					out[name.Name] = value
				}
			}
		}
	}
	return out
}

func base64URL(t testing.TB, hexadecimal string) string {
	t.Helper()
	raw, err := hex.DecodeString(hexadecimal)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
