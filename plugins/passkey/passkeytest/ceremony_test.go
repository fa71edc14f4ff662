package passkeytest_test

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

var algorithms = []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		for name, attestation := range map[string]passkeytest.Attestation{
			"none": passkeytest.AttestationNone, "packed": passkeytest.AttestationPackedSelf,
		} {
			t.Run(algorithm.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				aaguid := [16]byte{1, 2, 3, 15: 16}
				a := newAuthenticator(func(o *passkeytest.Options) { o.AAGUID = aaguid })
				rp := newRelyingParty(t, nil)

				credential := rp.register(a, passkeytest.CreateOptions{Algorithm: algorithm, Attestation: attestation})
				if credential.AttestationFormat != name {
					t.Errorf("attestation format %q, want %q", credential.AttestationFormat, name)
				}
				if !bytes.Equal(credential.Authenticator.AAGUID, aaguid[:]) {
					t.Errorf("AAGUID %x", credential.Authenticator.AAGUID)
				}
				flags := credential.Flags
				if !flags.UserPresent || !flags.UserVerified || !flags.BackupEligible || !flags.BackupState {
					t.Errorf("flags %+v, want all of a synced passkey", flags)
				}
				for range 2 {
					if _, err := rp.login(a, passkeytest.GetOptions{}, webauthn.WithUserVerification(protocol.VerificationRequired)); err != nil {
						t.Fatal(describe(err))
					}
				}
			})
		}
	}
}

// The members are those of toJSON() in WebAuthn Level 3, sections 5.1 and 5.2.
func TestResponseMembers(t *testing.T) {
	t.Parallel()
	a, rp := newAuthenticator(nil), newRelyingParty(t, nil)

	created, err := a.Create(rp.creationOptions(), passkeytest.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rp.finishCreation(created); err != nil {
		t.Fatal(describe(err))
	}
	object := decodeObject(t, created)
	checkMembers(t, object, "authenticatorAttachment", "clientExtensionResults", "id", "rawId", "response", "type")
	inner := object["response"].(map[string]any)
	checkMembers(t, inner, "attestationObject", "authenticatorData", "clientDataJSON", "publicKey", "publicKeyAlgorithm", "transports")
	if got := inner["publicKeyAlgorithm"]; got != float64(passkeytest.EdDSA) {
		t.Errorf("publicKeyAlgorithm %v, want the first the server offered", got)
	}
	if want := map[string]any{"credProps": map[string]any{"rk": true}}; !reflect.DeepEqual(object["clientExtensionResults"], want) {
		t.Errorf("clientExtensionResults %v, want %v", object["clientExtensionResults"], want)
	}
	if want := []any{"internal", "hybrid"}; !reflect.DeepEqual(inner["transports"], want) {
		t.Errorf("transports %v, want %v", inner["transports"], want)
	}

	options := rp.requestOptions()
	got, err := a.Get(options, passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	object = decodeObject(t, got)
	checkMembers(t, object, "authenticatorAttachment", "clientExtensionResults", "id", "rawId", "response", "type")
	inner = object["response"].(map[string]any)
	checkMembers(t, inner, "authenticatorData", "clientDataJSON", "signature", "userHandle")
	if inner["userHandle"] != base64.RawURLEncoding.EncodeToString(rp.handle) {
		t.Errorf("userHandle %v", inner["userHandle"])
	}
	// Section 5.8.1.1 fixes these bytes.
	want := `{"type":"webauthn.get","challenge":"` + decodeObject(t, options)["challenge"].(string) +
		`","origin":"https://example.org","crossOrigin":false}`
	if data := string(fromBase64URL(t, inner["clientDataJSON"].(string))); data != want {
		t.Errorf("client data\n%s, want\n%s", data, want)
	}
}

func checkMembers(t *testing.T, object map[string]any, want ...string) {
	t.Helper()
	var names []string
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("members %v, want %v", names, want)
	}
}

func TestSecurityKeyWithoutUserHandle(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(func(o *passkeytest.Options) {
		o.NoResidentKeys = true
		o.Algorithms = []passkeytest.Algorithm{passkeytest.ES256}
		o.Attachment = "cross-platform"
		o.Transports = []string{"usb"}
		o.Flags = passkeytest.UserPresent
		o.CountStep = 1
	})
	rp := newRelyingParty(t, nil)
	credential := rp.register(a, passkeytest.CreateOptions{})
	if credential.Flags.UserVerified || credential.Flags.BackupEligible {
		t.Errorf("flags %+v, want user present only", credential.Flags)
	}

	response, err := a.Get(rp.requestOptions(webauthn.WithAllowedCredentials([]protocol.CredentialDescriptor{credential.Descriptor()})), passkeytest.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	object := decodeObject(t, response)
	if handle, ok := object["response"].(map[string]any)["userHandle"]; ok {
		t.Errorf("userHandle %v, want none", handle)
	}
	if object["authenticatorAttachment"] != "cross-platform" {
		t.Errorf("authenticatorAttachment %v", object["authenticatorAttachment"])
	}
	login, err := rp.finishRequest(response)
	if err != nil {
		t.Fatal(describe(err))
	}
	if login.Authenticator.SignCount != 1 {
		t.Errorf("counter %d, want 1", login.Authenticator.SignCount)
	}
}

func TestSignatureCounter(t *testing.T) {
	t.Parallel()
	start, highest := uint32(5), ^uint32(0)
	tests := map[string]struct {
		step   int32
		from   uint32
		send   *uint32
		want   uint32
		accept bool
	}{
		"stays zero":       {step: 0, from: 0, want: 0, accept: true},
		"grows":            {step: 1, from: start, want: 6, accept: true},
		"grows by a leap":  {step: 1000, from: start, want: 1005, accept: true},
		"equal":            {step: 0, from: start, want: 5},
		"lower":            {step: -1, from: start, want: 4},
		"zero again":       {step: -5, from: start, want: 0},
		"wraps":            {step: 1, from: highest, want: 0},
		"set for one call": {step: 1, from: start, send: new(uint32(77)), want: 77, accept: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, rp := newAuthenticator(nil), newRelyingParty(t, nil)
			registered := rp.register(a, passkeytest.CreateOptions{SignCount: test.from, CountStep: &test.step})
			if registered.Authenticator.SignCount != test.from {
				t.Fatalf("counter at registration %d, want %d", registered.Authenticator.SignCount, test.from)
			}
			response, err := a.Get(rp.requestOptions(), passkeytest.GetOptions{SignCount: test.send})
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
			if err != nil {
				t.Fatal(describe(err))
			}
			if got := parsed.Response.AuthenticatorData.Counter; got != test.want {
				t.Errorf("counter %d, want %d", got, test.want)
			}
			if _, err := rp.finishRequest(response); (err == nil) != test.accept {
				t.Errorf("accepted: %v, want %v (%v)", err == nil, test.accept, err)
			}
			if own := a.Credentials()[0].SignCount; test.send != nil && own != test.from {
				t.Errorf("a counter set for one call moved the credential's to %d", own)
			}
		})
	}
}

func TestCredentialsMoveBetweenAuthenticators(t *testing.T) {
	t.Parallel()
	for _, algorithm := range algorithms {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			first, rp := newAuthenticator(nil), newRelyingParty(t, nil)
			rp.register(first, passkeytest.CreateOptions{Algorithm: algorithm})

			second := newAuthenticator(nil)
			exported := first.Credentials()[0]
			if err := second.Import(exported); err != nil {
				t.Fatal(err)
			}
			if _, err := rp.login(second, passkeytest.GetOptions{}); err != nil {
				t.Fatal(describe(err))
			}

			// The same key, new to another server, with flags of its own.
			exported.Flags = passkeytest.UserPresent
			if err := second.Import(exported); err != nil {
				t.Fatal(err)
			}
			if n := len(second.Credentials()); n != 1 {
				t.Fatalf("%d credentials after importing one twice", n)
			}
			other := newRelyingParty(t, nil)
			credential := other.register(newAuthenticator(nil), passkeytest.CreateOptions{
				PrivateKey: exported.PrivateKey, CredentialID: exported.ID, Flags: &exported.Flags,
			})
			if !bytes.Equal(credential.PublicKey, rp.rows[0].PublicKey) {
				t.Error("the same private key registered as another public key")
			}
			if _, err := other.login(second, passkeytest.GetOptions{}); err != nil {
				t.Fatal(describe(err))
			}
		})
	}
}

func TestDeterministicWithDeterministicRandomness(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []passkeytest.Algorithm{passkeytest.ES256, passkeytest.EdDSA} {
		t.Run(algorithm.String(), func(t *testing.T) {
			t.Parallel()
			creation := []byte(`{"challenge":"AAAA","rp":{},"user":{"id":"AQ"},"authenticatorSelection":{"residentKey":"required"}}`)
			request := []byte(`{"challenge":"BBBB"}`)
			run := func(seed byte) string {
				a := newAuthenticator(func(o *passkeytest.Options) { o.Rand = rand.NewChaCha8([32]byte{seed}) })
				created, err := a.Create(creation, passkeytest.CreateOptions{Algorithm: algorithm, Attestation: passkeytest.AttestationPackedSelf})
				if err != nil {
					t.Fatal(err)
				}
				got, err := a.Get(request, passkeytest.GetOptions{})
				if err != nil {
					t.Fatal(err)
				}
				return string(created) + string(got)
			}
			first := run(1)
			if again := run(1); again != first {
				t.Error("the same randomness gave other bytes")
			}
			if run(2) == first {
				t.Error("other randomness gave the same bytes")
			}
		})
	}
}
