package betterauth

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/better-auth-go/better-auth/internal/password"
)

// Hasher hashes passwords. Implementations are safe for concurrent use.
type Hasher interface {
	// Hash returns the text to store for password.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether stored is a hash of password. A wrong password is false
	// without an error; a stored text that it cannot read is an error.
	Verify(ctx context.Context, password, stored string) (bool, error)
}

// Rehasher is a Hasher that says when a stored hash should be replaced by a new one; it
// is asked after a successful sign-in.
type Rehasher interface {
	NeedsRehash(stored string) bool
}

// Scrypt is the TypeScript server's password format: "salt:key" in hexadecimal with
// scrypt (RFC 7914) at N=16384, r=16, p=1. It also verifies Argon2id hashes. A nil random
// source means crypto/rand.
func Scrypt(random io.Reader) Hasher {
	return password.Any{Preferred: password.Scrypt{Rand: random}}
}

// Argon2id hashes with Argon2id (RFC 9106, 64 MiB, 3 passes) in the PHC string format. It
// also verifies hashes of the TypeScript server, and has them replaced at the next
// sign-in. The TypeScript server cannot read Argon2id hashes. A nil random source means
// crypto/rand.
func Argon2id(random io.Reader) Hasher {
	return password.Any{Preferred: password.Argon2id{Rand: random}}
}

// ErrBusy answers 503 when too many password hashes are waiting.
var ErrBusy = &ErrorCode{"SERVICE_BUSY", "Too many sign-ins at the moment. Please try again.", http.StatusServiceUnavailable}

// boundedHasher lets only so many hashes run at once, since each takes tens of
// megabytes, and answers ErrBusy for those that waited too long. Plugins wrap
// it from outside, so that what they wait for holds no place.
type boundedHasher struct {
	inner   Hasher
	limiter *password.Limiter
}

func newBoundedHasher(h Hasher, cfg PasswordConfig) boundedHasher {
	return boundedHasher{h, password.NewLimiter(h, password.LimiterConfig{Concurrent: cfg.MaxConcurrent, MaxWait: cfg.MaxWait})}
}

func (b boundedHasher) Hash(ctx context.Context, pw string) (string, error) {
	hash, err := b.limiter.Hash(ctx, pw)
	return hash, busy(err)
}

func (b boundedHasher) Verify(ctx context.Context, pw, stored string) (bool, error) {
	ok, err := b.limiter.Verify(ctx, pw, stored)
	return ok, busy(err)
}

func busy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return ErrBusy.Because(err)
	}
	return err
}

// Decoy implements Decoyer.
func (b boundedHasher) Decoy(ctx context.Context, pw, stored string) error {
	return busy(b.limiter.Decoy(ctx, pw, stored))
}

// Unwrap returns the hasher inside.
func (b boundedHasher) Unwrap() Hasher { return b.inner }

// Decoyer is a Hasher whose formats take different times to verify.
type Decoyer interface {
	// Decoy burns the CPU time by which the failed check of stored was faster than the
	// slowest failed check, so that timing does not reveal whether the account exists.
	// stored is "" if there was nothing to verify.
	Decoy(ctx context.Context, password, stored string) error
}

// Decoy makes every failed sign-in take the same time, so that timing does not reveal
// whether an account exists. Call it with the stored hash that password did not match, or
// with "" for a user who does not exist or has no password. The first Decoyer decides,
// looking through wrappers that have an Unwrap() Hasher. Without a Decoyer, Decoy hashes
// once if stored is "" and does nothing otherwise.
func Decoy(ctx context.Context, h Hasher, password, stored string) error {
	for inner := h; inner != nil; {
		if d, ok := inner.(Decoyer); ok {
			return d.Decoy(ctx, password, stored)
		}
		w, ok := inner.(interface{ Unwrap() Hasher })
		if !ok {
			break
		}
		inner = w.Unwrap()
	}
	if stored != "" {
		return nil
	}
	_, err := h.Hash(ctx, password)
	return err
}

// NeedsRehash reports whether h should replace stored by a new hash. The first Rehasher
// decides, looking through wrappers that have an Unwrap() Hasher.
func NeedsRehash(h Hasher, stored string) bool {
	for h != nil {
		if r, ok := h.(Rehasher); ok {
			return r.NeedsRehash(stored)
		}
		w, ok := h.(interface{ Unwrap() Hasher })
		if !ok {
			return false
		}
		h = w.Unwrap()
	}
	return false
}
