package password

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The bounds hold for a hasher's own parameters and for those in a stored
// value: a damaged or hostile row must not take the memory of the server or
// keep a processor for minutes.
const (
	maxArgonTime    = 16
	maxArgonMemory  = 256 * 1024 // KiB
	maxArgonThreads = 16
	minArgonSalt    = 8  // bytes (RFC 9106, section 3.1)
	maxArgonSalt    = 64 // bytes
	minArgonKey     = 16 // bytes; RFC 9106 allows 4, which guesses in passing
	maxArgonKey     = 64 // bytes
)

// Argon2id hashes with Argon2id (RFC 9106) and writes PHC strings:
// $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<key>, with a 128-bit
// salt and a 256-bit key. The zero value is ready to use.
//
// The default is the second recommendation of RFC 9106, section 4 (t=3, 64
// MiB), with one lane in place of four. Lanes spread one hash over several
// processors; a server already runs as many hashes at once as it has (see
// [Limiter]), so lanes would only let them fight, while what an attacker pays
// per guess, passes times memory, stays the same.
type Argon2id struct {
	// Rand gives the salt; nil is crypto/rand.
	Rand io.Reader
	// Time is the number of passes, 1 to 16; zero is 3.
	Time uint32
	// Memory is in KiB, at least 8 a lane and at most 262144 (256 MiB); zero
	// is 65536 (64 MiB).
	Memory uint32
	// Threads is the number of lanes, 1 to 16; zero is 1.
	Threads uint8
}

var _ Hasher = Argon2id{}

type argonParameters struct {
	time, memory uint32
	threads      uint8
}

func (a Argon2id) parameters() argonParameters {
	p := argonParameters{time: 3, memory: 64 * 1024, threads: 1}
	if a.Time != 0 {
		p.time = a.Time
	}
	if a.Memory != 0 {
		p.memory = a.Memory
	}
	if a.Threads != 0 {
		p.threads = a.Threads
	}
	return p
}

func (p argonParameters) valid() bool {
	return 1 <= p.time && p.time <= maxArgonTime &&
		1 <= p.threads && p.threads <= maxArgonThreads &&
		8*uint32(p.threads) <= p.memory && p.memory <= maxArgonMemory
}

func (p argonParameters) derive(password string, salt []byte, length int) []byte {
	return argon2.IDKey(normalized(password), salt, p.time, p.memory, p.threads, uint32(length))
}

// Hash implements [Hasher]. A context that has ended stops it before the work
// starts; once started it runs to the end.
func (a Argon2id) Hash(ctx context.Context, password string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	p := a.parameters()
	if !p.valid() {
		return "", ErrParameters
	}
	salt, err := readSalt(a.Rand, 16)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.memory, p.time, p.threads, encode(salt), encode(p.derive(password, salt, 32))), nil
}

// Verify implements [Hasher]. It uses the parameters of the stored value, which
// have to be within the bounds of the fields of [Argon2id].
func (a Argon2id) Verify(ctx context.Context, password, stored string) (bool, error) {
	p, salt, want, ok := splitArgon2id(stored)
	if !ok {
		return false, ErrMalformed
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(p.derive(password, salt, len(want)), want) == 1, nil
}

func (a Argon2id) needsRehash(stored string) bool {
	p, _, _, ok := splitArgon2id(stored)
	return !ok || p != a.parameters()
}

const argonPrefix = "$argon2id$"

func splitArgon2id(stored string) (p argonParameters, salt, key []byte, ok bool) {
	rest, ok := strings.CutPrefix(stored, argonPrefix+"v="+strconv.Itoa(argon2.Version)+"$")
	fields := strings.SplitN(rest, "$", 4)
	if !ok || !shortText(stored) || len(fields) != 3 {
		return argonParameters{}, nil, nil, false
	}
	settings := strings.SplitN(fields[0], ",", 4)
	if len(settings) != 3 {
		return argonParameters{}, nil, nil, false
	}
	memory, ok1 := setting(settings[0], "m=", 32)
	passes, ok2 := setting(settings[1], "t=", 32)
	lanes, ok3 := setting(settings[2], "p=", 8)
	p = argonParameters{time: uint32(passes), memory: uint32(memory), threads: uint8(lanes)}
	strict := base64.RawStdEncoding.Strict()
	salt, err1 := strict.DecodeString(fields[1])
	key, err2 := strict.DecodeString(fields[2])
	ok = ok1 && ok2 && ok3 && p.valid() && err1 == nil && err2 == nil &&
		minArgonSalt <= len(salt) && len(salt) <= maxArgonSalt &&
		minArgonKey <= len(key) && len(key) <= maxArgonKey
	return p, salt, key, ok
}

func setting(s, name string, bits int) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(digits, 10, bits)
	return n, ok && err == nil
}
