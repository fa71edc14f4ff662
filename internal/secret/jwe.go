package secret

import (
	"crypto/aes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/go-jose/go-jose/v4"
	josecipher "github.com/go-jose/go-jose/v4/cipher"
)

const (
	hkdfInfo = "BetterAuth.js Generated Encryption Key"
	jweTag   = 32 // bytes of the authentication tag of A256CBC-HS512 (RFC 7518, section 5.2.5)
)

// SealJWE encrypts the claims, a JSON object sent as given, into a compact JWE
// (RFC 7516) with direct encryption and A256CBC-HS512 under the current
// secret. salt sets one use of the secret apart from another, such as
// "better-auth-session"; the key id in the header is the RFC 7638 thumbprint
// of the derived key. random gives the initialisation vector and must be
// cryptographically secure. The error is [ErrMalformed] for claims that are no
// object, or the failure of random.
//
// The token is assembled here over go-jose's cipher, because go-jose's own
// encrypter takes no source of randomness.
func (r *Ring) SealJWE(random io.Reader, salt string, claims []byte) (string, error) {
	if !isObject(claims) {
		return "", ErrMalformed
	}
	key, kid, err := r.current().derive(salt)
	if err != nil {
		return "", err
	}
	aead, err := josecipher.NewCBCHMAC(key, aes.NewCipher)
	if err != nil {
		return "", fmt.Errorf("secret: encrypting: %w", err)
	}
	iv := make([]byte, aead.NonceSize())
	if err := readRandom(random, iv); err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	header := encode([]byte(`{"alg":"dir","enc":"A256CBC-HS512","kid":"` + kid + `"}`))
	sealed := aead.Seal(nil, iv, claims, []byte(header))
	body, tag := sealed[:len(sealed)-jweTag], sealed[len(sealed)-jweTag:]
	return header + ".." + encode(iv) + "." + encode(body) + "." + encode(tag), nil
}

// OpenJWE returns the claims of a token that [Ring.SealJWE] made with the same
// salt under any secret of the ring. A key id picks the secret; without one
// all are tried. Only direct encryption with A256CBC-HS512 is accepted. The
// claims are a valid JSON object; their exp is for the caller to check. The
// error is [ErrMalformed], [ErrUnknownKey] or [ErrAuthentication].
func (r *Ring) OpenJWE(salt, token string) ([]byte, error) {
	parsed, err := jose.ParseEncryptedCompact(token,
		[]jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256CBC_HS512})
	if err != nil {
		return nil, ErrMalformed
	}
	// RFC 7516, section 5.2, step 10: direct encryption has no encrypted key.
	if strings.SplitN(token, ".", 3)[1] != "" {
		return nil, ErrMalformed
	}
	failure := ErrUnknownKey
	for i := range r.entries {
		key, kid, err := r.entries[i].derive(salt)
		if err != nil {
			return nil, err
		}
		if parsed.Header.KeyID != "" && parsed.Header.KeyID != kid {
			continue
		}
		claims, err := parsed.Decrypt(key)
		if err != nil {
			failure = ErrAuthentication
			continue
		}
		if !isObject(claims) {
			return nil, ErrMalformed
		}
		return claims, nil
	}
	return nil, failure
}

// derive returns the 64-byte key for one use of the secret (HKDF-SHA256, RFC
// 5869) and its thumbprint in base64url.
func (e *entry) derive(salt string) (key []byte, kid string, err error) {
	key, err = hkdf.Key(sha256.New, e.material, []byte(salt), hkdfInfo, 64)
	if err != nil {
		return nil, "", fmt.Errorf("secret: deriving a key: %w", err)
	}
	// go-jose takes no thumbprint of symmetric keys. RFC 7638, section 3.2:
	// the required members alone, in this order, without space.
	return key, HashURL(`{"k":"` + base64.RawURLEncoding.EncodeToString(key) + `","kty":"oct"}`), nil
}
