// Package cookie writes and reads cookies the way the reference does: names,
// attributes and their order, percent-encoded values, two parsers of the
// Cookie header, signed values, and values split over several cookies.
//
// [Serialize] makes a Set-Cookie value and [Parse] reads a Cookie header;
// [Chunk] and [Join] do the same for values a single cookie cannot hold.
// All functions are pure and safe for concurrent use.
//
// Start with serialize.go and parse.go.
package cookie

import (
	"strings"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// Encode percent-encodes value as ECMAScript's encodeURIComponent does: the
// UTF-8 bytes of everything but A-Z a-z 0-9 - _ . ! ~ * ' ( ). Bytes that are
// no UTF-8 are encoded as U+FFFD, since no cookie of the reference can hold
// them.
func Encode(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	var b strings.Builder
	b.Grow(len(value))
	for i := range len(value) {
		if c := value[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

// Decode reverses [Encode] as ECMAScript's decodeURIComponent does. Text with
// an escape that is incomplete or that does not spell UTF-8 is returned as it
// is.
func Decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '%' {
			run := strings.IndexByte(s[i:], '%')
			if run < 0 {
				run = len(s) - i
			}
			out.WriteString(s[i : i+run])
			i += run
			continue
		}
		// A character has to be spelled by escapes alone, so each run of
		// escapes must be UTF-8 by itself.
		start := out.Len()
		for i < len(s) && s[i] == '%' {
			if i+2 >= len(s) {
				return s
			}
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high < 0 || low < 0 {
				return s
			}
			out.WriteByte(byte(high<<4 | low))
			i += 3
		}
		if !utf8.ValidString(out.String()[start:]) {
			return s
		}
	}
	return out.String()
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("-_.!~*'()", c) >= 0
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
