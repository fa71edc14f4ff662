package database

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// maxIDs bounds the placeholders of one statement; PostgreSQL takes 65535,
// SQLite 32766.
const maxIDs = 500

// update changes all rows that match, or one; it returns the rows only when it
// is to change one, or when hooks needed them.
func (s *Schema) update(ctx context.Context, t *table, set Set, where []Cond, single bool) (int, []any, error) {
	hooks := t.hooks[OnUpdate]
	if set = maps.Clone(set); set == nil {
		set = Set{} // hooks may add to it
	}
	change := func(st *statement) error {
		st.write("update ", t.quoted, " set ")
		return s.writeSet(st, t, set)
	}
	return s.change(ctx, t, hooks, set, change, where, single)
}

func (s *Schema) remove(ctx context.Context, t *table, where []Cond, single bool) (int, []any, error) {
	return s.change(ctx, t, t.hooks[OnDelete], nil, t.deletion, where, single)
}

// removeAll removes every row that matches and returns them.
func (s *Schema) removeAll(ctx context.Context, t *table, where []Cond) (rows []any, err error) {
	if len(t.hooks[OnDelete]) > 0 {
		_, rows, err = s.remove(ctx, t, where, false)
		return rows, err
	}
	st := t.statement()
	if err := t.deletion(st); err != nil {
		return nil, err
	}
	if err := t.someCondition(st, where); err != nil {
		return nil, err
	}
	return s.returning(ctx, t, st)
}

func (t *table) deletion(st *statement) error {
	st.write("delete from ", t.quoted)
	return nil
}

// change runs an update or a delete, whose beginning verb writes.
func (s *Schema) change(ctx context.Context, t *table, hooks []hook, set Set, verb func(*statement) error, where []Cond, single bool) (int, []any, error) {
	// Composed even when hooks make another statement of it, so that a wrong
	// condition or value is reported before any hook runs.
	st := t.statement()
	if err := verb(st); err != nil {
		return 0, nil, err
	}
	if err := t.matching(st, where, single); err != nil {
		return 0, nil, err
	}
	if len(hooks) == 0 && !single {
		n, err := s.exec(ctx, t, st)
		return n, nil, err
	}
	var rows []any
	run := func(ctx context.Context) (err error) {
		if hasBefore(hooks) {
			rows, err = s.changeRows(ctx, t, hooks, set, verb, where, single)
		} else {
			rows, err = s.returning(ctx, t, st)
		}
		if err != nil {
			return err
		}
		return s.runAfter(ctx, hooks, rows)
	}
	var err error
	if inStatement(hooks) {
		err = s.db.Transaction(ctx, run)
	} else {
		err = run(ctx)
	}
	if err != nil {
		return 0, nil, err
	}
	return len(rows), rows, nil
}

// changeRows shows the matching rows to the Before hooks and then changes
// exactly those.
func (s *Schema) changeRows(ctx context.Context, t *table, hooks []hook, set Set, verb func(*statement) error, where []Cond, single bool) ([]any, error) {
	sel := t.selecting(false)
	if _, err := sel.where(t, where); err != nil {
		return nil, err
	}
	if single {
		sel.write(" limit 1")
	}
	if t.engine == Postgres {
		sel.write(" for update")
	}
	before, err := queryRows(ctx, s.db.reader(ctx), t, sel)
	if err != nil {
		return nil, err
	}
	if err := runBefore(ctx, hooks, before, set); err != nil {
		return nil, err
	}
	var changed []any
	for chunk := range slices.Chunk(before, maxIDs) {
		ids := make([]any, len(chunk))
		for i, row := range chunk {
			ids[i] = reflect.ValueOf(row).Elem().Field(t.id.field.index).String()
		}
		st := t.statement()
		if err := verb(st); err != nil {
			return nil, err
		}
		if _, err := st.where(t, []Cond{In("id", ids...)}); err != nil {
			return nil, err
		}
		rows, err := s.returning(ctx, t, st)
		if err != nil {
			return nil, err
		}
		changed = append(changed, rows...)
	}
	return changed, nil
}

// matching writes the where clause of a change.
func (t *table) matching(st *statement, where []Cond, single bool) error {
	st.brief = t.brief(where)
	if !single || t.atMostOne(where) {
		return t.someCondition(st, where)
	}
	// The inner select picks one row. On PostgreSQL it waits for a concurrent
	// change of that row and then checks the conditions again, and passes over a
	// row that no longer meets them.
	st.write(" where ", t.id.quoted, " = (select ", t.id.quoted, " from ", t.quoted)
	if err := t.someCondition(st, where); err != nil {
		return err
	}
	st.write(" limit 1")
	if t.engine == Postgres {
		st.write(" for update")
	}
	st.write(")")
	return nil
}

func (t *table) someCondition(st *statement, where []Cond) error {
	vacuous, err := st.where(t, where)
	if err != nil {
		return err
	}
	if vacuous {
		return fmt.Errorf("%w: %s", ErrEmptyWhere, t.Name)
	}
	return nil
}

func (s *Schema) exec(ctx context.Context, t *table, st *statement) (n int, err error) {
	if err := st.fits(t); err != nil {
		return 0, err
	}
	err = s.db.write(ctx, st.brief, func(e executor) error {
		result, err := e.ExecContext(ctx, st.text.String(), st.args()...)
		if err != nil {
			return t.failure(err, st.values)
		}
		affected, err := result.RowsAffected()
		if err != nil {
			return t.failure(err, st.values)
		}
		n = int(affected)
		return nil
	})
	return n, err
}

func (s *Schema) returning(ctx context.Context, t *table, st *statement) (rows []any, err error) {
	st.write(" returning ", t.selects)
	err = s.db.write(ctx, st.brief, func(e executor) (err error) {
		rows, err = queryRows(ctx, e, t, st)
		return err
	})
	return rows, err
}

// writeSet writes the assignments, in the table's order so that equal sets make
// equal statements.
func (s *Schema) writeSet(st *statement, t *table, set Set) error {
	for name := range set {
		if _, err := t.column(name); err != nil {
			return err
		}
	}
	first := true
	for _, c := range t.columns {
		given, ok := set[c.Name]
		if !ok && !c.Touch {
			continue
		}
		if !ok {
			given = s.Now()
		}
		if c == t.id {
			return c.problem(fmt.Errorf("an id does not change"))
		}
		if !first {
			st.write(", ")
		}
		first = false
		st.write(c.quoted, " = ")
		if add, ok := given.(Increment); ok {
			if c.Type != Number && c.Type != BigInt || c.stored != storedPlain {
				return c.wrongType(given)
			}
			st.write("coalesce(", c.quoted, ", 0) + ").bindFor(c, add.by)
			continue
		}
		normal, err := c.normalize(given)
		if err != nil {
			return err
		}
		v, err := c.encode(normal)
		if err != nil {
			return err
		}
		st.bindFor(c, v)
	}
	if first {
		return fmt.Errorf("%w: %s", errNothingToSet, t.Name)
	}
	return nil
}
