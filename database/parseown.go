package database

import (
	"bytes"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// parseOwn is parseRow for a row in the order and the spelling of AppendRow, whose
// members may be missing: in one pass, without a decoder. ok is false for every other
// text; what it then left in the row does not count.
func (t *table) parseOwn(data []byte, to any) (ok bool) {
	row, extra := t.emptied(to)
	p := ownParser{rest: data}
	if !p.skip("{") {
		return false
	}
	for _, f := range t.row.encode {
		if f.isID && extra != nil {
			if !p.extras(t, extra) {
				return false
			}
			extra = nil
		}
		if p.member(f.name) && !p.null() && !p.field(row.Field(f.index)) {
			return false
		}
	}
	if extra != nil && !p.extras(t, extra) {
		return false
	}
	return p.skip("}") && len(p.rest) == 0
}

// ownParser takes one member after the other.
type ownParser struct {
	rest []byte
	some bool // members came before
}

func (p *ownParser) skip(text string) bool {
	if len(p.rest) < len(text) || string(p.rest[:len(text)]) != text {
		return false
	}
	p.rest = p.rest[len(text):]
	return true
}

// member reports whether the member of this name, which ends with a colon, comes next.
func (p *ownParser) member(name string) bool {
	at := 0
	if p.some {
		if len(p.rest) == 0 || p.rest[0] != ',' {
			return false
		}
		at = 1
	}
	if len(p.rest)-at < len(name) || string(p.rest[at:at+len(name)]) != name {
		return false
	}
	p.rest, p.some = p.rest[at+len(name):], true
	return true
}

func (p *ownParser) null() bool { return p.skip("null") }

// field reads the value of a field of the kinds that rows mostly consist of.
func (p *ownParser) field(field reflect.Value) (ok bool) {
	switch to := field.Addr().Interface().(type) {
	case *string:
		*to, ok = p.text()
	case **string:
		text, read := p.text()
		*to, ok = &text, read
	case *time.Time:
		*to, ok = p.date()
	case *bool:
		*to, ok = p.flag()
	}
	return ok
}

func (p *ownParser) extras(t *table, extra *Extra) bool {
	for i, c := range t.extras {
		if c.Hidden || !p.member(c.encodeName) || p.null() {
			continue
		}
		if !p.extra(c, &extra.values[i]) {
			return false
		}
	}
	return true
}

func (p *ownParser) extra(c *column, to *any) (ok bool) {
	switch c.Type {
	case String:
		*to, ok = p.text()
	case Boolean:
		*to, ok = p.flag()
	case Date:
		*to, ok = p.date()
	case Number:
		*to, ok = p.number(32)
	case BigInt:
		*to, ok = p.number(64)
	}
	return ok
}

// text reads a text without escapes.
func (p *ownParser) text() (string, bool) {
	if !p.skip(`"`) {
		return "", false
	}
	end := bytes.IndexByte(p.rest, '"')
	if end < 0 {
		return "", false
	}
	text := p.rest[:end]
	for _, b := range text {
		if b < ' ' || b == '\\' {
			return "", false
		}
	}
	if !utf8.Valid(text) {
		return "", false
	}
	p.rest = p.rest[end+1:]
	return string(text), true
}

func (p *ownParser) date() (time.Time, bool) {
	const quoted = len(`"`) + len(dateLayout) + len(`"`)
	if len(p.rest) < quoted || p.rest[0] != '"' || p.rest[quoted-1] != '"' {
		return time.Time{}, false
	}
	t, ok := ownDate(p.rest[1 : quoted-1])
	p.rest = p.rest[quoted:]
	return t, ok
}

func (p *ownParser) flag() (value, ok bool) {
	if p.skip("true") {
		return true, true
	}
	return false, p.skip("false")
}

func (p *ownParser) number(bits int) (int64, bool) {
	end := bytes.IndexAny(p.rest, ",}")
	if end < 0 {
		return 0, false
	}
	digits := p.rest[:end]
	n, err := strconv.ParseInt(string(digits), 10, bits)
	p.rest = p.rest[end:]
	var canonical [20]byte
	return n, err == nil && bytes.Equal(strconv.AppendInt(canonical[:0], n, 10), digits)
}

// ownDate reads a date in the one form in which we write it.
func ownDate[Text string | []byte](s Text) (t time.Time, ok bool) {
	if len(s) != len(dateLayout) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != '.' || s[23] != 'Z' {
		return t, false
	}
	ok = true
	number := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			ok = ok && '0' <= s[i] && s[i] <= '9'
			n = 10*n + int(s[i]-'0')
		}
		return n
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	ms := number(20, 23)
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t = time.Date(year, time.Month(month), day, hour, minute, second, ms*1e6, time.UTC)
	// A day that the month does not have becomes another one.
	return t, t.Month() == time.Month(month) && t.Day() == day
}
