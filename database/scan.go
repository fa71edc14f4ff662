package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// cell receives one column of one row. database/sql hands a Scanner the
// driver's value as it is, without its own conversions.
type cell struct {
	column *column
	field  reflect.Value // valid for a struct column
	extra  *any          // not nil for an added one
}

func (c *cell) Scan(src any) error {
	if c.scanDate(src) {
		return nil
	}
	v, err := c.column.decode(src)
	if err != nil {
		return err
	}
	if c.extra != nil {
		*c.extra = v
		return nil
	}
	if v == nil {
		// A nullable column of other programs' making leaves the zero value in
		// a field that is no pointer.
		return nil
	}
	if err := c.column.field.value.set(c.field, v); err != nil {
		return c.column.problem(err)
	}
	return nil
}

// scanDate is Scan for a date in a struct, without a copy on the heap: rows have
// several. It leaves everything unusual to Scan.
func (c *cell) scanDate(src any) bool {
	if c.column.Type != Date || c.extra != nil {
		return false
	}
	to, ok := c.field.Addr().Interface().(*time.Time)
	if !ok {
		return false
	}
	t, err := decodeDate(src)
	if err == nil {
		*to = t
	}
	return err == nil
}

// read is the column as it is selected and returned. SQLite's driver reads the declared
// type of each column of each result, and parses the text of those declared as dates by
// trying one layout after the other, which would be almost a third of the time a row
// takes. An expression has no declared type; decode knows each column's own, and
// decodeDate our own layout at once.
func (c *column) read(alias string) string {
	if c.table.engine == SQLite {
		return "+" + c.aliased(alias)
	}
	return c.aliased(alias)
}

// target is the cells of one table within a result; point aims them at a new
// row.
type target struct {
	t     *table
	cells []cell
}

// newTarget appends the table's cells, in the order of t.selects, to dest.
func newTarget(t *table, dest *[]any) *target {
	*dest = slices.Grow(*dest, len(t.columns))
	out := &target{t: t, cells: make([]cell, len(t.columns))}
	for i, c := range t.columns {
		out.cells[i].column = c
		*dest = append(*dest, &out.cells[i])
	}
	return out
}

func (g *target) point() (row any) {
	p := reflect.New(g.t.row.typ)
	v := p.Elem()
	var extra *Extra
	if g.t.row.extra >= 0 {
		extra = v.Field(g.t.row.extra).Addr().Interface().(*Extra)
		extra.table = g.t
		extra.values = make([]any, len(g.t.extras))
	}
	for i := range g.cells {
		c := &g.cells[i]
		if f := c.column.field; f != nil {
			c.field = v.Field(f.index)
		} else {
			c.extra = &extra.values[c.column.extra]
		}
	}
	return p.Interface()
}

// queryRows runs a statement that returns all columns of t. It reads every row
// before it returns: a connection is never held while a caller works.
func queryRows(ctx context.Context, e executor, t *table, s *statement) ([]any, error) {
	if err := s.fits(t); err != nil {
		return nil, err
	}
	if s.packed {
		rows, err := queryPacked(ctx, e, t, s)
		switch {
		case err == nil:
			return rows, nil
		case !errors.Is(err, errUnpacked):
			return nil, t.failure(err, s.values)
		}
	}
	rows, err := e.QueryContext(ctx, s.ordinary(t), s.args()...)
	if err != nil {
		return nil, t.failure(err, s.values)
	}
	defer rows.Close()
	var dest []any
	target := newTarget(t, &dest)
	var out []any
	for rows.Next() {
		row := target.point()
		if err := rows.Scan(dest...); err != nil {
			return nil, t.failure(err, s.values)
		}
		out = append(out, row)
	}
	if err := broke(e, rows.Err()); err != nil {
		return nil, t.failure(err, s.values)
	}
	// Close can be the first to report that a statement failed.
	if err := broke(e, rows.Close()); err != nil {
		return nil, t.failure(err, s.values)
	}
	return out, nil
}

// queryInt runs a statement that returns one number.
func queryInt(ctx context.Context, e executor, t *table, s *statement) (int, error) {
	if err := s.fits(t); err != nil {
		return 0, err
	}
	rows, err := e.QueryContext(ctx, s.text.String(), s.args()...)
	if err != nil {
		return 0, t.failure(err, s.values)
	}
	defer rows.Close()
	if !rows.Next() {
		return 0, t.failure(errorOr(broke(e, rows.Err()), sql.ErrNoRows), s.values)
	}
	var n int
	if err := rows.Scan(&n); err != nil {
		return 0, t.failure(err, s.values)
	}
	return n, nil
}

func errorOr(err, fallback error) error {
	if err != nil {
		return err
	}
	return fallback
}

// failure says what err is to a caller; values are those of the statement.
func (t *table) failure(err error, values []bound) error {
	if unique := t.uniqueError(err); unique != nil {
		return unique
	}
	if refused := t.refused(err, values); refused != nil {
		return refused
	}
	return fmt.Errorf("database: %s: %w", t.Name, t.db.discreet(err))
}
