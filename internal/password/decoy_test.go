package password_test

import (
	"context"
	"crypto/rand"
	"testing"

	"github.com/better-auth-go/better-auth/internal/password"
)

// saltReads counts hashes by the salts they draw.
type saltReads struct{ n int }

func (s *saltReads) Read(p []byte) (int, error) {
	s.n++
	return rand.Read(p)
}

// Whatever was verified, verifying and the decoy together are the same work.
func TestDecoyEvensOut(t *testing.T) {
	t.Parallel()
	salts := &saltReads{}
	cheap := password.Argon2id{Rand: salts, Time: 1, Memory: 64, Threads: 1}
	for name, tt := range map[string]struct {
		any    password.Any
		stored func() (string, error)
		hashes int
	}{
		"nobody, scrypt":         {password.Any{Preferred: password.Scrypt{Rand: salts}}, nothing, 1},
		"scrypt, scrypt":         {password.Any{Preferred: password.Scrypt{Rand: salts}}, hashOf(password.Scrypt{}), 0},
		"nobody, while renewing": {password.Any{Preferred: cheap}, nothing, 2},
		"older, while renewing":  {password.Any{Preferred: cheap}, hashOf(password.Scrypt{}), 1},
		"newer, while renewing":  {password.Any{Preferred: cheap}, hashOf(password.Argon2id{Time: 1, Memory: 64, Threads: 1}), 1},
	} {
		stored, err := tt.stored()
		if err != nil {
			t.Fatal(err)
		}
		salts.n = 0
		if err := tt.any.Decoy(t.Context(), "password1234", stored); err != nil {
			t.Fatal(err)
		}
		if salts.n != tt.hashes {
			t.Errorf("%s: %d hashes, want %d", name, salts.n, tt.hashes)
		}
	}
}

func nothing() (string, error) { return "", nil }

func hashOf(h password.Hasher) func() (string, error) {
	return func() (string, error) { return h.Hash(context.Background(), "other") }
}
