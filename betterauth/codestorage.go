package betterauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// CodeStorage says how a plugin stores codes that people type. Make one with CodesPlain,
// CodesEncrypted, CodesHashed, CodesHashedBy or CodesEncryptedBy; the zero value leaves
// it to the plugin. Servers that share a database need the same. It is safe for
// concurrent use, as far as the application's functions are.
type CodeStorage struct {
	form             codeForm
	hash             func(ctx context.Context, code string) (string, error)
	encrypt, decrypt func(ctx context.Context, text string) (string, error)
}

// codeForm is which of the constructors made a CodeStorage.
type codeForm int

const (
	codesUnset codeForm = iota // stored as they are
	codesPlain
	codesEncrypted
	codesHashed
	codesHashedBy
	codesEncryptedBy
)

// CodesPlain stores codes as they are: whoever can read the database can use codes that
// have not expired.
func CodesPlain() CodeStorage { return CodeStorage{form: codesPlain} }

// CodesEncrypted encrypts codes with the application's secret.
func CodesEncrypted() CodeStorage { return CodeStorage{form: codesEncrypted} }

// CodesHashed stores the SHA-256 in base64url without padding. It hides a code from a
// casual look only: whoever has the hash of a short code finds the code by trying all.
func CodesHashed() CodeStorage { return CodeStorage{form: codesHashed} }

// CodesHashedBy stores the text that hash returns for a code, which must be the same for
// the same code. hash is called with each spelling that a typed code may stand for: at
// most nine, and one for six digits. A new code is passed to it without hyphens.
func CodesHashedBy(hash func(ctx context.Context, code string) (string, error)) CodeStorage {
	return CodeStorage{form: codesHashedBy, hash: hash}
}

// CodesEncryptedBy stores the text that encrypt returns, which decrypt turns back.
func CodesEncryptedBy(encrypt, decrypt func(ctx context.Context, text string) (string, error)) CodeStorage {
	return CodeStorage{form: codesEncryptedBy, encrypt: encrypt, decrypt: decrypt}
}

// Or returns other in place of the zero value. A plugin with a default of its own calls
// it.
func (s CodeStorage) Or(other CodeStorage) CodeStorage {
	if s.form == codesUnset {
		return other
	}
	return s
}

// ErrCodeHashed says that a stored code cannot be read back because it is hashed.
var ErrCodeHashed = errors.New("betterauth: the code is hashed")

// Problem returns what is wrong, nil if the storage works. A plugin returns it from
// Checker, behind the name of the field.
func (s CodeStorage) Problem() error {
	switch {
	case s.form == codesHashedBy && s.hash == nil:
		return errors.New("CodesHashedBy got a nil function; pass it one, or use CodesHashed")
	case s.form == codesEncryptedBy && (s.encrypt == nil || s.decrypt == nil):
		return errors.New("CodesEncryptedBy got a nil function; pass it both, or use CodesEncrypted")
	}
	return nil
}

// OneWay reports whether stored codes cannot be read back.
func (s CodeStorage) OneWay() bool { return s.form == codesHashed || s.form == codesHashedBy }

// Keep returns the form in which code is stored. A code of hyphens and spaces alone is an
// error, since nobody could type it.
func (s CodeStorage) Keep(ctx context.Context, h *Host, code string) (string, error) {
	if TypedCode(code).Empty() {
		return "", errors.New("betterauth: a code needs a letter or a digit")
	}
	if s.OneWay() {
		return s.hashed(ctx, TypedCode(code).Canonical())
	}
	return s.Seal(ctx, h, code)
}

// Seal is Keep for any text, such as a list of codes. It fails with ErrCodeHashed if the
// storage hashes.
func (s CodeStorage) Seal(ctx context.Context, h *Host, text string) (string, error) {
	switch {
	case s.OneWay():
		return "", ErrCodeHashed
	case s.form == codesEncryptedBy:
		return notEmpty(s.encrypt(ctx, text))
	case s.form == codesEncrypted:
		return h.Encrypt(text)
	}
	return text, nil
}

// Open returns the text that was given to Keep or Seal. It fails with ErrCodeHashed if
// the storage hashes.
func (s CodeStorage) Open(ctx context.Context, h *Host, kept string) (string, error) {
	switch {
	case s.OneWay():
		return "", ErrCodeHashed
	case s.form == codesEncryptedBy:
		return s.decrypt(ctx, kept)
	case s.form == codesEncrypted:
		return h.Decrypt(kept)
	}
	return kept, nil
}

// Matches reports whether given is the stored code. Its time does not depend on how many
// characters are right.
func (s CodeStorage) Matches(ctx context.Context, h *Host, kept string, given TypedCode) (bool, error) {
	if !s.OneWay() {
		code, err := s.Open(ctx, h, kept)
		return err == nil && given.Is(code), err
	}
	right := 0
	for _, spelling := range given.spellings() {
		hashed, err := s.hashed(ctx, spelling)
		if err != nil {
			return false, err
		}
		right |= sameText(hashed, kept)
	}
	return right == 1 && kept != "", nil
}

func (s CodeStorage) hashed(ctx context.Context, code string) (string, error) {
	if s.form == codesHashedBy {
		return notEmpty(s.hash(ctx, code))
	}
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// notEmpty refuses what every code would match.
func notEmpty(kept string, err error) (string, error) {
	if err == nil && kept == "" {
		err = errors.New("betterauth: a function of CodeStorage returned an empty text; return one that stands for the code")
	}
	return kept, err
}
