package secret

import (
	"crypto/aes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-jose/go-jose/v4"
	josecipher "github.com/go-jose/go-jose/v4/cipher"
)

// jweTag is the length in bytes of the authentication tag of A256CBC-HS512 (RFC 7518,
// section 5.2.5).
const jweTag = 32

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
	d, err := r.current().derive(salt)
	if err != nil {
		return "", err
	}
	aead, err := josecipher.NewCBCHMAC(d.key, aes.NewCipher)
	if err != nil {
		return "", fmt.Errorf("secret: encrypting: %w", err)
	}
	iv := make([]byte, aead.NonceSize())
	if err := readRandom(random, iv); err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	header := strings.TrimSuffix(d.header, "..")
	sealed := aead.Seal(nil, iv, claims, []byte(header))
	body, tag := sealed[:len(sealed)-jweTag], sealed[len(sealed)-jweTag:]
	return d.header + encode(iv) + "." + encode(body) + "." + encode(tag), nil
}

// OpenJWE returns the claims of a token that [Ring.SealJWE] made with the same
// salt under any secret of the ring. A key id picks the secret; without one
// all are tried. Only direct encryption with A256CBC-HS512 is accepted. The
// claims are a valid JSON object; their exp is for the caller to check. The
// error is [ErrMalformed], [ErrUnknownKey] or [ErrAuthentication].
func (r *Ring) OpenJWE(salt, token string) ([]byte, error) {
	claims, err := r.DecryptJWE(salt, token)
	if err == nil && !isObject(claims) {
		return nil, ErrMalformed
	}
	return claims, err
}

// DecryptJWE is OpenJWE for a caller who reads the claims at once, and finds out
// whether they are a JSON object.
func (r *Ring) DecryptJWE(salt, token string) ([]byte, error) {
	// What SealJWE and the reference write is read here. Every other spelling, such as
	// other members of the header, is for go-jose.
	for i := range r.entries {
		d, err := r.entries[i].derive(salt)
		if err != nil {
			return nil, err
		}
		if rest, ours := strings.CutPrefix(token, d.header); ours {
			if claims, err := d.open(rest); !errors.Is(err, errSpelling) {
				return claims, err
			}
		}
	}
	return r.openForeign(salt, token)
}

// openForeign opens a token that may be spelt in any way.
func (r *Ring) openForeign(salt, token string) ([]byte, error) {
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
		d, err := r.entries[i].derive(salt)
		if err != nil {
			return nil, err
		}
		if parsed.Header.KeyID != "" && parsed.Header.KeyID != d.kid {
			continue
		}
		claims, err := parsed.Decrypt(d.key)
		if err != nil {
			failure = ErrAuthentication
			continue
		}
		return claims, nil
	}
	return nil, failure
}
