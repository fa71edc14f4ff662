package passkeytest_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// draws yields the values of WebAuthn Level 3, section 16: HKDF-SHA-256 of a
// fixed text, with the name of the vector as info and a running number as
// salt.
type draws struct {
	t    *testing.T
	info string
	next byte
}

func (d *draws) bytes(n int) []byte {
	d.t.Helper()
	out, err := hkdf.Key(sha256.New, []byte("WebAuthn test vectors"), []byte{d.next}, d.info, n)
	if err != nil {
		d.t.Fatal(err)
	}
	d.next++
	return out
}

// clientData draws whether the client data carry an extra member, and what.
func (d *draws) clientData(crossOrigin, topOrigin bool) func(map[string]any) {
	d.t.Helper()
	extra := ""
	if d.bytes(1)[0]&1 != 0 {
		extra = "clientDataJSON may be extended with additional fields in the future, such as this: " +
			base64.RawURLEncoding.EncodeToString(d.bytes(16))
	}
	return func(members map[string]any) {
		members["crossOrigin"] = crossOrigin || topOrigin
		if topOrigin {
			members["topOrigin"] = "https://example.com"
		}
		if extra != "" {
			members["extraData"] = extra
		}
	}
}

// mersenneRSA is the RSA key of section 16: the two smallest Mersenne primes
// above 2^1024.
func mersenneRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	one := big.NewInt(1)
	mersenne := func(n uint) *big.Int {
		p := new(big.Int).Lsh(one, n)
		return p.Sub(p, one)
	}
	p, q := mersenne(1279), mersenne(2203)
	const e = 65537
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         new(big.Int).ModInverse(big.NewInt(e), phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key
}

// The specification's pairs are made again from their recipe, by this
// authenticator. The digests are SHA-256 over what the specification prints:
// attestation object and client data; authenticator data, client data and
// signature. Where the printed attestation needs a certificate, the pair is
// registered without one and its registration has no digest here.
func TestGeneratedW3CVectors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		info           string
		idSize         int
		attestation    passkeytest.Attestation
		crossOrigin    bool
		topOrigin      bool
		certified      bool
		registration   string
		authentication string
	}{
		{info: "none.ES256", registration: "d0cb75c160eddbc7a5aed9e36af6448c80c52e76a63f976f790031c1efc78b42", authentication: "51f88ba36a5fc7dac2c8448f78d26e018ac7bd09ee414d79572026fd014a36f4"},
		{info: "packed-self.ES256", attestation: passkeytest.AttestationPackedSelf, registration: "8a0df1a2f19a71cb346723ac8815e757b5d2c9b71f53d36d6e57607cc64ca635", authentication: "f04d30c37e47d62e1a8272ea42aa62d80d32ff4fab955209a3bcb2827bb7fa42"},
		{info: "none.ES256.crossOrigin", crossOrigin: true, registration: "1f14f7b3a4c9194ae1644ffac11ae741c2dc96dcb523138a51c7752e68a510a3", authentication: "c2616949905872d0d015ca2426ea09e1bd2151f29e1f2fff09e0d8123ddaafda"},
		{info: "none.ES256.topOrigin", topOrigin: true, registration: "df65087d70138a5e44b5e2f121e01b937af5cf6021cdee06caccc96f0fb23d6c", authentication: "03eb72cf96829fbebe01544b878143e4a52424b50c59492844f8bbd695d03a91"},
		{info: "none.ES256.long-credential-id", idSize: 1023, registration: "390d9cd0b8c7c3681cd0df95455ed98ccbe9d16177ce2c76fc26cfdc3af65ae2", authentication: "b64abc4ec62f630444f7dd61d72f9fe5e0907c9bdf53d47010f6035b97f30c69"},
		{info: "packed.ES256", certified: true, authentication: "bb6a9fc3c6c91e151d58e7d4eb7c66adb2969ca751624128c4b250ab81d00cc9"},
		{info: "packed.EdDSA", certified: true, authentication: "045bb6ab03480f53d54fcdd9acf0ee7833647e72fcfb4bcb70fdfead58ebd8c0"},
		{info: "packed.RS256", certified: true, authentication: "1c07a27751cbd730daf24a542b9bd6b9be3152f4361666b99945f007fac3dab6"},
	}
	for _, test := range tests {
		t.Run(test.info, func(t *testing.T) {
			t.Parallel()
			d := &draws{t: t, info: test.info}
			challenge := d.bytes(32)
			var key crypto.Signer
			switch {
			case strings.Contains(test.info, "EdDSA"):
				key = ed25519.NewKeyFromSeed(d.bytes(ed25519.SeedSize))
			case strings.Contains(test.info, "RS256"):
				key = mersenneRSA(t)
			default:
				scalar, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d.bytes(32))
				if err != nil {
					t.Fatal(err)
				}
				key = scalar
			}
			createData := d.clientData(test.crossOrigin, test.topOrigin)
			aaguid := [16]byte(d.bytes(16))
			idSize := 32
			if test.idSize != 0 {
				idSize = test.idSize
			}
			id := d.bytes(idSize)
			flags := drawnFlags(d.bytes(1)[0])
			if test.certified {
				d.bytes(32) // key of the attestation certificate
				d.bytes(16) // its serial number
			}

			rp := newRelyingParty(t, acceptCrossOrigin(testRPID, testOrigin, "https://example.com"))
			rp.session = &webauthn.SessionData{
				Challenge: base64.RawURLEncoding.EncodeToString(challenge), UserID: rp.handle,
				CredParams: credentialParameters(algorithms...),
			}
			a := newAuthenticator(nil)
			created, err := a.Create(optionsFor(t, challenge), passkeytest.CreateOptions{
				PrivateKey: key, CredentialID: id, AAGUID: &aaguid, Flags: &flags,
				Attestation: test.attestation, Tamper: passkeytest.Tamper{ClientData: createData},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rp.finishCreation(created); err != nil {
				t.Fatal(describe(err))
			}
			if !test.certified {
				if got := digest(t, created, "attestationObject", "clientDataJSON"); got != test.registration {
					t.Errorf("registration has digest %s", got)
				}
			}

			challenge = d.bytes(32)
			getData := d.clientData(test.crossOrigin, test.topOrigin)
			drawn := drawnFlags(d.bytes(1)[0] | byte(passkeytest.BackupEligible))
			if flags&passkeytest.BackupEligible == 0 {
				drawn &^= passkeytest.BackupEligible | passkeytest.BackedUp
			}
			rp.session = &webauthn.SessionData{Challenge: base64.RawURLEncoding.EncodeToString(challenge)}
			got, err := a.Get(optionsFor(t, challenge), passkeytest.GetOptions{
				CredentialID: id, Flags: &drawn, Tamper: passkeytest.Tamper{ClientData: getData},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rp.finishRequest(got); err != nil {
				t.Fatal(describe(err))
			}
			if got := digest(t, got, "authenticatorData", "clientDataJSON", "signature"); got != test.authentication {
				t.Errorf("authentication has digest %s", got)
			}
		})
	}
}

func drawnFlags(b byte) passkeytest.Flags {
	flags := passkeytest.UserPresent | passkeytest.Flags(b)&(passkeytest.UserVerified|passkeytest.BackupEligible|passkeytest.BackedUp)
	if flags&passkeytest.BackupEligible == 0 {
		flags &^= passkeytest.BackedUp
	}
	return flags
}

func optionsFor(t *testing.T, challenge []byte) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"challenge": base64.RawURLEncoding.EncodeToString(challenge),
		"user":      map[string]any{"id": "AQ"},
	})
}

func digest(t *testing.T, response []byte, members ...string) string {
	t.Helper()
	inner := decodeObject(t, response)["response"].(map[string]any)
	var all bytes.Buffer
	for _, member := range members {
		all.Write(fromBase64URL(t, inner[member].(string)))
	}
	sum := sha256.Sum256(all.Bytes())
	return hex.EncodeToString(sum[:])
}
