package passkeytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
)

// Algorithm is a COSE algorithm identifier (RFC 9053, RFC 8812).
type Algorithm int

// The algorithms an [Authenticator] can sign with.
const (
	ES256 Algorithm = -7   // ECDSA on P-256 with SHA-256; *ecdsa.PrivateKey
	EdDSA Algorithm = -8   // Ed25519; ed25519.PrivateKey
	RS256 Algorithm = -257 // RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits; *rsa.PrivateKey
)

// COSE key parameters, RFC 9052 section 7.1 and RFC 9053 section 7.
const (
	coseKty = 1
	coseAlg = 3
	coseCrv = -1
	coseX   = -2
	coseY   = -3
	coseN   = -1
	coseE   = -2

	ktyOKP = 1
	ktyEC2 = 2
	ktyRSA = 3

	crvP256    = 1
	crvEd25519 = 6
)

const rsaBits = 2048

// String returns the name of RFC 9053 or RFC 8812.
func (a Algorithm) String() string {
	switch a {
	case ES256:
		return "ES256"
	case EdDSA:
		return "EdDSA"
	case RS256:
		return "RS256"
	}
	return fmt.Sprintf("Algorithm(%d)", int(a))
}

func generateKey(a Algorithm, random io.Reader) (crypto.Signer, error) {
	switch a {
	case ES256:
		return generateP256(random)
	case EdDSA:
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(random, seed); err != nil {
			return nil, fmt.Errorf("passkeytest: read randomness: %w", err)
		}
		return ed25519.NewKeyFromSeed(seed), nil
	case RS256:
		return rsa.GenerateKey(random, rsaBits)
	}
	return nil, fmt.Errorf("%w: %v", ErrNotSupported, a)
}

// generateP256 draws the scalar itself because ecdsa.GenerateKey ignores its
// reader since Go 1.26.
func generateP256(random io.Reader) (*ecdsa.PrivateKey, error) {
	scalar := make([]byte, 32)
	// A fair reader misses the range of the curve once in 2^32 draws; a
	// constant one would never leave an unbounded loop.
	for range 8 {
		if _, err := io.ReadFull(random, scalar); err != nil {
			return nil, fmt.Errorf("passkeytest: read randomness: %w", err)
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, fmt.Errorf("passkeytest: Options.Rand yields no P-256 private key")
}

func algorithmOf(key crypto.Signer) (Algorithm, error) {
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		if k != nil && k.Curve == elliptic.P256() {
			return ES256, nil
		}
	case ed25519.PrivateKey:
		if len(k) == ed25519.PrivateKeySize {
			return EdDSA, nil
		}
	case *rsa.PrivateKey:
		if k != nil {
			return RS256, nil
		}
	}
	return 0, fmt.Errorf("%w: %T", ErrKey, key)
}

// coseKey returns the members of the COSE_Key for key's public half.
func coseKey(key crypto.Signer) (map[int]any, error) {
	a, err := algorithmOf(key)
	if err != nil {
		return nil, err
	}
	switch pub := key.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := pub.Bytes()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		return map[int]any{
			coseKty: ktyEC2, coseAlg: int(a), coseCrv: crvP256,
			coseX: point[1:33], coseY: point[33:],
		}, nil
	case ed25519.PublicKey:
		return map[int]any{coseKty: ktyOKP, coseAlg: int(a), coseCrv: crvEd25519, coseX: []byte(pub)}, nil
	case *rsa.PublicKey:
		return map[int]any{
			coseKty: ktyRSA, coseAlg: int(a),
			coseN: pub.N.Bytes(), coseE: big.NewInt(int64(pub.E)).Bytes(),
		}, nil
	}
	return nil, fmt.Errorf("%w: %T", ErrKey, key)
}

// sign signs message the way WebAuthn Level 3, section 6.5.5, encodes
// signatures. It passes no randomness, which makes ECDSA deterministic.
func sign(key crypto.Signer, message []byte) ([]byte, error) {
	if _, ok := key.(ed25519.PrivateKey); ok {
		return key.Sign(nil, message, crypto.Hash(0))
	}
	digest := sha256.Sum256(message)
	return key.Sign(nil, digest[:], crypto.SHA256)
}
