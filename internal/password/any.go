package password

import (
	"context"
	"strings"
)

// Any verifies what [Scrypt] and [Argon2id] wrote, telling them apart by their
// shape, and hashes with the preferred hasher. The zero value prefers
// [Scrypt].
//
// After a sign-in, a value that [Any.NeedsRehash] can be replaced by a fresh
// hash of the password that was just verified.
type Any struct {
	// Preferred hashes new passwords; nil is Scrypt{}. A hasher of another
	// kind also verifies every value that has neither of the two shapes.
	Preferred Hasher
}

var _ Hasher = Any{}

// Hash implements [Hasher] with the preferred hasher.
func (a Any) Hash(ctx context.Context, password string) (string, error) {
	return a.preferred().Hash(ctx, password)
}

// Verify implements [Hasher].
func (a Any) Verify(ctx context.Context, password, stored string) (bool, error) {
	return a.hasherOf(stored).Verify(ctx, password, stored)
}

// NeedsRehash reports whether a stored value is not what the preferred hasher
// would write: of another format, or with other parameters.
func (a Any) NeedsRehash(stored string) bool {
	if known, ok := a.preferred().(interface{ needsRehash(string) bool }); ok {
		return known.needsRehash(stored)
	}
	return builtin(stored) != nil
}

func (a Any) preferred() Hasher {
	if a.Preferred == nil {
		return Scrypt{}
	}
	return a.Preferred
}

func (a Any) hasherOf(stored string) Hasher {
	if h := builtin(stored); h != nil {
		return h
	}
	return a.preferred()
}

// builtin is nil for a value of neither shape.
func builtin(stored string) Hasher {
	if strings.HasPrefix(stored, argonPrefix) {
		return Argon2id{}
	}
	if _, _, ok := splitScrypt(stored); ok {
		return Scrypt{}
	}
	return nil
}
