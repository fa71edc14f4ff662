package socialtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json/jsontext"
)

// pair is the provider's key of one kind, and one that is not the provider's.
type pair struct{ own, foreign crypto.Signer }

// pairs are made once, since RSA takes its time.
var pairs sync.Map // of func() pair, by the kind of key

// keysFor are the keys for an algorithm.
func keysFor(algorithm string) pair {
	kind, make := "RSA", newRSA
	switch {
	case algorithm == "EdDSA":
		kind, make = algorithm, newEd
	case strings.HasPrefix(algorithm, "ES"):
		kind, make = algorithm, func() crypto.Signer { return newEC(algorithm) }
	}
	once, _ := pairs.LoadOrStore(kind, sync.OnceValue(func() pair { return pair{make(), make()} }))
	return once.(func() pair)()
}

const keyID = "key-of-the-test"

// keySet is the provider's key set (RFC 7517, section 5).
func keySet(t testing.TB, algorithm string) string {
	t.Helper()
	return string(encoded(t, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: keysFor(algorithm).own.Public(), KeyID: keyID, Algorithm: algorithm, Use: "sig"}}}))
}

// sign makes a token of claims.
func sign(t testing.TB, key any, kid, algorithm string, claims jsontext.Value) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func newRSA() crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC(algorithm string) crypto.Signer {
	curve := elliptic.P256()
	switch algorithm {
	case "ES384":
		curve = elliptic.P384()
	case "ES512":
		curve = elliptic.P521()
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func newEd() crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}
