package subject

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

// CheapHasher stands in for a hash that takes tens of milliseconds and would
// hide everything else. Ours and what is written by hand both use it. Anybody
// who reads the table could guess the passwords.
type CheapHasher struct{}

var _ betterauth.Hasher = CheapHasher{}

// Hash implements betterauth.Hasher.
func (CheapHasher) Hash(_ context.Context, password string) (string, error) {
	salt := rand.Text()
	return salt + ":" + digest(salt, password), nil
}

// Verify implements betterauth.Hasher.
func (CheapHasher) Verify(_ context.Context, password, stored string) (bool, error) {
	salt, sum, ok := strings.Cut(stored, ":")
	if !ok {
		return false, errors.New("not a cheap hash")
	}
	return subtle.ConstantTimeCompare([]byte(digest(salt, password)), []byte(sum)) == 1, nil
}

func digest(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + password))
	return hex.EncodeToString(sum[:])
}

// scrypt is the default hash, whose salt nobody needs to foresee.
var scrypt = betterauth.Scrypt(rand.Reader)

// HashAlone returns what verifying the password of [Visitor.Hashed] takes by itself.
func HashAlone(ctx context.Context) (func() error, error) {
	stored, err := scrypt.Hash(ctx, Password)
	return func() error {
		right, err := scrypt.Verify(ctx, Password, stored)
		if err == nil && !right {
			err = errors.New("the password is not its own")
		}
		return err
	}, err
}
