package database

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// SQLite's driver asks the engine for the name, the declared type, the type and the
// value of each column of a result, with one or two allocations for each, which is
// most of what it costs to read one row. So one row is selected on SQLite as one column: a
// JSON array of all of them, and so are a few. Of many rows the driver asks once for what
// is the same.
//
// Whatever about such a row is unusual, and every error, is left to the ordinary
// statement: it decides what the row holds, and its error is the one that is told.

// maxPacked keeps the array within what SQLite takes as arguments of a function.
const maxPacked = 100

// mostPacked is how many rows are a few.
const mostPacked = 10

// errUnpacked says that the ordinary statement is to be asked.
var errUnpacked = errors.New("database: the row cannot be read as one text")

// packing reads rows as one text.
type packing struct{ text string }

// packed is the one column for many. JSON has no blobs, and the engine
// would take one for JSON of its own in binary form: a row with a blob is NULL, which
// leaves it to the ordinary statement. Blobs sort after everything else.
func packed(columns []string) string {
	return "case when " + strings.Join(columns, " >= x'' or ") + " >= x'' then null else json_array(" + strings.Join(columns, ", ") + ") end"
}

// row sends the statement and returns the text of the one row.
func (p *packing) row(ctx context.Context, db *DB, arg any) (text string, err error) {
	e, done, err := db.briefReader(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	rows, err := e.QueryContext(ctx, p.text, arg)
	if err != nil {
		return "", db.unpackedUnless(ctx, err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := broke(e, errors.Join(rows.Err(), rows.Close())); err != nil {
			return "", db.unpackedUnless(ctx, err)
		}
		return "", ErrNotFound
	}
	if rows.Scan(&text) != nil || rows.Close() != nil {
		return "", errUnpacked
	}
	return text, nil
}

// selecting begins a statement that returns rows of the table, a few or more.
func (t *table) selecting(few bool) *statement {
	st := t.statement()
	if st.packed = few && t.packs != ""; st.packed {
		return st.write("select ", t.packs, " from ", t.quoted)
	}
	return st.write("select ", t.selects, " from ", t.quoted)
}

// ordinary is the text of a statement that selects each column for itself.
func (s *statement) ordinary(t *table) string {
	text := s.text.String()
	if s.packed {
		return "select " + t.selects + text[len("select ")+len(t.packs):]
	}
	return text
}

// unpackedUnless is errUnpacked for what the engine had against a statement. In a
// transaction it is err: a reading that fails for want of memory or of the disk may have
// ended the transaction, and another statement would then be none of it.
func (db *DB) unpackedUnless(ctx context.Context, err error) error {
	if db.transaction(ctx) != nil {
		return err
	}
	return errUnpacked
}

// queryPacked reads rows that a statement selects as one text each. errUnpacked says to
// ask otherwise.
func queryPacked(ctx context.Context, e executor, t *table, s *statement) (out []any, err error) {
	rows, err := e.QueryContext(ctx, s.text.String(), s.args()...)
	if err != nil {
		return nil, t.db.unpackedUnless(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		from := unpacker{}
		if rows.Scan(&from.rest) != nil {
			return nil, errUnpacked
		}
		row := reflect.New(t.row.typ).Interface()
		if from.fill(t, row) != nil || !from.done() {
			return nil, errUnpacked
		}
		out = append(out, row)
	}
	if err := broke(e, errors.Join(rows.Err(), rows.Close())); err != nil {
		return nil, t.db.unpackedUnless(ctx, err)
	}
	return out, nil
}

// unpacker reads the elements of an array that SQLite wrote, from left to right.
type unpacker struct{ rest string }

// fill puts the next elements into the columns of row, which points to a row struct.
func (u *unpacker) fill(t *table, row any) error {
	v := reflect.ValueOf(row).Elem()
	var extra *Extra
	if t.row.extra >= 0 {
		extra = v.Field(t.row.extra).Addr().Interface().(*Extra)
		*extra = Extra{table: t, values: make([]any, len(t.extras))}
	}
	for _, c := range t.columns {
		src, text, err := u.next()
		if err != nil {
			return err
		}
		if src == "" && !text {
			continue // NULL: nothing was put there
		}
		to := cell{column: c}
		if c.field == nil {
			to.extra = &extra.values[c.extra]
		} else {
			to.field = v.Field(c.field.index)
			if text && to.setText(src) || !text && to.setFlag(src) {
				continue
			}
		}
		var value any = strings.Clone(src)
		if !text {
			if value, err = number(src); err != nil {
				return err
			}
		}
		if err := to.Scan(value); err != nil {
			return err
		}
	}
	return nil
}

// setText is Scan for a text in the fields that rows mostly consist of, without
// boxing it. It leaves everything else to Scan. Each text is copied: a row's id that
// somebody keeps must not keep the session's token.
func (c *cell) setText(src string) bool {
	switch p := c.field.Addr().Interface().(type) {
	case *string:
		if c.column.Type != String {
			return false
		}
		*p = strings.Clone(src)
	case **string:
		if c.column.Type != String {
			return false
		}
		text := strings.Clone(src)
		*p = &text
	case *time.Time:
		if c.column.Type != Date {
			return false
		}
		t, ok := ownDate(src)
		if ok {
			*p = t
		}
		return ok
	default:
		return false
	}
	return true
}

// setFlag is the same for a boolean.
func (c *cell) setFlag(src string) bool {
	p, ok := c.field.Addr().Interface().(*bool)
	if ok && c.column.Type == Boolean && (src == "0" || src == "1") {
		*p = src == "1"
		return true
	}
	return false
}

// next returns an element: a text, the digits of a number, or "" for null.
func (u *unpacker) next() (element string, text bool, err error) {
	if len(u.rest) < 2 || u.rest[0] != '[' && u.rest[0] != ',' {
		return "", false, errUnpacked
	}
	s := u.rest[1:]
	if s[0] == '"' {
		return u.nextText(s[1:])
	}
	for end := range len(s) {
		if s[end] != ',' && s[end] != ']' {
			continue
		}
		element, u.rest = s[:end], s[end:]
		switch element {
		case "":
			return "", false, errUnpacked
		case "null":
			return "", false, nil
		}
		return element, false, nil
	}
	return "", false, errUnpacked
}

// nextText reads on behind the quotation mark.
func (u *unpacker) nextText(s string) (element string, text bool, err error) {
	end := strings.IndexByte(s, '"')
	if end < 0 {
		return "", false, errUnpacked
	}
	if strings.IndexByte(s[:end], '\\') < 0 {
		u.rest = s[end+1:]
		return s[:end], true, nil
	}
	var plain []byte
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			u.rest = s[i+1:]
			return string(plain), true, nil
		case '\\':
			c, n := unescape(s[i+1:])
			if n == 0 {
				return "", false, errUnpacked
			}
			plain = append(plain, c)
			i += n
		default:
			plain = append(plain, s[i])
		}
	}
	return "", false, errUnpacked
}

// unescape reads what SQLite writes behind a backslash: of "\u" only what is a
// control character. n is how many bytes of s it takes, 0 for anything else.
func unescape(s string) (c byte, n int) {
	if s == "" {
		return 0, 0
	}
	switch s[0] {
	case '"', '\\', '/':
		return s[0], 1
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'u':
		if len(s) < 5 {
			return 0, 0
		}
		if code, err := strconv.ParseUint(s[1:5], 16, 16); err == nil && code < 0x20 {
			return byte(code), 5
		}
	}
	return 0, 0
}

// number is what the driver would have returned.
func number(digits string) (any, error) {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return nil, errUnpacked
	}
	return f, nil
}

// done reports whether the array ends here.
func (u *unpacker) done() bool { return u.rest == "]" }
