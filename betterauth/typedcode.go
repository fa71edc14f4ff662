package betterauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// TypedCode is a code that a person typed, or copied from a mail. Use it as the type of
// an input member that takes a code. People group digits, mail programs add invisible
// spaces, and an input method may write full-width digits; a code with any of these is
// still the same code. Compare with Is, Among or CodeStorage.Matches, never with ==. The
// zero value is no code.
//
// These differences are ignored:
//   - white space, and characters without a shape of their own, such as the
//     zero-width space, the byte order mark and marks of direction;
//   - hyphens, dashes and the minus sign, which are optional everywhere;
//   - compatibility forms (Unicode NFKC), such as full-width letters and digits, and the
//     decimal digits of every script, which count as 0 to 9;
//   - the case of letters, where the code itself has letters of one case only.
//
// So one guess matches at most three codes of the same alphabet: the guess itself, in
// lower case and in upper case. A text of more than 1024 bytes is no code.
type TypedCode string

// maxTyped bounds what a guess costs, which is compared with each code there is
// while others wait: a character may have eighteen in its compatibility form.
const maxTyped = 1024

// Canonical returns the code without the differences that are ignored, but with the case
// of its letters. Hashes of codes are computed from it.
func (t TypedCode) Canonical() string {
	return strings.Map(func(r rune) rune {
		if isDash(r) {
			return -1
		}
		return r
	}, t.spaceless())
}

// Empty reports whether the person typed nothing but spaces and hyphens.
func (t TypedCode) Empty() bool { return t.Canonical() == "" }

// Is reports whether the person typed code. Its time does not depend on how many
// characters are right. No typed text is an empty code.
func (t TypedCode) Is(code string) bool {
	kept, given := TypedCode(code).Canonical(), t.Canonical()
	right := sameText(kept, given)
	if lower := strings.ToLower(kept); kept == lower || kept == strings.ToUpper(kept) {
		right |= sameText(lower, strings.ToLower(given))
	}
	return right == 1 && kept != ""
}

// Among removes the code that the person typed from codes. It returns the remaining
// codes, and whether there was one to remove. It always compares all codes.
func (t TypedCode) Among(codes []string) (left []string, found bool) {
	left = slices.DeleteFunc(slices.Clone(codes), t.Is)
	return left, len(left) < len(codes)
}

// spellings are the texts that the code may have been hashed from, without
// repetition: as it is made here first, then as a server wrote it that does not
// take hyphens out, then in each case.
func (t TypedCode) spellings() (all []string) {
	if len(t) > maxTyped {
		return nil
	}
	hyphened := strings.Map(func(r rune) rune {
		if isDash(r) {
			return '-'
		}
		return r
	}, t.spaceless())
	for _, s := range []string{t.Canonical(), hyphened, string(t)} {
		for _, s := range []string{s, strings.ToUpper(s), strings.ToLower(s)} {
			if s != "" && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// spaceless has hyphens of all kinds still.
func (t TypedCode) spaceless() string {
	if len(t) > maxTyped {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch {
		case isDash(r):
			return r // some have no shape, such as the soft hyphen
		case unicode.IsSpace(r), unicode.In(r, unicode.Cf, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		case r > unicode.MaxASCII && unicode.Is(unicode.Nd, r):
			return '0' + digitOf(r)
		}
		return r
	}, norm.NFKC.String(string(t)))
}

// isDash counts what the keys for a hyphen write: dashes and the minus sign, the
// soft hyphen, and the sound mark that Japanese input methods make of one.
func isDash(r rune) bool {
	const soundMark = 'ー'
	return r == '-' || r == soundMark || r > unicode.MaxASCII && unicode.In(r, unicode.Dash, unicode.Hyphen)
}

// digitOf is the value of a decimal digit: Unicode has those of each script in one
// row from 0 to 9 (The Unicode Standard, section 4.6).
func digitOf(r rune) rune {
	for _, table := range unicode.Nd.R16 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) {
			return (r - rune(table.Lo)) % 10
		}
	}
	for _, table := range unicode.Nd.R32 {
		if rune(table.Lo) <= r && r <= rune(table.Hi) {
			return (r - rune(table.Lo)) % 10
		}
	}
	return 0
}

// sameText compares in a time that depends on neither where texts differ nor on
// which is longer.
func sameText(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
