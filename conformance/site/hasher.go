package site

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
)

// cheapHasher makes a sign-up a matter of its writes: a test that kills the
// server in the middle of them would otherwise nearly always meet it hashing.
// Anybody who reads the table could guess the passwords.
type cheapHasher struct{}

var _ betterauth.Hasher = cheapHasher{}

func (cheapHasher) Hash(_ context.Context, password string) (string, error) {
	salt := rand.Text()
	return "sha256:" + salt + ":" + digest(salt, password), nil
}

func (cheapHasher) Verify(_ context.Context, password, stored string) (bool, error) {
	parts := strings.Split(stored, ":")
	if len(parts) != 3 || parts[0] != "sha256" {
		return false, errors.New("not a hash of this server run with --with insecure-cheap-passwords")
	}
	return subtle.ConstantTimeCompare([]byte(digest(parts[1], password)), []byte(parts[2])) == 1, nil
}

func digest(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + password))
	return hex.EncodeToString(sum[:])
}
