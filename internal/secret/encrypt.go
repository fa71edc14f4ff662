package secret

import (
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
	e := r.current()
	aead, err := chacha20poly1305.NewX(e.encryption[:])
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
	aead, err := chacha20poly1305.NewX(e.encryption[:])
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
