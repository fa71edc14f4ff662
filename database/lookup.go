package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
)

// Lookup is one prepared statement that finds a row of A by a unique column, together
// with the row of B that it refers to, such as a session with its user. It is safe for
// concurrent use.
type Lookup[A, B any] struct {
	db   *DB
	a, b *table
	key  *column
	text string

	// prepared is made on first use, on SQLite, which prepares it again by itself
	// when the schema changed. Callers that race may prepare twice; one of the
	// two is kept.
	prepared atomic.Pointer[sql.Stmt]
}

// LookupOf makes a lookup of rows of a by their unique column key, joined with b by a's
// column ref, a foreign key. The statement is prepared on first use.
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

// read is the column as a lookup selects it. SQLite's driver parses the text of
// columns declared as dates by trying one layout after the other, which is
// almost a third of the time a lookup takes; an expression has no declared type,
// and decodeDate knows our own layout at once.
func (c *column) read(alias string) string {
	if c.Type == Date && c.table.engine == SQLite {
		return "+" + alias + c.quoted
	}
	return alias + c.quoted
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
	rows, err := l.query(ctx, arg)
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

func (l *Lookup[A, B]) query(ctx context.Context, arg any) (*sql.Rows, error) {
	if l.db.engine == Postgres {
		// pgx prepares on each connection by itself, and again when it must.
		return l.db.reader(ctx).QueryContext(ctx, l.text, arg)
	}
	stmt := l.prepared.Load()
	t := l.db.transaction(ctx)
	if t != nil && stmt == nil {
		// Preparing on the pool would need a second connection, which the pool
		// may not have.
		return t.tx.Tx.QueryContext(ctx, l.text, arg)
	}
	if t != nil {
		tx := t.tx.Tx.StmtContext(ctx, stmt)
		return tx.QueryContext(ctx, arg)
	}
	if stmt == nil {
		made, err := l.db.bun.DB.PrepareContext(ctx, l.text)
		if err != nil {
			return nil, err
		}
		if l.prepared.CompareAndSwap(nil, made) {
			stmt = made
		} else {
			_ = made.Close() // another caller's is in use
			stmt = l.prepared.Load()
		}
	}
	return stmt.QueryContext(ctx, arg)
}
