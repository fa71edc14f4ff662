package database

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// encodeField writes one struct column as a member of a JSON object.
type encodeField struct {
	index int
	name  string // the quoted name with its colon
	isID  bool
	codec fieldCodec
}

// encodePlan puts the columns a client may see in output order: struct order,
// id apart because it comes after the added columns.
func (r *rowType) encodePlan() []encodeField {
	var plan []encodeField
	var id []encodeField
	for _, f := range r.fields {
		if f.column.Hidden {
			continue
		}
		e := encodeField{
			index: f.index,
			name:  quoteMember(f.column.Name),
			isID:  f.column.Name == "id",
			codec: f.value,
		}
		if e.isID {
			id = append(id, e)
		} else {
			plan = append(plan, e)
		}
	}
	return append(plan, id...)
}

func quoteMember(name string) string { return string(AppendString(nil, name)) + ":" }

// AppendRow appends row, a pointer to a row struct, to dst as a JSON object, as
// JavaScript's JSON.stringify writes it: the struct's columns in struct order, then added
// columns in the order in which they were added, and the id last. Hidden columns are left
// out, NULL is null, dates are written as by [AppendTime] and text as by [AppendString].
// A row that no store has loaded or written has only its struct's columns. Safe for
// concurrent use.
func AppendRow(dst []byte, row any) ([]byte, error) {
	v := reflect.ValueOf(row)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return dst, fmt.Errorf("database: %T is no pointer to a row", row)
	}
	v = v.Elem()
	r, err := rowTypeOf(v.Type())
	if err != nil {
		return dst, fmt.Errorf("database: %w", err)
	}
	var extra *Extra
	if r.extra >= 0 {
		if e := v.Field(r.extra).Addr().Interface().(*Extra); e.table != nil {
			extra = e
		}
	}
	start := len(dst)
	dst = append(dst, '{')
	for _, f := range r.encode {
		if f.isID && extra != nil {
			if dst, err = extra.append(dst, start); err != nil {
				return dst[:start], err
			}
			extra = nil
		}
		dst = comma(dst, start)
		dst = append(dst, f.name...)
		if dst, err = appendField(dst, v.Field(f.index), f.codec); err != nil {
			return dst[:start], fmt.Errorf("database: column %s %w", f.name, err)
		}
	}
	if extra != nil {
		if dst, err = extra.append(dst, start); err != nil {
			return dst[:start], err
		}
	}
	return append(dst, '}'), nil
}

func (e *Extra) append(dst []byte, start int) ([]byte, error) {
	for i, c := range e.table.extras {
		if c.Hidden {
			continue
		}
		dst = comma(dst, start)
		dst = append(dst, c.encodeName...)
		// A value set since the row was loaded may be of any type that fits.
		v, err := c.normalize(e.values[i])
		if err != nil {
			return dst, err
		}
		if dst, err = appendValue(dst, v); err != nil {
			return dst, fmt.Errorf("database: column %q: %w", c.Name, err)
		}
	}
	return dst, nil
}

func comma(dst []byte, start int) []byte {
	if len(dst) > start+1 {
		dst = append(dst, ',')
	}
	return dst
}

// appendField avoids boxing the value for the kinds rows mostly consist of.
func appendField(dst []byte, f reflect.Value, codec fieldCodec) ([]byte, error) {
	field := f
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return append(dst, "null"...), nil
		}
		f = f.Elem()
	}
	switch f.Kind() {
	case reflect.String:
		return AppendString(dst, f.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(dst, f.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(dst, f.Int(), 10), nil
	case reflect.Struct:
		if t, ok := f.Addr().Interface().(*time.Time); ok {
			return AppendTime(dst, *t), nil
		}
	}
	v, err := codec.get(field)
	if err != nil {
		return dst, err
	}
	return appendValue(dst, v)
}

func appendValue(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return AppendString(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case time.Time:
		return AppendTime(dst, v), nil
	case jsontext.Value:
		return appendJSON(dst, v)
	case []string:
		dst = append(dst, '[')
		for i, s := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, s)
		}
		return append(dst, ']'), nil
	}
	raw, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return dst, err
	}
	return append(dst, raw...), nil
}

var errInvalidJSON = errors.New("holds invalid JSON")

// appendJSON writes a stored value without the white space PostgreSQL puts in,
// each string in its shortest form as JavaScript would write it.
func appendJSON(dst []byte, v jsontext.Value) ([]byte, error) {
	out, err := jsontext.AppendFormat(dst, []byte(v),
		jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		// The decoder's message quotes its input, which may be a secret.
		return dst, errInvalidJSON
	}
	return out, nil
}

// AppendString appends s as a JSON string exactly as JavaScript's
// JSON.stringify writes it: only quotation mark, backslash and control
// characters are escaped, the latter as \b \f \n \r \t or \u00xx in lower case;
// HTML characters and U+2028 stay as they are; each invalid byte becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	// The only error is about invalid UTF-8, which has been replaced.
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

// AppendTime appends t as a quoted date as JavaScript's Date.toJSON writes it: in UTC,
// with three fraction digits; finer fractions are cut off. A year outside 0 to 9999 is
// written with JavaScript's six digits and a sign.
func AppendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = appendDate(dst, t)
	return append(dst, '"')
}
