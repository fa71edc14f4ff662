package database

import (
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// parseRow fills row, a pointer to the table's row struct, from a JSON object.
func (t *table) parseRow(data []byte, row any) error {
	if t.parseOwn(data, row) {
		return nil
	}
	return t.parseAny(data, row)
}

// emptied is the row without values, and its added columns, nil if it has none.
func (t *table) emptied(row any) (v reflect.Value, extra *Extra) {
	v = reflect.ValueOf(row).Elem()
	v.SetZero()
	if t.row.extra >= 0 {
		extra = v.Field(t.row.extra).Addr().Interface().(*Extra)
		extra.bind(t)
	}
	return v, extra
}

// parseAny is parseRow for an object in any spelling.
func (t *table) parseAny(data []byte, row any) error {
	p := rowParser{table: t}
	p.row, p.extra = t.emptied(row)
	err := json.Unmarshal(data, &p)
	if p.wrong != nil {
		return fmt.Errorf("database: %s: column %q is no %s", t.Name, p.wrong.Name, p.wrong.Type)
	}
	if err != nil {
		return fmt.Errorf("database: %s: the row is no JSON object", t.Name)
	}
	return nil
}

// rowParser reads one row in a single pass.
type rowParser struct {
	table *table
	row   reflect.Value
	extra *Extra  // nil when the row type has none
	wrong *Column // what was to be read when it failed
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom. Members that are null, hidden
// or no columns are passed over.
func (p *rowParser) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return errInvalidJSON
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := p.member(dec, name.String()); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (p *rowParser) member(dec *jsontext.Decoder, name string) error {
	col := p.table.byName[name]
	if col == nil || col.Hidden || dec.PeekKind() == 'n' {
		return dec.SkipValue()
	}
	if col.field != nil {
		if err := json.UnmarshalDecode(dec, p.row.Field(col.field.index).Addr().Interface()); err != nil {
			p.wrong = &col.Column
			return err
		}
		return nil
	}
	raw, err := dec.ReadValue()
	if err != nil || p.extra == nil {
		return err
	}
	if p.extra.values[col.extra], err = col.Parse(raw); err != nil {
		p.wrong = &col.Column
	}
	return err
}

// Parse reads a JSON value as a value of the column: a string, int64, bool, time.Time,
// []string, []float64 or jsontext.Value. null is nil. It checks that the column's type
// can hold the value; it does not call Validate.
func (c Column) Parse(raw jsontext.Value) (any, error) {
	if raw.Kind() == 'n' {
		return nil, nil
	}
	if hasEscapedNUL(raw) {
		return nil, ErrInvalidText
	}
	if c.Type == JSON {
		return raw.Clone(), storableJSON(raw)
	}
	switch c.Type {
	case String:
		return parseAs[string](raw)
	case Number:
		// As wide as PostgreSQL's integer.
		n, err := parseAs[int32](raw)
		if err != nil {
			return nil, err
		}
		return int64(n.(int32)), nil
	case BigInt:
		return parseAs[int64](raw)
	case Boolean:
		return parseAs[bool](raw)
	case Date:
		t, err := parseAs[time.Time](raw)
		if err == nil {
			_, err = encodeDate(t.(time.Time), SQLite)
		}
		return t, err
	case Strings:
		return parseAs[[]string](raw)
	case Numbers:
		return parseAs[[]float64](raw)
	}
	return raw.Clone(), nil
}

func parseAs[T any](raw jsontext.Value) (any, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}
