package database

import (
	"context"
	"time"
)

// Explained is the statement of a list with one condition, for tests of how an
// engine plans it.
func Explained(s *Schema, table string, where Cond) string {
	t := s.byName[table]
	st := t.selecting(false)
	if _, err := st.where(t, []Cond{where}); err != nil {
		return err.Error()
	}
	return st.text.String()
}

// GetPacked is Get where the ordinary statement is never asked.
func (l *Lookup[A, B]) GetPacked(ctx context.Context, value any) (*A, *B, error) {
	return l.getPacked(ctx, value)
}

// Packs reports whether rows are read as one text.
func (l *Lookup[A, B]) Packs() bool { return l.packed != nil }

// ParseOwn and ParseAny are the two ways in which ParseRow reads.
func (s *Store[Row]) ParseOwn(data []byte) (*Row, bool) {
	row := new(Row)
	return row, s.t.parseOwn(data, row)
}

func (s *Store[Row]) ParseAny(data []byte) (*Row, error) {
	row := new(Row)
	return row, s.t.parseAny(data, row)
}

// OwnDate reads a date in our own form.
func OwnDate(s string) (time.Time, bool) { return ownDate(s) }

// WithoutPacking makes a schema read each column for itself.
func WithoutPacking(s *Schema) *Schema {
	for _, t := range s.tables {
		t.packs = ""
	}
	return s
}
