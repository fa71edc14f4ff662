// Package secret holds the application's secrets and everything keyed by
// them: signatures of cookies, symmetric encryption of stored values, and the
// signed and encrypted tokens a browser carries.
//
// Start with [NewRing]. A [Ring] always signs and encrypts with the current
// secret. It verifies with every secret it holds, so that changing the current
// one signs nobody out; the reference verifies signatures with the current
// secret only ([Ring.VerifyCurrent]), which makes the wider rule an extension
// of this package, and one that lasts as long as the older secret is listed.
//
// Signatures are sign.go, encryption at rest is encrypt.go, tokens are jwt.go
// and jwe.go, and the keys of the latter derive.go.
package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
)

// Default is the TypeScript server's secret for development. It is public, so
// [NewRing] drops it when it arrives as the legacy secret beside versioned keys;
// whether it may serve as the only secret is for the caller to decide.
const Default = "better-auth-secret-12345678901234567890"

// Errors of the package. None of them carries a secret, a plaintext or a part
// of one; compare with [errors.Is].
var (
	// ErrMalformed says that the text is not of the expected form at all.
	ErrMalformed = errors.New("secret: malformed value")
	// ErrUnknownKey says that the text names a secret the ring does not hold.
	ErrUnknownKey = errors.New("secret: value is keyed by an unknown secret")
	// ErrAuthentication says that no secret of the ring produced the text, or
	// that it was changed afterwards.
	ErrAuthentication = errors.New("secret: authentication failed")
)

// Key is one versioned secret.
type Key struct {
	Version int    // a non-negative number, unique in a ring; it is written into what the key encrypts
	Value   string // the secret text; its UTF-8 bytes are the key material
}

// Format prints the version alone, whatever the verb, so that a key in a log
// line or an error does not give itself away.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "secret.Key(version %d)", k.Version) }

// LogValue implements [slog.LogValuer] with the version alone.
func (k Key) LogValue() slog.Value { return slog.IntValue(k.Version) }

// Ring is an ordered set of secrets: the current one first, older ones after
// it, the legacy one last. It does not change once made and is safe for
// concurrent use.
type Ring struct {
	entries   []entry
	versioned bool // entries[0] is a versioned key, and new envelopes name it
}

type entry struct {
	version    int // -1 for the legacy secret
	material   []byte
	encryption [sha256.Size]byte
	macs       *sync.Pool // of *macer
	keys       *derivedKeys
}

const legacyVersion = -1

// NewRing makes a ring of versioned keys, the current one first, and the
// legacy secret, the one used before there were versions; either may be absent
// (nil, ""), but not both. With no versioned keys the legacy secret is current.
//
// It is an error when no secret is given, a version is negative or given
// twice, or a value is empty. All problems are reported at once, by position
// and version, never by value.
func NewRing(keys []Key, legacy string) (*Ring, error) {
	if len(keys) > 0 && legacy == Default {
		legacy = ""
	}
	if len(keys) == 0 && legacy == "" {
		return nil, errors.New("secret: no secret given")
	}
	var problems []error
	seen := make(map[int]bool, len(keys))
	ring := &Ring{versioned: len(keys) > 0}
	for i, k := range keys {
		switch {
		case k.Version < 0:
			problems = append(problems, fmt.Errorf("secret: key %d: negative version %d", i+1, k.Version))
		case seen[k.Version]:
			problems = append(problems, fmt.Errorf("secret: key %d: version %d is given twice", i+1, k.Version))
		case k.Value == "":
			problems = append(problems, fmt.Errorf("secret: key %d: version %d has an empty value", i+1, k.Version))
		}
		seen[k.Version] = true
		ring.entries = append(ring.entries, newEntry(k.Version, k.Value))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if legacy != "" {
		ring.entries = append(ring.entries, newEntry(legacyVersion, legacy))
	}
	return ring, nil
}

func newEntry(version int, value string) entry {
	material := []byte(value)
	macs := &sync.Pool{New: func() any { return &macer{hash: hmac.New(sha256.New, material)} }}
	return entry{version: version, material: material, encryption: sha256.Sum256(material), macs: macs, keys: &derivedKeys{}}
}

// ParseKeys reads the form of the environment variable BETTER_AUTH_SECRETS,
// "2:new,1:old": comma separated, the current key first, version and value
// parted by the first colon. Space around an entry or a value does not count.
// Blank text holds no keys and is no error. Errors name the position of an
// entry, never its text. [NewRing] checks for versions given twice.
func ParseKeys(s string) ([]Key, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var keys []Key
	for i, item := range strings.Split(s, ",") {
		number, value, ok := strings.Cut(strings.TrimSpace(item), ":")
		if !ok {
			return nil, fmt.Errorf("secret: entry %d: want version:value", i+1)
		}
		// ParseUint takes no sign, so "+1" and "-1" are refused like "x".
		version, err := strconv.ParseUint(number, 10, strconv.IntSize-1)
		if err != nil {
			return nil, fmt.Errorf("secret: entry %d: the version is not a non-negative integer", i+1)
		}
		if value = strings.TrimSpace(value); value == "" {
			return nil, fmt.Errorf("secret: entry %d: the value is empty", i+1)
		}
		keys = append(keys, Key{Version: int(version), Value: value})
	}
	return keys, nil
}

// Format prints how many secrets the ring holds, whatever the verb.
func (r *Ring) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "secret.Ring(%d secrets)", len(r.entries))
}

func (r *Ring) current() *entry { return &r.entries[0] }

// byVersion is nil when the ring has no such key.
func (r *Ring) byVersion(version int) *entry {
	for i := range r.entries {
		if r.entries[i].version == version {
			return &r.entries[i]
		}
	}
	return nil
}

func readRandom(random io.Reader, b []byte) error {
	if _, err := io.ReadFull(random, b); err != nil {
		return fmt.Errorf("secret: reading randomness: %w", err)
	}
	return nil
}
