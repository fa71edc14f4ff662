package database

import (
	"context"
	"errors"
	"fmt"
)

// Lookup is a statement that finds a row of A by a unique column, together
// with the row of B that it refers to, such as a session with its user. It is safe for
// concurrent use.
type Lookup[A, B any] struct {
	db   *DB
	a, b *table
	key  *column
	text string
}

// LookupOf makes a lookup of rows of a by their unique column key, joined with b by a's
// column ref, a foreign key.
func LookupOf[A, B any](a *Store[A], b *Store[B], ref, key string) (*Lookup[A, B], error) {
	if a == nil || b == nil || a.s != b.s {
		return nil, errors.New("database: LookupOf needs two stores of one schema")
	}
	refColumn, err := a.t.column(ref)
	if err != nil {
		return nil, err
	}
	keyColumn, err := a.t.column(key)
	if err != nil {
		return nil, err
	}
	if !keyColumn.Unique && keyColumn != a.t.id {
		return nil, keyColumn.problem(errors.New("is not unique, so a lookup by it is ambiguous"))
	}
	r := refColumn.References
	if r == nil || r.Table != b.t.Name {
		return nil, refColumn.problem(fmt.Errorf("does not refer to %s", b.t.Name))
	}
	st := a.t.statement().write("select ")
	for i, c := range a.t.columns {
		if i > 0 {
			st.write(", ")
		}
		st.write(c.read("a."))
	}
	for _, c := range b.t.columns {
		st.write(", ", c.read("b."))
	}
	st.write(" from ", a.t.quoted, " a join ", b.t.quoted, " b on b.", b.t.byName[r.Column].quoted,
		" = a.", refColumn.quoted, " where a.", keyColumn.quoted, " = ").bind(nil)
	return &Lookup[A, B]{db: a.s.db, a: a.t, b: b.t, key: keyColumn, text: st.text.String()}, nil
}

// Get returns both rows, or [ErrNotFound].
func (l *Lookup[A, B]) Get(ctx context.Context, value any) (*A, *B, error) {
	arg, err := l.key.condValue(value)
	if errors.Is(err, ErrInvalidValue) || err == nil && arg == nil {
		return nil, nil, ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	rows, err := l.db.reader(ctx).QueryContext(ctx, l.text, arg)
	if err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	defer rows.Close()
	if !rows.Next() {
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
		}
		return nil, nil, ErrNotFound
	}
	dest := make([]any, 0, len(l.a.columns)+len(l.b.columns))
	ta, tb := newTarget(l.a, &dest), newTarget(l.b, &dest)
	a, b := ta.point().(*A), tb.point().(*B)
	if err := rows.Scan(dest...); err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	if err := rows.Close(); err != nil {
		return nil, nil, l.a.failure(err, []bound{{l.key, arg}})
	}
	return a, b, nil
}
