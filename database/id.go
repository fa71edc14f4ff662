package database

import (
	"errors"
	"fmt"
	"io"
)

// IDStrategy decides how ids are made and stored. In Go an id is always a
// string.
type IDStrategy string

const (
	// RandomID, the default, makes 32 characters of a-z, A-Z and 0-9: 190 bits.
	RandomID IDStrategy = ""
	// UUID stores version 4 UUIDs: on PostgreSQL in a uuid column that the database
	// fills, on SQLite as text that this package makes.
	UUID IDStrategy = "uuid"
	// Serial lets the database number rows; columns that refer to an id are integers too.
	Serial IDStrategy = "serial"
)

const idAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// RandomString draws n characters of alphabet from r, each equally likely: bytes that
// would favour the first characters are dropped. alphabet has 1 to 256 single-byte
// characters.
func RandomString(r io.Reader, n int, alphabet string) (string, error) {
	if len(alphabet) == 0 || len(alphabet) > 256 || n < 0 {
		return "", errors.New("database: RandomString needs n of at least 0 and an alphabet of 1 to 256 characters")
	}
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	// A third more than needed: one read is enough nearly always.
	buf := make([]byte, n+n/3+1)
	for len(out) < n {
		if _, err := io.ReadFull(r, buf); err != nil {
			return "", fmt.Errorf("database: random source: %w", err)
		}
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out), nil
}

// randomUUID makes a version 4 UUID, RFC 9562 section 5.4.
func randomUUID(r io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return "", fmt.Errorf("database: random source: %w", err)
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// isUUID accepts the 36-character form only, of any version.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return false
			}
		}
	}
	return true
}

// newID makes an id in code; "" leaves it to the database.
func (s *Schema) newID(t *table) (string, error) {
	switch {
	case t.id.stored == storedSerial, t.id.stored == storedUUID:
		return "", nil
	case s.opts.IDs == UUID:
		return randomUUID(s.opts.Rand)
	case s.opts.NewID != nil:
		id := s.opts.NewID(t.Name)
		if id == "" {
			return "", fmt.Errorf("database: %s: NewID returned no id", t.Name)
		}
		return id, nil
	}
	return RandomString(s.opts.Rand, 32, idAlphabet)
}
