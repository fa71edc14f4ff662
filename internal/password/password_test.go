package password_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/better-auth-go/better-auth/internal/password"
	"github.com/better-auth-go/better-auth/internal/vectors"
)

// quick keeps tests of anything but the cost itself short.
var quick = password.Argon2id{Time: 1, Memory: 64}

func verify(t *testing.T, h password.Hasher, text, stored string, want bool) {
	t.Helper()
	if got, err := h.Verify(t.Context(), text, stored); err != nil || got != want {
		t.Errorf("Verify(%q, %q) = %v, %v, want %v", text, stored, got, err, want)
	}
}

func TestScryptVectors(t *testing.T) {
	t.Parallel()
	v := vectors.Load[struct {
		Cases []struct {
			Password string `json:"password"`
			Hash     string `json:"hash"`
			NFKC     string `json:"nfkc"`
		} `json:"cases"`
		FixedSalt struct {
			Password string `json:"password"`
			Hash     string `json:"hash"`
		} `json:"fixedSalt"`
		Equivalence struct {
			HashedFrom string `json:"hashedFrom"`
			Hash       string `json:"hash"`
		} `json:"nfkcEquivalence"`
	}](t, "password")
	for _, c := range v.Cases {
		verify(t, password.Scrypt{}, c.Password, c.Hash, true)
		if c.NFKC != c.Password {
			verify(t, password.Scrypt{}, c.NFKC, c.Hash, true)
		}
		salt, err := hex.DecodeString(c.Hash[:32])
		if err != nil {
			t.Fatal(err)
		}
		got, err := password.Scrypt{Rand: bytes.NewReader(salt)}.Hash(t.Context(), c.Password)
		if err != nil || got != c.Hash {
			t.Errorf("Hash(%q) = %s, %v, want %s", c.Password, got, err, c.Hash)
		}
	}
	verify(t, password.Scrypt{}, v.FixedSalt.Password+"x", v.FixedSalt.Hash, false)
	verify(t, password.Scrypt{}, v.FixedSalt.Password, v.FixedSalt.Hash, true)
	verify(t, password.Scrypt{}, v.Equivalence.HashedFrom, v.Equivalence.Hash, true)
	verify(t, password.Scrypt{}, "fi", v.Equivalence.Hash, true)
}

// The vector is one of the phc-winner-argon2 repository for version 19.
func TestArgon2idVectors(t *testing.T) {
	t.Parallel()
	const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	verify(t, password.Argon2id{}, "password", stored, true)
	verify(t, password.Argon2id{}, "differentpassword", stored, false)
	verify(t, password.Argon2id{}, "password", strings.Replace(stored, "p=1", "p=2", 1), false)
}

func TestArgon2id(t *testing.T) {
	t.Parallel()
	got, err := password.Argon2id{Rand: bytes.NewReader(make([]byte, 16))}.Hash(t.Context(), "ﬁ")
	if err != nil || !strings.HasPrefix(got, "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$") {
		t.Fatalf("Hash = %s, %v", got, err)
	}
	verify(t, password.Argon2id{}, "fi", got, true)
	for name, a := range map[string]password.Argon2id{
		"passes":          {Time: 17},
		"memory":          {Memory: 256*1024 + 1},
		"lanes":           {Threads: 17},
		"memory per lane": {Memory: 16, Threads: 4},
	} {
		if _, err := a.Hash(t.Context(), "x"); !errors.Is(err, password.ErrParameters) {
			t.Errorf("%s out of bounds: %v", name, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("ab", 64)
	for _, stored := range []string{"", ":", "salt", ":" + key, "salt:" + key[1:], "salt:" + key + "0", "salt:" + strings.ToUpper(key),
		"salt:" + key + ":", "salt:" + strings.Repeat("g", 128), strings.Repeat("s", 1024) + ":" + key, "\xff:" + key} {
		if ok, err := (password.Scrypt{}).Verify(t.Context(), "x", stored); ok || !errors.Is(err, password.ErrMalformed) {
			t.Errorf("Scrypt.Verify(%q) = %v, %v", stored, ok, err)
		}
	}
	const salt, sum = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, stored := range []string{"", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$" + salt, "$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + sum, "$argon2id$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=262145,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=17,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + sum, "$argon2id$v=19$m=64,t=1,p=257$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=9$" + salt + "$" + sum, "$argon2id$v=19$m=-64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$t=1,m=64,p=1$" + salt + "$" + sum, "$argon2id$v=19$m=64,t=1,p=1,x=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1$" + salt + "$" + sum, "$argon2id$v=19$m=64,t=1,p=1$c29t$" + sum,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + sum + "=", "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$CTFh",
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + sum + "$", "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + strings.Repeat("A", 2000)} {
		if ok, err := quick.Verify(t.Context(), "x", stored); ok || !errors.Is(err, password.ErrMalformed) {
			t.Errorf("Argon2id.Verify(%q) = %v, %v", stored, ok, err)
		}
		if ok, err := (password.Any{}).Verify(t.Context(), "x", stored); ok || !errors.Is(err, password.ErrMalformed) {
			t.Errorf("Any.Verify(%q) = %v, %v", stored, ok, err)
		}
	}
}

// rot is a hasher of a third kind.
type rot struct{}

func (rot) Hash(_ context.Context, text string) (string, error) { return "rot!" + text, nil }

func (rot) Verify(_ context.Context, text, stored string) (bool, error) {
	rest, ok := strings.CutPrefix(stored, "rot!")
	if !ok {
		return false, password.ErrMalformed
	}
	return rest == text, nil
}

func TestAny(t *testing.T) {
	t.Parallel()
	hash := func(h password.Hasher) string {
		stored, err := h.Hash(t.Context(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	scrypt, argon, other := hash(password.Scrypt{}), hash(quick), hash(rot{})
	for _, c := range []struct {
		name      string
		any       password.Any
		stored    string
		malformed bool
		rehash    bool
	}{
		{"default, scrypt", password.Any{}, scrypt, false, false},
		{"default, argon", password.Any{}, argon, false, true},
		{"default, other", password.Any{}, other, true, true},
		{"argon, argon", password.Any{Preferred: quick}, argon, false, false},
		{"argon by pointer", password.Any{Preferred: &quick}, argon, false, false},
		{"argon, other parameters", password.Any{Preferred: password.Argon2id{}}, argon, false, true},
		{"argon, scrypt", password.Any{Preferred: quick}, scrypt, false, true},
		{"other, other", password.Any{Preferred: rot{}}, other, false, false},
		{"other, scrypt", password.Any{Preferred: rot{}}, scrypt, false, true},
		{"other, argon", password.Any{Preferred: rot{}}, argon, false, true},
	} {
		if c.malformed {
			if _, err := c.any.Verify(t.Context(), "secret", c.stored); !errors.Is(err, password.ErrMalformed) {
				t.Errorf("%s: %v", c.name, err)
			}
		} else {
			verify(t, c.any, "secret", c.stored, true)
		}
		if got := c.any.NeedsRehash(c.stored); got != c.rehash {
			t.Errorf("%s: NeedsRehash = %v", c.name, got)
		}
	}
	verify(t, password.Any{}, "wrong", argon, false)
	if got := hash(password.Any{Preferred: quick}); !strings.HasPrefix(got, "$argon2id$") {
		t.Errorf("Hash = %s", got)
	}
	if got := hash(password.Any{}); len(got) != 32+1+128 {
		t.Errorf("Hash = %s", got)
	}
}

func TestEndedContextAndBrokenRandomness(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	broken := iotest.ErrReader(io.ErrClosedPipe)
	for _, h := range []password.Hasher{password.Scrypt{Rand: broken}, password.Argon2id{Time: 1, Memory: 64, Rand: broken}} {
		if _, err := h.Hash(t.Context(), "x"); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%T: broken randomness: %v", h, err)
		}
		if _, err := h.Hash(ended, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: Hash: %v", h, err)
		}
	}
	key := strings.Repeat("ab", 64)
	if _, err := (password.Scrypt{}).Verify(ended, "x", "salt:"+key); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v", err)
	}
}

func TestSaltsDiffer(t *testing.T) {
	t.Parallel()
	first, err1 := quick.Hash(t.Context(), "x")
	second, err2 := quick.Hash(t.Context(), "x")
	if err1 != nil || err2 != nil || first == second {
		t.Errorf("%s, %v and %s, %v", first, err1, second, err2)
	}
}

func TestLength(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "äö": 2, "🔐": 2, "a\u0308": 2, "\xff\xff": 2, "中文🔑": 4} {
		if got := password.Length(s); got != want {
			t.Errorf("Length(%q) = %d, want %d", s, got, want)
		}
	}
}

func FuzzVerifyStored(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=255$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("salt:" + strings.Repeat("ab", 64))
	f.Add(":")
	f.Add("$argon2id$v=19$$$")
	// The context has ended, so a value that parses stops there and the cost of
	// hashing does not slow the search for panics.
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	f.Fuzz(func(t *testing.T, stored string) {
		ok, err := password.Any{}.Verify(ended, "password", stored)
		if ok || !errors.Is(err, password.ErrMalformed) && !errors.Is(err, context.Canceled) {
			t.Errorf("Verify(%q) = %v, %v", stored, ok, err)
		}
		if errors.Is(err, password.ErrMalformed) && !(password.Any{}).NeedsRehash(stored) {
			t.Errorf("%q is malformed and needs no new hash", stored)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	for name, h := range map[string]password.Hasher{"Scrypt": password.Scrypt{}, "Argon2id": password.Argon2id{}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Hash(b.Context(), "correct horse battery staple"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
