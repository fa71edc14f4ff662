package username

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// check measures and validates a username. The errors are ErrTooShort,
// ErrTooLong and ErrInvalid.
func (u *Username) check(username string) error {
	if strings.ContainsRune(username, 0) {
		return ErrInvalid // no database takes it, whatever Validate says
	}
	if u.cfg.ValidateNormalized {
		username = u.normalize(username)
	}
	switch n := length(username); {
	case n < u.cfg.MinLength:
		return ErrTooShort
	case n > u.cfg.MaxLength:
		return ErrTooLong
	case !u.cfg.Validate(username):
		return ErrInvalid
	}
	return nil
}

// checkDisplay validates a spelling.
func (u *Username) checkDisplay(display string) error {
	if u.cfg.DisableDisplayUsername {
		return nil
	}
	if strings.ContainsRune(display, 0) {
		return ErrInvalidDisplay
	}
	if u.cfg.ValidateDisplay == nil {
		return nil
	}
	if u.cfg.ValidateDisplayNormalized {
		display = u.normalizeDisplay(display)
	}
	if !u.cfg.ValidateDisplay(display) {
		return ErrInvalidDisplay
	}
	return nil
}

func (u *Username) normalize(username string) string {
	if u.cfg.Normalize == nil {
		return username
	}
	return u.cfg.Normalize(username)
}

func (u *Username) normalizeDisplay(display string) string {
	if u.cfg.NormalizeDisplay == nil {
		return display
	}
	return u.cfg.NormalizeDisplay(display)
}

// plain is the reference's idea of a username.
func plain(username string) bool {
	for i := range len(username) {
		switch c := username[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.':
		default:
			return false
		}
	}
	return username != ""
}

// lower is lower case as JavaScript makes it, which knows letters that become
// two and the sigma at the end of a word: usernames that a Node server stored
// must be found.
func lower(username string) string {
	return cases.Lower(language.Und).String(username) // a Caser is not to be shared
}

// length counts UTF-16 code units, as the reference does.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
