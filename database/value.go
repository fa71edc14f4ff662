package database

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Values beyond either end of what their column can hold, which still have a
// place in its order.
var (
	errTooSmall = fmt.Errorf("%w: it is too small", ErrInvalidValue)
	errTooLarge = fmt.Errorf("%w: it is too large", ErrInvalidValue)
)

// normalize turns what a caller gave for the column into the form that encode,
// rows and hooks work with: nil, string, int64, bool, time.Time,
// jsontext.Value, []string or []float64. The fast cases come first; reflection
// serves named types and pointers.
func (c *column) normalize(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch c.Type {
	case String:
		if _, ok := v.(string); ok {
			return v, nil // the same interface value: another would be a copy
		}
	case Boolean:
		if _, ok := v.(bool); ok {
			return v, nil
		}
	case Number, BigInt:
		switch n := v.(type) {
		case int64:
			return v, nil
		case int:
			return int64(n), nil
		}
	case Date:
		if t, ok := v.(time.Time); ok {
			if stored := storedTime(t); stored != t {
				return stored, nil
			}
			return v, nil
		}
	case Strings:
		if s, ok := v.([]string); ok {
			return nilOr(s), nil
		}
	case Numbers:
		if f, ok := v.([]float64); ok {
			return nilOr(f), nil
		}
	case JSON:
		if raw, ok := v.(jsontext.Value); ok {
			return nilOr(raw), nil
		}
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.Pointer && rv.IsNil() {
		return nil, nil
	}
	if rv.Kind() == reflect.Pointer && c.Type != JSON {
		return c.normalize(rv.Elem().Interface())
	}
	switch kind := rv.Kind(); {
	case c.Type == Number || c.Type == BigInt:
		if rv.CanInt() {
			return rv.Int(), nil
		}
		if rv.CanUint() && rv.Uint() <= math.MaxInt64 {
			return int64(rv.Uint()), nil
		}
	case c.Type == String && kind == reflect.String, c.Type == Boolean && kind == reflect.Bool,
		c.Type == JSON,
		(c.Type == Strings || c.Type == Numbers) && kind == reflect.Slice:
		codec, err := newFieldCodec(rv.Type(), c.Type)
		if err != nil {
			return nil, c.wrongType(v)
		}
		out, err := codec.get(rv)
		if err != nil {
			return nil, c.problem(jsonFault(err))
		}
		return out, nil
	}
	return nil, c.wrongType(v)
}

// nilOr keeps a nil slice from becoming a value that is not nil.
func nilOr[S ~[]E, E any](s S) any {
	if s == nil {
		return nil
	}
	return s
}

func (c *column) wrongType(v any) error {
	return c.problem(fmt.Errorf("a %T is no %s", v, c.Type))
}

func (c *column) problem(err error) error {
	if errors.Is(err, ErrInvalidValue) {
		return &ValueError{Table: c.table.Name, Column: c.Name, Hidden: c.Hidden, cause: err}
	}
	return fmt.Errorf("database: %s.%s: %w", c.table.Name, c.Name, err)
}

// encode turns a normalized value into what the driver binds.
func (c *column) encode(v any) (any, error) {
	given := v
	switch v := v.(type) {
	case nil:
		if c.Required && c.Name != "id" {
			return nil, c.problem(errors.New("is required and has no value"))
		}
		return nil, nil
	case string:
		return c.encodeText(v, given)
	case int64:
		if c.Type == Number && v < math.MinInt32 {
			return nil, c.problem(errTooSmall)
		}
		if c.Type == Number && v > math.MaxInt32 {
			return nil, c.problem(errTooLarge)
		}
		return given, nil
	case bool:
		if c.table.engine == Postgres {
			return given, nil
		}
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		return c.encodeTime(v)
	case jsontext.Value:
		return c.encodeJSON(v)
	case []string:
		if !slices.ContainsFunc(v, func(s string) bool { return !storable(s) }) {
			break
		}
		return nil, c.problem(ErrInvalidText)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, c.problem(errInvalidJSON)
	}
	return c.encodeJSON(raw)
}

// storable reports whether both engines can hold a text and give it back.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func (c *column) encodeTime(at time.Time) (any, error) {
	out, err := encodeDate(at, c.table.engine)
	if err != nil {
		return nil, c.problem(err)
	}
	if lc := c.live.Load(); lc != nil && lc.millis {
		return at.UnixMilli(), nil
	}
	return out, nil
}

// encodeText encodes a text, which given is as well.
func (c *column) encodeText(s string, given any) (any, error) {
	if !storable(s) {
		return nil, c.problem(ErrInvalidText)
	}
	switch c.stored {
	case storedSerial:
		// Only the form the database gives out: "7" and "07" must not be two
		// names of one row.
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil || strconv.FormatInt(n, 10) != s {
			return nil, c.problem(ErrInvalidValue)
		}
		return n, nil
	case storedUUID:
		if !isUUID(s) {
			return nil, c.problem(ErrInvalidValue)
		}
	}
	return given, nil
}

// decode turns what the driver returned into a normalized value.
func (c *column) decode(src any) (any, error) {
	if b, ok := src.([]byte); ok {
		src = string(b)
	}
	if src == nil {
		return nil, nil
	}
	v, err := c.decodeValue(src)
	if err != nil {
		return nil, fmt.Errorf("database: %s.%s holds an unexpected value: %w", c.table.Name, c.Name, err)
	}
	return v, nil
}

func (c *column) decodeValue(src any) (any, error) {
	switch c.Type {
	case String:
		switch v := src.(type) {
		case string:
			return src, nil
		case int64:
			return strconv.FormatInt(v, 10), nil
		}
	case Number, BigInt:
		switch v := src.(type) {
		case int64:
			return src, nil
		case float64:
			if n := int64(v); float64(n) == v {
				return n, nil
			}
		case string:
			// The driver hands over numeric and, in columns other programs
			// made, integers as text.
			whole, fraction, _ := strings.Cut(v, ".")
			if n, err := strconv.ParseInt(whole, 10, 64); err == nil && strings.Trim(fraction, "0") == "" {
				return n, nil
			}
		}
	case Boolean:
		switch v := src.(type) {
		case bool:
			return src, nil
		case int64:
			return v != 0, nil
		case string:
			if b, err := strconv.ParseBool(v); err == nil {
				return b, nil
			}
		}
	case Date:
		return decodeDate(src)
	default:
		return c.decodeJSON(src)
	}
	return nil, fmt.Errorf("a %T is no %s", src, c.Type)
}

func (c *column) decodeJSON(src any) (any, error) {
	s, ok := src.(string)
	if !ok {
		// A bare number or boolean that SQLite's affinity or the driver turned
		// into a value of its own.
		raw, err := json.Marshal(src)
		if err != nil {
			return nil, errInvalidJSON
		}
		s = string(raw)
	}
	raw := jsontext.Value(s)
	// The reasons stay out of the errors: they quote the stored text.
	switch c.Type {
	case Strings:
		var out []string
		if json.Unmarshal(raw, &out) != nil {
			return nil, errInvalidJSON
		}
		return nilOr(out), nil
	case Numbers:
		var out []float64
		if json.Unmarshal(raw, &out) != nil {
			return nil, errInvalidJSON
		}
		return nilOr(out), nil
	}
	if raw.Compact() != nil {
		return nil, errInvalidJSON
	}
	return raw, nil
}
