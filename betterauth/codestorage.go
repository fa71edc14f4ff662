package betterauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// CodeForm is how codes are kept.
type CodeForm string

const (
	// CodePlain keeps codes as they are: who reads the database can use those
	// that are still good.
	CodePlain CodeForm = "plain"
	// CodeEncrypted seals them with the application's secret.
	CodeEncrypted CodeForm = "encrypted"
	// CodeHashed keeps SHA-256 in base64url without padding. There are few enough
	// short codes to try all: it keeps them from a glance, not from a thief.
	CodeHashed CodeForm = "hashed"
)

// CodeStorage is how a plugin keeps codes that people type: in a form, or by
// functions of the application's own. Servers that share a database need the same.
// The zero value is CodePlain.
type CodeStorage struct {
	// Form is how codes are kept without functions. Default CodePlain.
	Form CodeForm
	// Hash makes what is kept instead. It must answer the same for the same code,
	// and is called with each spelling that a typed code may stand for: at most
	// nine, one for six digits. A code that is made reaches it without hyphens. Default
	// nil.
	Hash func(ctx context.Context, code string) (string, error)
	// Encrypt and Decrypt, its inverse, make what is kept and read it. Both or
	// neither, and not beside Hash. Default nil.
	Encrypt, Decrypt func(ctx context.Context, text string) (string, error)
}

// ErrCodeHashed is a code that cannot be read back.
var ErrCodeHashed = errors.New("betterauth: the code is hashed")

// Problem says what cannot work about the settings, for Checker.
func (s CodeStorage) Problem() error {
	own := s.Hash != nil || s.Encrypt != nil || s.Decrypt != nil
	switch {
	case s.Form != "" && s.Form != CodePlain && s.Form != CodeEncrypted && s.Form != CodeHashed:
		return fmt.Errorf("storage %q is none of %q, %q and %q", s.Form, CodePlain, CodeEncrypted, CodeHashed)
	case (s.Encrypt == nil) != (s.Decrypt == nil):
		return errors.New("one of Encrypt and Decrypt is missing: they need each other")
	case s.Hash != nil && s.Encrypt != nil:
		return errors.New("both Hash and Encrypt say how codes are kept")
	case own && s.Form != "":
		return fmt.Errorf("storage %q has no meaning beside Hash, Encrypt and Decrypt", s.Form)
	}
	return nil
}

// OneWay reports whether what is kept cannot be read back.
func (s CodeStorage) OneWay() bool { return s.Hash != nil || s.Form == CodeHashed }

// Keep is the form in which a code is kept. A code that nobody could type, of
// hyphens and spaces alone, is an error.
func (s CodeStorage) Keep(ctx context.Context, h *Host, code string) (string, error) {
	if TypedCode(code).Empty() {
		return "", errors.New("betterauth: a code needs a letter or a digit")
	}
	if s.OneWay() {
		return s.hash(ctx, TypedCode(code).Canonical())
	}
	return s.Seal(ctx, h, code)
}

// Seal is Keep for any text, such as a list of codes. It fails with
// ErrCodeHashed where texts are hashed.
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

// Open is the text that Keep or Seal was given. It fails with ErrCodeHashed where
// texts are hashed.
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

// Matches reports whether a person means the code that is kept, in a time that does
// not depend on how much is right.
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
		err = errors.New("betterauth: a function that keeps codes answered with nothing")
	}
	return kept, err
}
