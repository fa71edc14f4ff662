package betterauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// CodeForm says in which form codes are stored.
type CodeForm string

const (
	// CodePlain stores codes as they are: whoever can read the database can use codes
	// that have not expired.
	CodePlain CodeForm = "plain"
	// CodeEncrypted encrypts codes with the application's secret.
	CodeEncrypted CodeForm = "encrypted"
	// CodeHashed stores the SHA-256 in base64url without padding. It hides a code from a
	// casual look only: whoever has the hash of a short code finds the code by trying
	// all.
	CodeHashed CodeForm = "hashed"
)

// CodeStorage says how a plugin stores codes that people type: in a form of the
// framework, or by functions of the application. Servers that share a database need the
// same setting. The zero value is CodePlain.
type CodeStorage struct {
	// Form says how codes are stored if no function is set. Default CodePlain.
	Form CodeForm
	// Hash returns the text to store for a code. It must return the same text for the
	// same code. It is called with each spelling that a typed code may stand for: at most
	// nine, and one for six digits. A new code is passed to it without hyphens. Default
	// nil.
	Hash func(ctx context.Context, code string) (string, error)
	// Encrypt returns the text to store, and Decrypt turns it back. Set both or neither,
	// and neither beside Hash. Default nil.
	Encrypt, Decrypt func(ctx context.Context, text string) (string, error)
}

// ErrCodeHashed says that a stored code cannot be read back because it is hashed.
var ErrCodeHashed = errors.New("betterauth: the code is hashed")

// Problem returns what is wrong with the settings, nil if they work. A plugin returns it
// from Checker.
func (s CodeStorage) Problem() error {
	own := s.Hash != nil || s.Encrypt != nil || s.Decrypt != nil
	switch {
	case s.Form != "" && s.Form != CodePlain && s.Form != CodeEncrypted && s.Form != CodeHashed:
		return fmt.Errorf("storage %q is none of %q, %q and %q; use one of them", s.Form, CodePlain, CodeEncrypted, CodeHashed)
	case (s.Encrypt == nil) != (s.Decrypt == nil):
		return errors.New("one of Encrypt and Decrypt is missing; set both")
	case s.Hash != nil && s.Encrypt != nil:
		return errors.New("Hash contradicts Encrypt and Decrypt; remove one of them")
	case own && s.Form != "":
		return fmt.Errorf("storage %q has no effect with Hash, Encrypt and Decrypt; remove one of them", s.Form)
	}
	return nil
}

// OneWay reports whether stored codes cannot be read back.
func (s CodeStorage) OneWay() bool { return s.Hash != nil || s.Form == CodeHashed }

// Keep returns the form in which code is stored. A code of hyphens and spaces alone is an
// error, since nobody could type it.
func (s CodeStorage) Keep(ctx context.Context, h *Host, code string) (string, error) {
	if TypedCode(code).Empty() {
		return "", errors.New("betterauth: a code needs a letter or a digit")
	}
	if s.OneWay() {
		return s.hash(ctx, TypedCode(code).Canonical())
	}
	return s.Seal(ctx, h, code)
}

// Seal is Keep for any text, such as a list of codes. It fails with ErrCodeHashed if the
// storage hashes.
func (s CodeStorage) Seal(ctx context.Context, h *Host, text string) (string, error) {
	switch {
	case s.OneWay():
		return "", ErrCodeHashed
	case s.Encrypt != nil:
		return notEmpty(s.Encrypt(ctx, text))
	case s.Form == CodeEncrypted:
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
	case s.Decrypt != nil:
		return s.Decrypt(ctx, kept)
	case s.Form == CodeEncrypted:
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
		hashed, err := s.hash(ctx, spelling)
		if err != nil {
			return false, err
		}
		right |= sameText(hashed, kept)
	}
	return right == 1 && kept != "", nil
}

func (s CodeStorage) hash(ctx context.Context, code string) (string, error) {
	if s.Hash != nil {
		return notEmpty(s.Hash(ctx, code))
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
