package cases

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"sync"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

var otherEd25519 = sync.OnceValue(func() []byte {
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // no randomness
	}
	return public
})

// signed is a sign-in with a bent signature, for one algorithm.
func signed(name string, alg passkeytest.Algorithm, want *betterauth.ErrorCode, tamper passkeytest.Tamper) Case {
	return Case{
		Name: "signature: " + name + ", " + alg.String(), Group: Authentication, Step: "7.2.21", Bends: Signature, Want: want,
		Prepare: assertsWith(passkeytest.CreateOptions{Algorithm: alg}, passkeytest.GetOptions{Tamper: tamper}),
	}
}

func signature(change func([]byte) []byte) passkeytest.Tamper {
	return passkeytest.Tamper{Signature: change}
}

// signatures are signatures nobody with the key made, and those that only look so.
func signatures() []Case {
	const es256, eddsa, rs256 = passkeytest.ES256, passkeytest.EdDSA, passkeytest.RS256
	wrong := passkey.ErrAuthenticationFailed
	var list []Case
	for _, alg := range algorithms() {
		list = append(list,
			signed("a flipped bit", alg, wrong, signature(func(sig []byte) []byte { sig[len(sig)-1] ^= 1; return sig })),
			signed("empty", alg, wrong, signature(func([]byte) []byte { return nil })),
			signed("one byte more", alg, wrong, signature(func(sig []byte) []byte { return append(sig, 0) })),
			signed("one byte less", alg, wrong, signature(func(sig []byte) []byte { return sig[:len(sig)-1] })),
			signed("all zero", alg, wrong, signature(func(sig []byte) []byte { return make([]byte, len(sig)) })),
			signed("client data changed on the way", alg, wrong, passkeytest.Tamper{
				ClientData: func(m map[string]any) { m["extra"] = "x" }, SignOriginal: true,
			}),
			signed("flags changed on the way", alg, wrong, passkeytest.Tamper{
				AuthData: func(d []byte) []byte { d[32] ^= 1 << 2; return d }, SignOriginal: true,
			}),
			signed("counter changed on the way", alg, wrong, passkeytest.Tamper{
				AuthData: func(d []byte) []byte { d[35]++; return d }, SignOriginal: true,
			}),
			anotherKey(alg),
		)
	}
	return append(list,
		signed("r and s without their frame", es256, wrong, ecdsaSignature(func(r, s *big.Int) []byte {
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		})),
		signed("zero r and s", es256, wrong, ecdsaSignature(func(_, _ *big.Int) []byte { return der(new(big.Int), new(big.Int)) })),
		signed("negative s", es256, wrong, ecdsaSignature(func(r, s *big.Int) []byte { return der(r, new(big.Int).Neg(s)) })),
		signed("s over the order", es256, wrong, ecdsaSignature(func(r, s *big.Int) []byte {
			return der(r, new(big.Int).Add(s, elliptic.P256().Params().N))
		})),
		signed("r of ten thousand bytes", es256, wrong, ecdsaSignature(func(_, s *big.Int) []byte {
			return der(new(big.Int).Lsh(big.NewInt(1), 80_000), s)
		})),
		signed("padded as BER allows", es256, wrong, signature(func(sig []byte) []byte {
			return append([]byte{sig[0], 0x81, sig[1]}, sig[2:]...)
		})),
		signed("n−s for s", es256, nil, ecdsaSignature(func(r, s *big.Int) []byte {
			return der(r, new(big.Int).Sub(elliptic.P256().Params().N, s))
		})),
		signed("s over the order", eddsa, wrong, signature(addOrder)),
		signed("padded as PSS", rs256, wrong, signature(func(sig []byte) []byte { return padPSS(len(sig)) })),
		signed("number 1", rs256, wrong, signature(func(sig []byte) []byte { return append(make([]byte, len(sig)-1), 1) })),
	)
}

// anotherKey is signed by another key, for the same credential id.
func anotherKey(alg passkeytest.Algorithm) Case {
	return Case{
		Name: "signature: by another key, " + alg.String(), Group: Authentication, Step: "7.2.21", Bends: Signature, Want: passkey.ErrAuthenticationFailed,
		Prepare: func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{Algorithm: alg})
			fake := s.Authenticator.Credentials()[0]
			other := s.NewAuthenticator()
			if _, err := other.Create(s.RegisterOptions(s.Bob()), passkeytest.CreateOptions{Algorithm: alg}); err != nil {
				s.t.Fatalf("cases: %v", err)
			}
			fake.PrivateKey = other.Credentials()[0].PrivateKey
			if err := other.Import(fake); err != nil {
				s.t.Fatalf("cases: %v", err)
			}
			visitor := s.Visitor()
			return Request{From: visitor, Path: verifyAuthenticate, Body: raw(s.Get(visitor, other, passkeytest.GetOptions{CredentialID: fake.ID}))}
		},
	}
}

func ecdsaSignature(change func(r, s *big.Int) []byte) passkeytest.Tamper {
	return signature(func(sig []byte) []byte {
		var pair struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(sig, &pair); err != nil {
			panic(err) // made by crypto/ecdsa
		}
		return change(pair.R, pair.S)
	})
}

func der(r, s *big.Int) []byte {
	out, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		panic(err) // two numbers
	}
	return out
}

// addOrder adds the order of the group to the second half of an Ed25519
// signature, which a verifier that reduces it would accept.
func addOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	half := bytes.Clone(sig[32:])
	for i := range 16 {
		half[i], half[31-i] = half[31-i], half[i]
	}
	sum := new(big.Int).Add(new(big.Int).SetBytes(half), order).FillBytes(make([]byte, 32))
	for i := range 16 {
		sum[i], sum[31-i] = sum[31-i], sum[i]
	}
	return append(bytes.Clone(sig[:32]), sum...)
}

// padPSS is a signature of the RSA key in another padding.
func padPSS(int) []byte {
	digest := sha256.Sum256([]byte("anything"))
	sig, err := rsa.SignPSS(rand.Reader, rsaKey(), crypto.SHA256, digest[:], nil)
	if err != nil {
		panic(err) // a broken crypto/rsa
	}
	return sig
}

// assertions are sign-ins that miss something, or name somebody.
func assertions() []Case {
	bad := func(name, step string, want *betterauth.ErrorCode, o passkeytest.GetOptions) Case {
		return Case{Name: name, Group: Authentication, Step: step, Bends: JSON, Want: want, Prepare: asserts(o)}
	}
	get := func(t passkeytest.Tamper) passkeytest.GetOptions { return passkeytest.GetOptions{Tamper: t} }
	invalid := passkey.ErrInvalidResponse
	return []Case{
		bad("signature: missing", "7.2.7", passkey.ErrAuthenticationFailed, get(innerWithout("signature"))),
		bad("signature: null", "7.2.7", passkey.ErrAuthenticationFailed, get(innerIs("signature", nil))),
		bad("signature: a number", "5.1", invalid, get(innerIs("signature", 1))),
		bad("signature: not base64url", "5.1", invalid, get(innerIs("signature", "%%%"))),
		bad("authenticatorData: missing", "7.2.7", invalid, get(innerWithout("authenticatorData"))),
		bad("authenticatorData: null", "7.2.7", invalid, get(innerIs("authenticatorData", nil))),
		bad("authenticatorData: not base64url", "5.1", invalid, get(innerIs("authenticatorData", "%%%"))),
		bad("user handle: 65 bytes", "5.4.3", invalid, get(innerIs("userHandle", base64.RawURLEncoding.EncodeToString(make([]byte, 65))))),
		bad("user handle: missing, though no credential was listed", "7.2.6", invalid, get(innerWithout("userHandle"))),
		bad("user handle: null, though no credential was listed", "7.2.6", invalid, get(innerIs("userHandle", nil))),
		bad("user handle: empty, though no credential was listed", "7.2.6", invalid, get(innerIs("userHandle", ""))),
		bad("user handle: a number", "5.1", invalid, get(innerIs("userHandle", 1))),
		bad("user handle: not base64url", "5.1", invalid, get(innerIs("userHandle", "%%%"))),
		bad("id: of nobody's credential", "7.2.6", passkey.ErrPasskeyNotFound, get(ids("bm9ib2R5IGhhcyB0aGlzIQ", "bm9ib2R5IGhhcyB0aGlzIQ"))),
		bad("id: in the other alphabet of base64", "5.1", invalid, get(ids("++++", "++++"))),
		bad("id: of 10000 bytes", "7.2.6", passkey.ErrPasskeyNotFound, get(ids(longID, longID))),
		bad("id: a statement of SQL", "7.2.6", passkey.ErrPasskeyNotFound, get(ids(sqlID, sqlID))),
		{Name: "attestation in place of an assertion", Group: Authentication, Step: "7.2.10", Bends: JSON, Want: invalid, Prepare: func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			visitor := s.Visitor()
			made, err := s.NewAuthenticator().Create(asCreation(s, s.AuthenticateOptions(visitor)), passkeytest.CreateOptions{
				CredentialID: s.Authenticator.Credentials()[0].ID,
			})
			if err != nil {
				s.t.Fatalf("cases: %v", err)
			}
			return Request{From: visitor, Path: verifyAuthenticate, Body: raw(made)}
		}},
		{Name: "assertion in place of an attestation", Group: Registration, Step: "7.1.7", Bends: JSON, Want: passkey.ErrRegistrationFailed, Prepare: func(s *Scene) Request {
			s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
			got, err := s.Authenticator.Get(s.RegisterOptions(s.Alice), passkeytest.GetOptions{RPID: "localhost", CredentialID: s.Authenticator.Credentials()[0].ID})
			if err != nil {
				s.t.Fatalf("cases: %v", err)
			}
			return Request{From: s.Alice, Path: verifyRegistration, Body: raw(got)}
		}},
	}
}

var (
	longID = base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 10_000))
	sqlID  = base64.RawURLEncoding.EncodeToString([]byte("' or 1=1 --"))
)

// asCreation makes the options of a sign-in look like those of a registration.
func asCreation(s *Scene, options []byte) []byte {
	var o struct {
		Challenge string `json:"challenge"`
	}
	s.read(options, &o)
	return []byte(`{"challenge":"` + o.Challenge + `","rp":{"id":"localhost"},"user":{"id":"AQ"},"pubKeyCredParams":[{"type":"public-key","alg":-7}]}`)
}

// counters are signature counters after others.
func counters() []Case {
	list := []struct {
		name         string
		before, then uint32
		want         *betterauth.ErrorCode
	}{
		{"equal", 5, 5, passkey.ErrInvalidResponse},
		{"lower", 5, 4, passkey.ErrInvalidResponse},
		{"zero after five", 5, 0, passkey.ErrInvalidResponse},
		{"wraps", 1<<31 - 1, 0, passkey.ErrInvalidResponse},
		{"over 31 bits", 5, 1 << 31, passkey.ErrInvalidResponse},
		{"largest of 32 bits", 5, 1<<32 - 1, passkey.ErrInvalidResponse},
		{"largest that fits", 5, 1<<31 - 1, nil},
		{"grows by a leap", 5, 500, nil},
		{"stays zero", 0, 0, nil},
		{"zero to one", 0, 1, nil},
	}
	var all []Case
	for _, c := range list {
		all = append(all, Case{
			Name: "counter: " + c.name, Group: Authentication, Step: "7.2.22", Bends: AuthData, Want: c.want,
			Prepare: func(s *Scene) Request {
				s.Register(s.Alice, s.Authenticator, passkeytest.CreateOptions{})
				s.SignIn(s.Visitor(), s.Authenticator, passkeytest.GetOptions{SignCount: &c.before})
				visitor := s.Visitor()
				return Request{From: visitor, Path: verifyAuthenticate, Body: raw(s.Get(visitor, s.Authenticator, passkeytest.GetOptions{SignCount: &c.then}))}
			},
		})
	}
	return all
}
