package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// The reference's parameters (RFC 7914, section 2). They are not part of a
// stored value, so they cannot vary. One hash takes 32 MiB.
const (
	scryptN      = 16384
	scryptR      = 16
	scryptP      = 1
	scryptKey    = 64 // bytes
	scryptSalt   = 16 // bytes, before they become hex
	scryptKeyHex = 2 * scryptKey
)

// Scrypt is the reference's hasher: "<salt>:<key>", a salt of 32 and a key of
// 128 lower-case hex characters. The salt that goes into the function is the
// text of the hex digits, not the bytes they stand for. The zero value is
// ready to use.
type Scrypt struct {
	// Rand gives the salt; nil is crypto/rand.
	Rand io.Reader
}

var _ Hasher = Scrypt{}

// Hash implements [Hasher]. A context that has ended stops it before the work
// starts; once started it runs to the end.
func (s Scrypt) Hash(ctx context.Context, password string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	raw, err := readSalt(s.Rand, scryptSalt)
	if err != nil {
		return "", err
	}
	salt := hex.EncodeToString(raw)
	key, err := scryptDerive(password, salt)
	if err != nil {
		return "", err
	}
	return salt + ":" + hex.EncodeToString(key), nil
}

// Verify implements [Hasher].
func (s Scrypt) Verify(ctx context.Context, password, stored string) (bool, error) {
	salt, want, ok := splitScrypt(stored)
	if !ok {
		return false, ErrMalformed
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	got, err := scryptDerive(password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (s Scrypt) needsRehash(stored string) bool {
	_, _, ok := splitScrypt(stored)
	return !ok
}

// splitScrypt takes a salt of any length, because the function does; the key
// has only one.
func splitScrypt(stored string) (salt string, key []byte, ok bool) {
	if !shortText(stored) {
		return "", nil, false
	}
	salt, text, ok := strings.Cut(stored, ":")
	if !ok || salt == "" || len(text) != scryptKeyHex || strings.Trim(text, "0123456789abcdef") != "" {
		return "", nil, false
	}
	key, err := hex.DecodeString(text)
	return salt, key, err == nil
}

func scryptDerive(password, salt string) ([]byte, error) {
	key, err := scrypt.Key(normalized(password), []byte(salt), scryptN, scryptR, scryptP, scryptKey)
	if err != nil {
		return nil, fmt.Errorf("password: scrypt: %w", err)
	}
	return key, nil
}

func readSalt(random io.Reader, n int) ([]byte, error) {
	if random == nil {
		random = rand.Reader
	}
	salt := make([]byte, n)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("password: reading randomness: %w", err)
	}
	return salt, nil
}
