// Package password hashes passwords.
//
// [Scrypt] writes and reads what the reference does and is the choice for a
// database shared with it; [Argon2id] is the stronger function for one that is
// not. [Any] reads both and writes one of them, so an application can move
// over while people sign in. [Limiter] keeps a rush of sign-ins from taking
// all memory and processors.
//
// Start with [Any]; each function has a file of its own, and decoy.go is the
// work for a user who does not exist.
package password

import (
	"context"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var (
	// ErrMalformed says that a stored value is not of the hasher's format. It
	// means a damaged or foreign row, not a wrong password.
	ErrMalformed = errors.New("password: malformed stored hash")
	// ErrParameters says that the parameters of a hasher are out of bounds.
	ErrParameters = errors.New("password: parameters out of bounds")
	// ErrBusy says that a [Limiter] turned a call away.
	ErrBusy = errors.New("password: too many hashes at once")
)

// Hasher turns a password into a value to store and checks one against it.
// Implementations are safe for concurrent use.
type Hasher interface {
	// Hash returns a value to store for the password, with fresh salt. The
	// error is that of the context, of the source of randomness, [ErrBusy] or
	// [ErrParameters].
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether stored was made from the password. A wrong
	// password is false without an error; an error means that nobody can say,
	// [ErrMalformed] for a value this hasher cannot read.
	Verify(ctx context.Context, password, stored string) (bool, error)
}

// Length returns the length of a password in UTF-16 code units, the measure of
// the reference's limits: a character outside the basic plane counts twice.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// normalized is what both functions hash: however a keyboard composes a
// character, the password is the same (Unicode TR 15, form KC).
//
// The norm package breaks a run of more than 30 combining marks with a joiner
// (Stream-Safe Text Format), which ECMAScript does not; a password with such a
// run, and only such a password, hashes differently there.
func normalized(password string) []byte {
	return norm.NFKC.Bytes([]byte(password))
}

// shortText bounds what is read from a stored value before it is parsed.
func shortText(stored string) bool {
	return len(stored) <= 1024 && utf8.ValidString(stored)
}
