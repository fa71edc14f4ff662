package database

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Cond is a condition on rows, made by [Eq] and its like. Columns are named
// logically; an unknown column or a value of the wrong type is an error of the
// statement that uses the condition, never a condition that is silently false.
//
// A value that no stored row can hold matches nothing and does not reach the
// engine: text that is not valid UTF-8 or contains a NUL byte, a number of more
// than 32 bits, a date outside the years 0 to 9999, and an id that is no number
// or no UUID where ids are stored as such. [Ne] and [NotIn] match every row that
// has a value then, as does an order of numbers or dates that all are on the
// right side of. More than 32766 values in one statement, or a text of almost
// 50000 bytes to search for, is an [ErrInvalidValue].
type Cond struct {
	op     op
	column string
	value  any
	values []any
	parts  []Cond
}

type op int

const (
	opNone op = iota
	opEq
	opNe
	opLt
	opLte
	opGt
	opGte
	opIn
	opNotIn
	opNull
	opNotNull
	opContains
	opStartsWith
	opEndsWith
	opOr
	opAnd
)

// Eq matches rows whose column equals v; a nil v matches NULL.
func Eq(column string, v any) Cond { return Cond{op: opEq, column: column, value: v} }

// Ne matches rows whose column has a value other than v, which leaves NULL out
// as in SQL; a nil v matches every value but NULL.
func Ne(column string, v any) Cond { return Cond{op: opNe, column: column, value: v} }

// Lt matches rows whose column is less than v.
func Lt(column string, v any) Cond { return Cond{op: opLt, column: column, value: v} }

// Lte matches rows whose column is at most v.
func Lte(column string, v any) Cond { return Cond{op: opLte, column: column, value: v} }

// Gt matches rows whose column is greater than v.
func Gt(column string, v any) Cond { return Cond{op: opGt, column: column, value: v} }

// Gte matches rows whose column is at least v.
func Gte(column string, v any) Cond { return Cond{op: opGte, column: column, value: v} }

// In matches rows whose column equals one of values; none of them matches
// nothing. NULL cannot be among them.
func In(column string, values ...any) Cond { return Cond{op: opIn, column: column, values: values} }

// NotIn matches rows whose column has a value and it is none of values. Without
// values it matches every row, and does not count as a condition where one is
// required.
func NotIn(column string, values ...any) Cond {
	return Cond{op: opNotIn, column: column, values: values}
}

// IsNull matches rows whose column is NULL.
func IsNull(column string) Cond { return Cond{op: opNull, column: column} }

// NotNull matches rows whose column is not NULL.
func NotNull(column string) Cond { return Cond{op: opNotNull, column: column} }

// Contains matches rows whose text column contains s, by LIKE: SQLite ignores
// the case of ASCII letters, PostgreSQL does not. No character of s is special.
func Contains(column, s string) Cond { return Cond{op: opContains, column: column, value: s} }

// StartsWith matches rows whose text column starts with s; see [Contains].
func StartsWith(column, s string) Cond { return Cond{op: opStartsWith, column: column, value: s} }

// EndsWith matches rows whose text column ends with s; see [Contains].
func EndsWith(column, s string) Cond { return Cond{op: opEndsWith, column: column, value: s} }

// Or matches rows that match at least one of conds; there must be one.
func Or(conds ...Cond) Cond { return Cond{op: opOr, parts: conds} }

// And matches rows that match all of conds; there must be one.
func And(conds ...Cond) Cond { return Cond{op: opAnd, parts: conds} }

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
	case opContains, opStartsWith, opEndsWith:
		return false, c.writeLike(s, col)
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
		s.write(col.quoted, comparisons[c.op]).bind(v)
	}
	return nil
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
		s.write(col.quoted, " in (")
	default:
		s.write(col.quoted, " not in (")
	}
	for i, v := range values {
		if i > 0 {
			s.write(", ")
		}
		s.bind(v)
	}
	s.write(")")
	return false, nil
}

// maxPattern in bytes is SQLite's limit.
const maxPattern = 50_000

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (c Cond) writeLike(s *statement, col *column) error {
	if col.Type != String || col.stored != storedPlain {
		return col.problem(errors.New("is no text to search in"))
	}
	text := c.value.(string)
	if !storable(text) {
		s.write(never)
		return nil
	}
	pattern := likeEscaper.Replace(text)
	if c.op != opStartsWith {
		pattern = "%" + pattern
	}
	if c.op != opEndsWith {
		pattern += "%"
	}
	if len(pattern) > maxPattern {
		return col.problem(fmt.Errorf("%w: it is too long to search for", ErrInvalidValue))
	}
	s.write(col.quoted, " like ").bind(pattern).write(` escape '\'`)
	return nil
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
