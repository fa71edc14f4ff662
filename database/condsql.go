package database

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	never  = "1 = 0"
	always = "1 = 1"
)

var comparisons = map[op]string{
	opEq: " = ", opNe: " <> ", opLt: " < ", opLte: " <= ", opGt: " > ", opGte: " >= ",
}

func (c Cond) write(s *statement, t *table) (vacuous bool, err error) {
	switch c.op {
	case opNone:
		return false, fmt.Errorf("database: %s: a zero Cond is no condition", t.Name)
	case opOr, opAnd:
		if len(c.parts) == 0 {
			return false, fmt.Errorf("database: %s: And and Or need a condition", t.Name)
		}
		connector := " and "
		if c.op == opOr {
			connector = " or "
		}
		s.write("(")
		vacuous, err = s.all(t, c.parts, connector)
		s.write(")")
		return vacuous, err
	}
	col, err := t.column(c.column)
	if err != nil {
		return false, err
	}
	switch c.op {
	case opNull:
		s.write(col.quoted, " is null")
	case opNotNull:
		s.write(col.quoted, " is not null")
	case opIn, opNotIn:
		return c.writeIn(s, col)
	case opContains, opStartsWith, opEndsWith, opContainsFold, opStartsWithFold, opEndsWithFold:
		return false, c.writeSearch(s, col)
	default:
		return false, c.writeComparison(s, col)
	}
	return false, nil
}

func (c Cond) writeComparison(s *statement, col *column) error {
	v, err := col.condValue(c.value)
	switch {
	case errors.Is(err, ErrInvalidValue) && c.matchesEvery(err):
		s.write(col.quoted, " is not null")
	case errors.Is(err, ErrInvalidValue):
		s.write(never)
	case err != nil:
		return err
	case v == nil && c.op == opEq:
		s.write(col.quoted, " is null")
	case v == nil && c.op == opNe:
		s.write(col.quoted, " is not null")
	case v == nil:
		return col.problem(errors.New("NULL has no order"))
	default:
		if col.Type == Boolean && c.op != opEq && c.op != opNe {
			return col.problem(errors.New("a boolean has no order"))
		}
		c.compare(s, col, v)
	}
	return nil
}

// compare writes what means the same on both engines.
func (c Cond) compare(s *statement, col *column, v any) {
	at, isTime := v.(time.Time)
	switch {
	case isTime && (c.op == opLte || c.op == opGt):
		// Up to the end of the millisecond: others write finer fractions.
		op := map[op]string{opLte: " < ", opGt: " >= "}[c.op]
		s.write(col.quoted, op).bindFor(col, at.Add(time.Millisecond))
	case c.op == opEq || c.op == opNe:
		s.write(col.equated(), comparisons[c.op]).bindFor(col, v)
	default:
		s.write(col.ordered(), comparisons[c.op]).bindFor(col, v)
	}
}

// equated is the column as values are compared with it for equality.
func (c *column) equated() string {
	if c.Type == Date && c.table.engine == Postgres {
		return "date_trunc('milliseconds', " + c.quoted + ")"
	}
	return c.quoted
}

// ordered is the column as it is compared for order and sorted by: text by code
// points, which UTF-8 keeps, and not by a locale or the order of an enum.
func (c *column) ordered() string {
	switch {
	case c.Type != String || c.stored != storedPlain:
		return c.quoted
	case c.table.engine == Postgres:
		return c.quoted + `::text collate "C"`
	}
	return c.quoted + " collate binary"
}

// matchesEvery reports whether every value that a row can hold compares as asked
// with one that none can hold.
func (c Cond) matchesEvery(impossible error) bool {
	switch c.op {
	case opNe:
		return true
	case opLt, opLte:
		return errors.Is(impossible, errTooLarge)
	case opGt, opGte:
		return errors.Is(impossible, errTooSmall)
	}
	return false
}

func (c Cond) writeIn(s *statement, col *column) (vacuous bool, err error) {
	if c.op == opNotIn && len(c.values) == 0 {
		s.write(always)
		return true, nil
	}
	var values []any
	for _, given := range c.values {
		v, err := col.condValue(given)
		if errors.Is(err, ErrInvalidValue) {
			continue
		}
		if err != nil {
			return false, err
		}
		if v == nil {
			return false, col.problem(errors.New("NULL among the values of In or NotIn"))
		}
		values = append(values, v)
	}
	switch {
	case len(values) == 0 && c.op == opIn:
		s.write(never)
		return false, nil
	case len(values) == 0:
		s.write(col.quoted, " is not null")
		return false, nil
	case c.op == opIn:
		s.write(col.equated(), " in (")
	default:
		s.write(col.equated(), " not in (")
	}
	for i, v := range values {
		if i > 0 {
			s.write(", ")
		}
		s.bindFor(col, v)
	}
	s.write(")")
	return false, nil
}

// condValue brings a value into the driver's form. It is ErrInvalidValue when no
// row can hold it.
func (c *column) condValue(given any) (v any, err error) {
	normal, err := c.normalize(given)
	switch {
	case normal == nil && err == nil:
		return nil, nil
	case slices.Contains([]Type{JSON, Strings, Numbers}, c.Type):
		return nil, c.problem(errors.New("can only be compared with NULL"))
	case err != nil:
		return nil, err
	}
	return c.encode(normal)
}

func (t *table) column(name string) (*column, error) {
	if c, ok := t.byName[name]; ok {
		return c, nil
	}
	return nil, fmt.Errorf("database: %s has no column %q", t.Name, name)
}
