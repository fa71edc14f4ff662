package inprocess

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
)

// Verification verifies one signature by the standard library, with nothing
// around it: what no sign-in can do without.
func Verification(algorithm passkeytest.Algorithm) (Work, error) {
	key, err := Key(algorithm)
	if err != nil {
		return Work{}, err
	}
	message := make([]byte, 37+sha256.Size) // authenticator data and the hash of the client data
	digest := sha256.Sum256(message)
	signed, options := digest[:], crypto.SignerOpts(crypto.SHA256)
	if algorithm == passkeytest.EdDSA {
		signed, options = message, crypto.Hash(0)
	}
	signature, err := key.Sign(nil, signed, options)
	if err != nil {
		return Work{}, err
	}
	return Work{Do: func(int) error {
		holds := false
		digest := sha256.Sum256(message)
		switch key := key.Public().(type) {
		case *ecdsa.PublicKey:
			holds = ecdsa.VerifyASN1(key, digest[:], signature)
		case ed25519.PublicKey:
			holds = ed25519.Verify(key, message, signature)
		case *rsa.PublicKey:
			holds = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		}
		if !holds {
			return errors.New("the signature does not hold")
		}
		return nil
	}}, nil
}

// Key makes a private key.
func Key(algorithm passkeytest.Algorithm) (crypto.Signer, error) {
	phone := passkeytest.New(passkeytest.Options{Origin: "http://localhost"})
	options := []byte(`{"challenge":"AAAA","rp":{"id":"localhost"},"user":{"id":"AQ"}}`)
	if _, err := phone.Create(options, passkeytest.CreateOptions{Algorithm: algorithm}); err != nil {
		return nil, fmt.Errorf("a key for %s: %w", algorithm, err)
	}
	return phone.Credentials()[0].PrivateKey, nil
}
