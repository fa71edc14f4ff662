package cookiecache

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// read fills the copy from what was signed or encrypted. That its rows are JSON shows
// when they are read.
func (c *Copy) read(claims []byte) bool {
	if c.readOwn(claims) {
		return true
	}
	*c = Copy{}
	return jsontext.Value(claims).Kind() == '{' && json.Unmarshal(claims, c) == nil
}

// readOwn reads members in the order and the spelling in which Seal and the TypeScript
// server write them, in one pass.
func (c *Copy) readOwn(claims []byte) bool {
	*c = Copy{}
	r := reader{claims}
	if !r.object(`{"session":`, &c.Session) || !r.object(`,"user":`, &c.User) || !r.number(`,"updatedAt":`, &c.UpdatedAt) || !r.text(`,"version":`, &c.Version) {
		return false
	}
	if r.skip("}") {
		return len(r.rest) == 0
	}
	var issued int64
	var id string
	if !r.number(`,"iat":`, &issued) || !r.number(`,"exp":`, &c.Expires) {
		return false
	}
	if !r.skip("}") && !(r.text(`,"jti":`, &id) && r.skip("}")) {
		return false
	}
	return len(r.rest) == 0
}

// maxDepth is more than rows have; deeper ones are left to who counts.
const maxDepth = 32

// reader takes one member after the other.
type reader struct{ rest []byte }

func (r *reader) skip(name string) (ok bool) {
	if len(r.rest) >= len(name) && string(r.rest[:len(name)]) == name {
		r.rest = r.rest[len(name):]
		return true
	}
	return false
}

// object takes a value from its first bracket to the one that closes it.
func (r *reader) object(name string, value *jsontext.Value) bool {
	if !r.skip(name) || len(r.rest) == 0 || r.rest[0] != '{' {
		return false
	}
	depth := 0
	for i := 0; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '"':
			end := textEnd(r.rest[i+1:])
			if end < 0 {
				return false
			}
			i += 1 + end
		case '{', '[':
			if depth++; depth > maxDepth {
				return false
			}
		case '}', ']':
			if depth--; depth == 0 {
				*value, r.rest = r.rest[:i+1:i+1], r.rest[i+1:]
				return true
			}
		}
	}
	return false
}

// textEnd is where a text ends whose beginning is before s, -1 if it does not.
func textEnd(s []byte) int {
	for at := 0; ; {
		quote := bytes.IndexByte(s[at:], '"')
		if quote < 0 {
			return -1
		}
		at += quote
		escapes := 0
		for escapes < at && s[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
		at++
	}
}

// number takes a whole number as JSON writes it.
func (r *reader) number(name string, value *int64) bool {
	if !r.skip(name) {
		return false
	}
	end := bytes.IndexAny(r.rest, ",}")
	if end < 0 {
		return false
	}
	n, ok := wholeNumber(r.rest[:end])
	*value, r.rest = n, r.rest[end:]
	return ok
}

// wholeNumber reads a number in its one spelling.
func wholeNumber(digits []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	var canonical [20]byte
	return n, err == nil && bytes.Equal(strconv.AppendInt(canonical[:0], n, 10), digits)
}

// text takes a text without escapes.
func (r *reader) text(name string, value *string) bool {
	if !r.skip(name) || !r.skip(`"`) {
		return false
	}
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 || bytes.IndexByte(r.rest[:end], '\\') >= 0 || !utf8.Valid(r.rest[:end]) || bytes.ContainsFunc(r.rest[:end], func(c rune) bool { return c < ' ' }) {
		return false
	}
	*value, r.rest = string(r.rest[:end]), r.rest[end+1:]
	return true
}
