package database

import "slices"

// Extra is the field of a row struct that carries the columns which plugins and the
// application add to the table. The zero value carries none. A copy of a row may be
// changed without changing the original; a single Extra is not safe for concurrent
// changes.
type Extra struct {
	table  *table // nil until the row went through a store
	values []any  // by index in table.extras; nil is NULL or absent
	loose  []looseValue
}

// looseValue is a value set before the row met its table, or under a name the
// table does not have.
type looseValue struct {
	column string
	value  any
}

// Value returns the decoded value of a column: a string, int64, bool, time.Time,
// jsontext.Value, []string or []float64. ok is false if the column is absent or NULL.
// Until the row is written, a value set with SetValue is returned as it was given.
func (e *Extra) Value(column string) (value any, ok bool) {
	for _, l := range e.loose {
		if l.column == column {
			return l.value, l.value != nil
		}
	}
	if e.table != nil {
		if i := e.table.extraIndex(column); i >= 0 && i < len(e.values) {
			return e.values[i], e.values[i] != nil
		}
	}
	return nil, false
}

// SetValue sets the value of a column; nil means NULL. The value is checked against the
// column's type when the row is written; a column that the table does not have is an
// error then.
func (e *Extra) SetValue(column string, v any) {
	if e.table != nil {
		if i := e.table.extraIndex(column); i >= 0 && i < len(e.values) {
			e.values = slices.Clone(e.values)
			e.values[i] = v
			return
		}
	}
	e.loose = slices.Clone(e.loose)
	for i := range e.loose {
		if e.loose[i].column == column {
			e.loose[i].value = v
			return
		}
	}
	e.loose = append(e.loose, looseValue{column, v})
}

// Columns returns the logical names of the added columns that the row was loaded with, in
// schema order. It returns none for a row that no store has loaded or written.
func (e *Extra) Columns() []string {
	if e.table == nil {
		return nil
	}
	names := make([]string, len(e.table.extras))
	for i, c := range e.table.extras {
		names[i] = c.Name
	}
	return names
}

// bind prepares e to hold the columns of t, keeping values that were set before.
// It reports the first name that t does not have.
func (e *Extra) bind(t *table) (unknown string, ok bool) {
	values := make([]any, len(t.extras))
	for i, c := range t.extras {
		values[i], _ = e.Value(c.Name)
	}
	for _, l := range e.loose {
		if t.extraIndex(l.column) < 0 {
			return l.column, false
		}
	}
	*e = Extra{table: t, values: values}
	return "", true
}
