package database

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// statement composes SQL text and collects its bound values.
type statement struct {
	engine Engine
	text   strings.Builder
	values []bound
	packed bool // see table.selecting
	brief  bool // it changes rows that are found by an index
}

// args are the values as the driver takes them.
func (s *statement) args() []any {
	out := make([]any, len(s.values))
	for i, b := range s.values {
		out[i] = b.value
	}
	return out
}

// statement begins a statement, with room for most of them.
func (t *table) statement() *statement {
	s := &statement{engine: t.engine, values: make([]bound, 0, 8)}
	s.text.Grow(len(t.selects) + 256)
	return s
}

func (s *statement) write(parts ...string) *statement {
	for _, p := range parts {
		s.text.WriteString(p)
	}
	return s
}

// bind writes a placeholder for v, which is in the driver's form already.
func (s *statement) bind(v any) *statement { return s.bindFor(nil, v) }

// bindFor is bind for a value of the column, which is named if it is refused.
func (s *statement) bindFor(c *column, v any) *statement {
	s.values = append(s.values, bound{c, v})
	if s.engine == SQLite {
		s.text.WriteByte('?')
		return s
	}
	s.text.WriteByte('$')
	s.text.WriteString(strconv.Itoa(len(s.values)))
	return s
}

// maxArgs is how many values SQLite takes in one statement; PostgreSQL takes
// twice as many.
const maxArgs = 32_766

// fits reports a statement with more values than an engine takes.
func (s *statement) fits(t *table) error {
	if len(s.values) > maxArgs {
		return fmt.Errorf("database: %s: %w: more than %d in one statement", t.Name, ErrInvalidValue, maxArgs)
	}
	return nil
}

// where writes " where …" unless there is no condition. vacuous reports that
// every row matches.
func (s *statement) where(t *table, conds []Cond) (vacuous bool, err error) {
	if len(conds) == 0 {
		return true, nil
	}
	s.write(" where ")
	return s.all(t, conds, " and ")
}

// all writes the conditions with a connector between them. It reports whether
// the whole is true of every row: with "and" when each of them is, with "or"
// when one is.
func (s *statement) all(t *table, conds []Cond, connector string) (vacuous bool, err error) {
	vacuous = connector == " and "
	for i, c := range conds {
		if i > 0 {
			s.write(connector)
		}
		v, err := c.write(s, t)
		if err != nil {
			return false, err
		}
		if connector == " and " {
			vacuous = vacuous && v
		} else {
			vacuous = vacuous || v
		}
	}
	return vacuous, nil
}

// atMostOne reports whether the conditions can match one row only, because one
// of them is an equation on a unique column.
func (t *table) atMostOne(conds []Cond) bool {
	return slices.ContainsFunc(conds, func(c Cond) bool {
		if c.op == opAnd {
			return t.atMostOne(c.parts)
		}
		if c.op != opEq || c.value == nil {
			return false
		}
		col, ok := t.byName[c.column]
		return ok && (col.Name == "id" || col.Unique)
	})
}
