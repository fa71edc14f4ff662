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
// engine: text with a NUL byte, and an id that is no number or no UUID where ids
// are stored as such.
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
	v, possible, err := col.condValue(c.value)
	if err != nil {
		return err
	}
	switch {
	case v == nil && possible && c.op == opEq:
		s.write(col.quoted, " is null")
	case v == nil && possible && c.op == opNe, !possible && c.op == opNe:
		s.write(col.quoted, " is not null")
	case v == nil && possible:
		return col.problem(errors.New("NULL has no order"))
	case !possible:
		s.write(never)
	default:
		if col.Type == Boolean && c.op != opEq && c.op != opNe {
			return col.problem(errors.New("a boolean has no order"))
		}
		s.write(col.quoted, comparisons[c.op]).bind(v)
	}
	return nil
}

func (c Cond) writeIn(s *statement, col *column) (vacuous bool, err error) {
	if c.op == opNotIn && len(c.values) == 0 {
		s.write(always)
		return true, nil
	}
	var values []any
	for _, given := range c.values {
		v, possible, err := col.condValue(given)
		if err != nil {
			return false, err
		}
		if possible && v == nil {
			return false, col.problem(errors.New("NULL among the values of In or NotIn"))
		}
		if possible {
			values = append(values, v)
		}
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

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (c Cond) writeLike(s *statement, col *column) error {
	if col.Type != String || col.stored != storedPlain {
		return col.problem(errors.New("is no text to search in"))
	}
	text := c.value.(string)
	if strings.IndexByte(text, 0) >= 0 {
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
	s.write(col.quoted, " like ").bind(pattern).write(` escape '\'`)
	return nil
}

// condValue brings a value into the driver's form. possible is false when no row
// can hold it.
func (c *column) condValue(given any) (v any, possible bool, err error) {
	normal, err := c.normalize(given)
	if err != nil {
		return nil, false, err
	}
	if normal == nil {
		return nil, true, nil
	}
	if slices.Contains([]Type{JSON, Strings, Numbers}, c.Type) {
		return nil, false, c.problem(errors.New("can only be compared with NULL"))
	}
	v, err = c.encode(normal)
	if errors.Is(err, ErrInvalidText) || errors.Is(err, errImpossible) {
		return nil, false, nil
	}
	return v, err == nil, err
}

func (t *table) column(name string) (*column, error) {
	if c, ok := t.byName[name]; ok {
		return c, nil
	}
	return nil, fmt.Errorf("database: %s has no column %q", t.Name, name)
}
