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
	var members map[string]jsontext.Value
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("database: %s: the row is no JSON object", t.Name)
	}
	r, err := rowTypeOf(t.Row)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(row).Elem()
	for _, f := range r.fields {
		raw, ok := members[f.column.Name]
		if !ok || f.column.Hidden || raw.Kind() == 'n' {
			continue
		}
		if err := json.Unmarshal(raw, v.Field(f.index).Addr().Interface()); err != nil {
			return fmt.Errorf("database: %s: column %q is no %s", t.Name, f.column.Name, f.column.Type)
		}
	}
	if r.extra < 0 {
		return nil
	}
	extra := v.Field(r.extra).Addr().Interface().(*Extra)
	extra.bind(t)
	for i, c := range t.extras {
		raw, ok := members[c.Name]
		if !ok || c.Hidden || raw.Kind() == 'n' {
			continue
		}
		if extra.values[i], err = c.Parse(raw); err != nil {
			return fmt.Errorf("database: %s: column %q is no %s", t.Name, c.Name, c.Type)
		}
	}
	return nil
}

// Parse reads a JSON value as a value of the column: a string, int64, bool,
// time.Time, []string, []float64 or jsontext.Value. null is nil. It checks the
// type only, not Validate.
func (c Column) Parse(raw jsontext.Value) (any, error) {
	if raw.Kind() == 'n' {
		return nil, nil
	}
	switch c.Type {
	case String:
		return parseAs[string](raw)
	case Number, BigInt:
		return parseAs[int64](raw)
	case Boolean:
		return parseAs[bool](raw)
	case Date:
		return parseAs[time.Time](raw)
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
