package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// envelopePrefix starts an envelope that names the version of its key.
const envelopePrefix = "$ba$"

// Encrypt seals the plaintext under the current secret with
// XChaCha20-Poly1305, the key being the SHA-256 of the secret. The result is
// the lower-case hex of nonce, ciphertext and tag; a ring with versioned keys
// writes $ba$<version>$ before it. random gives the 24-byte nonce and must be
// cryptographically secure; the only error is its failure.
func (r *Ring) Encrypt(random io.Reader, plaintext string) (string, error) {
	return r.encrypt(random, r.current().encryption, plaintext)
}

// EncryptFor is Encrypt with a key for one purpose, so that what is encrypted for one
// opens for no other. The key is derived from the secret as the TypeScript server derives
// those of its OAuth ciphertexts.
func (r *Ring) EncryptFor(random io.Reader, purpose, plaintext string) (string, error) {
	key, err := r.current().purposeKey(purpose)
	if err != nil {
		return "", err
	}
	return r.encrypt(random, key, plaintext)
}

const purposeSalt = "better-auth:oauth-encryption:v1"

// purposeKey is the encryption key of a secret for one purpose: the derived secret is
// the hexadecimal text of 32 bytes (HKDF-SHA256, RFC 5869).
func (e *entry) purposeKey(purpose string) (key [sha256.Size]byte, err error) {
	derived, err := hkdf.Key(sha256.New, e.material, []byte(purposeSalt), "better-auth:"+purpose+":v1", sha256.Size)
	if err != nil {
		return key, fmt.Errorf("secret: deriving a key: %w", err)
	}
	return sha256.Sum256([]byte(hex.EncodeToString(derived))), nil
}

func (r *Ring) encrypt(random io.Reader, key [sha256.Size]byte, plaintext string) (string, error) {
	e := r.current()
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return "", fmt.Errorf("secret: encrypting: %w", err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plaintext)+aead.Overhead())
	if err := readRandom(random, nonce); err != nil {
		return "", err
	}
	sealed := hex.EncodeToString(aead.Seal(nonce, nonce, []byte(plaintext), nil))
	if !r.versioned {
		return sealed, nil
	}
	return envelopePrefix + strconv.Itoa(e.version) + "$" + sealed, nil
}

// Decrypt opens what [Ring.Encrypt] of this ring, of an older one or of the
// reference sealed. A $ba$<version>$ envelope is opened with the secret of
// that version, bare hex with the legacy secret or, without versioned keys,
// the only one. The error is [ErrMalformed], [ErrUnknownKey] or
// [ErrAuthentication].
func (r *Ring) Decrypt(envelope string) (string, error) {
	return r.decrypt(envelope, func(e *entry) ([sha256.Size]byte, error) { return e.encryption, nil })
}

// DecryptFor opens what [Ring.EncryptFor] sealed for the same purpose.
func (r *Ring) DecryptFor(purpose, envelope string) (string, error) {
	return r.decrypt(envelope, func(e *entry) ([sha256.Size]byte, error) { return e.purposeKey(purpose) })
}

func (r *Ring) decrypt(envelope string, keyOf func(*entry) ([sha256.Size]byte, error)) (string, error) {
	version, body := legacyVersion, envelope
	if named, ok := strings.CutPrefix(envelope, envelopePrefix); ok {
		number, rest, ok := strings.Cut(named, "$")
		parsed, err := strconv.ParseUint(number, 10, strconv.IntSize-1)
		if !ok || err != nil {
			return "", ErrMalformed
		}
		version, body = int(parsed), rest
	}
	sealed, err := hex.DecodeString(body)
	if err != nil || len(sealed) < chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return "", ErrMalformed
	}
	e := r.byVersion(version)
	if e == nil {
		return "", ErrUnknownKey
	}
	key, err := keyOf(e)
	if err != nil {
		return "", err
	}
	aead, err := chacha20poly1305.NewX(key[:])
	if err != nil {
		return "", fmt.Errorf("secret: decrypting: %w", err)
	}
	nonce, ciphertext := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plaintext, err := aead.Open(nil, nonce, ciphertext, nil)
	if err != nil {
		return "", ErrAuthentication
	}
	return string(plaintext), nil
}
