package input

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (f *field) setNumber(n float64, dst reflect.Value, path string, issues *Issues) {
	if f.kind == kindInt && (n != math.Trunc(n) || math.Abs(n) > 1<<53) {
		issues.add(path, "Invalid input: expected int, received number")
		return
	}
	if f.checks.hasMin && n < float64(f.checks.min) {
		issues.add(path, "Too small: expected number to be >="+strconv.Itoa(f.checks.min))
		return
	}
	if f.checks.hasMax && n > float64(f.checks.max) {
		issues.add(path, "Too big: expected number to be <="+strconv.Itoa(f.checks.max))
		return
	}
	if f.kind == kindInt {
		if dst.OverflowInt(int64(n)) {
			issues.add(path, "Invalid input: expected int, received number")
			return
		}
		dst.SetInt(int64(n))
		return
	}
	dst.SetFloat(n)
}

func (f *field) setString(s string, dst reflect.Value, path string, issues *Issues) {
	if f.checks.trim || f.checks.email { // people and their keyboards add blanks to addresses
		s = strings.TrimSpace(s)
	}
	switch {
	case strings.ContainsRune(s, 0):
		// PostgreSQL cannot store it and no honest client sends it.
		issues.add(path, "Invalid input: text contains a NUL character")
		return
	case !utf8.ValidString(s):
		// JSON cannot hold it, so only a query, a form or a path can bring it; it
		// could be neither stored in PostgreSQL nor answered.
		issues.add(path, "Invalid input: text is not valid UTF-8")
		return
	case f.checks.email && !IsEmail(s):
		issues.add(path, "Invalid email address")
		return
	case f.checks.nonEmpty && s == "":
		issues.add(path, "Too small: expected string to have >=1 characters")
		return
	case f.checks.hasMin && Length(s) < f.checks.min:
		issues.add(path, "Too small: expected string to have >="+strconv.Itoa(f.checks.min)+" characters")
		return
	case f.checks.hasMax && Length(s) > f.checks.max:
		issues.add(path, "Too big: expected string to have <="+strconv.Itoa(f.checks.max)+" characters")
		return
	}
	if f.checks.enum != nil && !contains(f.checks.enum, s) {
		issues.add(path, `Invalid option: expected one of "`+strings.Join(f.checks.enum, `"|"`)+`"`)
		return
	}
	dst.SetString(s)
}

// Length is the length of s in UTF-16 code units, the unit in which the
// reference counts.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}
