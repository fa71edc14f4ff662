package database

import (
	"context"
	"errors"
	"fmt"
)

func (s *Schema) list(ctx context.Context, t *table, q Query) ([]any, error) {
	if q.Limit < 0 || q.Offset < 0 {
		return nil, fmt.Errorf("database: %s: a limit or offset below 0", t.Name)
	}
	st := t.selecting(q.Limit > 0 && q.Limit <= mostPacked)
	if _, err := st.where(t, q.Where); err != nil {
		return nil, err
	}
	for i, o := range q.Order {
		col, err := t.column(o.Column)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			st.write(" order by ")
		} else {
			st.write(", ")
		}
		if err := st.orderBy(col, o.Desc); err != nil {
			return nil, err
		}
	}
	switch {
	case q.Limit > 0:
		st.write(" limit ").bind(int64(q.Limit))
	case q.Offset > 0 && t.engine == SQLite:
		st.write(" limit -1") // SQLite knows offset only after limit
	}
	if q.Offset > 0 {
		st.write(" offset ").bind(int64(q.Offset))
	}
	return s.rows(ctx, t, st, q.Limit == 1 && t.brief(q.Where))
}

// rows reads what a statement selects; brief says that it is over soon.
func (s *Schema) rows(ctx context.Context, t *table, st *statement, brief bool) (rows []any, err error) {
	err = s.db.reads(ctx, brief, func(e executor) (err error) {
		rows, err = queryRows(ctx, e, t, st)
		return err
	})
	return rows, err
}

// orderBy writes a column to sort by. NULL comes before every value, and last
// when sorted downwards, as SQLite has it.
//
// Rows of one millisecond stay in the order they were made, see [aging]: SQLite
// numbers rows as they come, and PostgreSQL has room for what is finer.
func (s *statement) orderBy(c *column, desc bool) error {
	switch c.Type {
	case JSON, Strings, Numbers:
		return c.problem(errors.New("JSON has no order"))
	}
	direction := ""
	if desc {
		direction = " desc"
	}
	s.write(c.ordered(), direction)
	if s.engine == Postgres && !c.Required {
		s.write(map[bool]string{false: " nulls first", true: " nulls last"}[desc])
	}
	if s.engine == SQLite && c.tellsAge() && !c.table.noRowID.Load() {
		s.write(", _rowid_", direction)
	}
	return nil
}

// locked reads the first row that matches and holds it against changes.
func (s *Schema) locked(ctx context.Context, t *table, where []Cond) ([]any, error) {
	if s.db.transaction(ctx) == nil {
		return nil, errLockOutside
	}
	st := t.selecting(true)
	if _, err := st.where(t, where); err != nil {
		return nil, err
	}
	st.write(" limit 1")
	if t.engine == Postgres {
		// Not "for update", which would also wait for rows that only refer to it.
		st.write(" for no key update")
	}
	return s.rows(ctx, t, st, t.brief(where))
}

func (s *Schema) count(ctx context.Context, t *table, where []Cond) (int, error) {
	st := t.statement().write("select count(*) from ", t.quoted)
	if _, err := st.where(t, where); err != nil {
		return 0, err
	}
	return queryInt(ctx, s.db.reader(ctx), t, st)
}

func (s *Schema) exists(ctx context.Context, t *table, where []Cond) (bool, error) {
	st := t.statement().write("select count(*) from (select 1 from ", t.quoted)
	if _, err := st.where(t, where); err != nil {
		return false, err
	}
	st.write(" limit 1) as matched")
	n := 0
	err := s.db.reads(ctx, t.brief(where), func(e executor) (err error) {
		n, err = queryInt(ctx, e, t, st)
		return err
	})
	return n > 0, err
}
