package password_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/better-auth-go/better-auth/internal/password"
	"golang.org/x/crypto/argon2"
)

// phc writes a stored value of any parameters and lengths.
func phc(memory, passes uint32, lanes uint8, salt, key int) string {
	s := make([]byte, salt)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, passes, lanes, encode(s), encode(argon2.IDKey([]byte("x"), s, passes, memory, lanes, uint32(key))))
}

// The bounds that the fields of Argon2id name are within them.
func TestArgon2idBounds(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]string{
		"16 passes": phc(64, 16, 1, 16, 32), "16 lanes of 8 KiB": phc(128, 1, 16, 16, 32), "salts of 8 and keys of 16 bytes": phc(8, 1, 1, 8, 16),
		"salts and keys of 64 bytes": phc(8, 1, 1, 64, 64),
	} {
		if ok, err := quick.Verify(t.Context(), "x", stored); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	for name, stored := range map[string]string{
		"17 passes": phc(64, 17, 1, 16, 32), "less than 8 KiB a lane": strings.Replace(phc(128, 1, 16, 16, 32), "m=128", "m=127", 1), "a salt of 7 bytes": phc(8, 1, 1, 7, 16),
		"a salt of 65 bytes": phc(8, 1, 1, 65, 16), "a key of 15 bytes": phc(8, 1, 1, 8, 15), "a key of 65 bytes": phc(8, 1, 1, 8, 65),
		"a memory of another name": strings.Replace(phc(64, 1, 1, 16, 32), "m=64", "64", 1), "passes of another name": strings.Replace(phc(64, 1, 1, 16, 32), "t=1", "1", 1),
		"lanes of another name": strings.Replace(phc(64, 1, 1, 16, 32), "p=1", "1", 1), "lanes that are no number": strings.Replace(phc(64, 1, 1, 16, 32), "p=1", "p=x", 1),
		"more than 1024 bytes, in UTF-8": phc(64, 1, 1, 16, 32) + strings.Repeat("$", 1024), "another prefix": strings.TrimPrefix(phc(64, 1, 1, 16, 32), "$argon2id$v=19$"),
	} {
		if ok, err := quick.Verify(t.Context(), "x", stored); ok || !errors.Is(err, password.ErrMalformed) {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if _, err := (password.Argon2id{Time: 1, Memory: 256*1024 + 1}).Hash(t.Context(), "x"); !errors.Is(err, password.ErrParameters) {
		t.Errorf("more than 256 MiB: %v", err)
	}
	if ok, err := quick.Verify(t.Context(), "x", phc(256*1024, 1, 1, 16, 32)); !ok || err != nil {
		t.Errorf("256 MiB: %v, %v", ok, err)
	}
}

// A stored value may have 1024 bytes, and scrypt takes salts of any length.
func TestLongestStoredValue(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("ab", 64)
	if ok, err := (password.Scrypt{}).Verify(t.Context(), "x", strings.Repeat("s", 1023-len(key))+":"+key); ok || err != nil {
		t.Errorf("1024 bytes: %v, %v", ok, err)
	}
	if ok, err := (password.Scrypt{}).Verify(t.Context(), "x", strings.Repeat("s", 1024-len(key))+":"+key); ok || !errors.Is(err, password.ErrMalformed) {
		t.Errorf("1025 bytes: %v, %v", ok, err)
	}
}

func TestLengthAtTheEndOfThePlane(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"\uFFFF": 1, "\U00010000": 2} {
		if got := password.Length(text); got != want {
			t.Errorf("Length(%q) = %d", text, got)
		}
	}
}

// Who is turned away leaves no trace: the places that there were are there again,
// and not one more.
func TestLimiterForgetsWhoWasTurnedAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := password.NewLimiter(new(slow), password.LimiterConfig{Concurrent: 1, Queue: 1, MaxWait: 10 * time.Second})
		done := make(chan struct{})
		for range 2 { // one runs, one waits
			go func() { _, _ = l.Hash(t.Context(), "x"); done <- struct{}{} }()
			synctest.Wait()
		}
		for range 10 {
			if ok, err := l.Verify(t.Context(), "x", "y"); ok || !errors.Is(err, password.ErrBusy) {
				t.Errorf("a full line: %v, %v", ok, err)
			}
			if err := l.Decoy(t.Context(), "x", ""); !errors.Is(err, password.ErrBusy) {
				t.Errorf("a decoy in a full line: %v", err)
			}
		}
		<-done
		<-done
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 10 {
			blocker, release := context.WithCancel(t.Context())
			go func() { _, _ = l.Hash(blocker, "x"); done <- struct{}{} }()
			synctest.Wait()
			if _, err := l.Hash(gone, "x"); !errors.Is(err, password.ErrBusy) || !errors.Is(err, context.Canceled) {
				t.Errorf("a caller that is gone: %v", err)
			}
			<-done
			release()
		}
		if _, err := l.Hash(t.Context(), "x"); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}

// What the zero configuration allows: as many hashes at once as there are
// processors, 50 times as many in line, five seconds.
func TestLimiterDefaults(t *testing.T) {
	t.Parallel()
	for name, queue := range map[string]int{"zero": 0, "less than zero is none": -1, "one": 1} {
		synctest.Test(t, func(t *testing.T) {
			s := new(slow)
			l := password.NewLimiter(s, password.LimiterConfig{Queue: queue})
			processors := runtime.GOMAXPROCS(0)
			line := map[int]int{0: 50 * processors, -1: 0, 1: 1}[queue]
			var busy, atOnce atomic.Int32
			var wg sync.WaitGroup
			began := time.Now()
			for range processors + line + 3 {
				wg.Go(func() {
					if _, err := l.Hash(t.Context(), "x"); errors.Is(err, password.ErrBusy) {
						busy.Add(1)
						if time.Since(began) == 0 {
							atOnce.Add(1)
						}
					}
				})
			}
			wg.Wait()
			if got := atOnce.Load(); got != 3 {
				t.Errorf("%s: %d find no place in the line, want 3", name, got)
			}
			if most := int(s.most.Load()); most != processors {
				t.Errorf("%s: %d at once, want %d", name, most, processors)
			}
			// Who finds no place in the line is turned away at once, who waits five
			// seconds then: four rounds of a second each run before.
			want := 3 + max(0, line-4*processors)
			if got := int(busy.Load()); got < want-processors || got > want+processors {
				t.Errorf("%s: %d turned away, want about %d", name, got, want)
			}
			if took, rounds := time.Since(began), min(5, 1+line/processors); took < time.Duration(rounds)*time.Second || took > 6*time.Second {
				t.Errorf("%s: took %v", name, took)
			}
		})
	}
}

// plain is a hasher without a decoy of its own.
type plain struct{ hashes atomic.Int32 }

func (p *plain) Hash(context.Context, string) (string, error) {
	p.hashes.Add(1)
	return "", errors.New("plain")
}

func (p *plain) Verify(context.Context, string, string) (bool, error) { return false, nil }

// decoy is one with it.
type decoy struct {
	plain
	asked []string
}

func (d *decoy) Decoy(_ context.Context, text, stored string) error {
	d.asked = append(d.asked, text+":"+stored)
	return nil
}

func TestLimiterDecoy(t *testing.T) {
	t.Parallel()
	p := new(plain)
	l := password.NewLimiter(p, password.LimiterConfig{})
	if err := l.Decoy(t.Context(), "x", "stored"); err != nil || p.hashes.Load() != 0 {
		t.Errorf("what was verified is hashed again: %v, %d", err, p.hashes.Load())
	}
	if err := l.Decoy(t.Context(), "x", ""); err == nil || p.hashes.Load() != 1 {
		t.Errorf("nothing was verified: %v, %d hashes", err, p.hashes.Load())
	}
	d := new(decoy)
	if err := password.NewLimiter(d, password.LimiterConfig{}).Decoy(t.Context(), "x", "stored"); err != nil || len(d.asked) != 1 || d.asked[0] != "x:stored" || d.hashes.Load() != 0 {
		t.Errorf("%v, asked %q, %d hashes", err, d.asked, d.hashes.Load())
	}
}

// A stored value of a third kind costs one hash of each of the two formats.
func TestDecoyOfAThirdKind(t *testing.T) {
	t.Parallel()
	salts := &saltReads{}
	a := password.Any{Preferred: password.Argon2id{Rand: salts, Time: 1, Memory: 64, Threads: 1}}
	if err := a.Decoy(t.Context(), "x", "rot!x"); err != nil || salts.n != 2 {
		t.Errorf("%v, %d hashes", err, salts.n)
	}
}
