package database

import (
	"context"
	"database/sql"
	"slices"
)

// To end a statement with its context, SQLite's driver and database/sql each start a
// goroutine that waits for the context's end, which takes longer than to read one row.
// So a statement that touches few rows, found by an index, does not end with its context:
// the context is looked at before it begins, and again by whatever comes after it. What
// may wait for others still ends: for a connection, for the only writer, and for locks of
// other processes, which are taken where a transaction begins.

// uncanceled executes statements to their end, once they have begun.
type uncanceled struct{ to executor }

func (u uncanceled) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return u.to.ExecContext(context.WithoutCancel(ctx), query, args...)
}

func (u uncanceled) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return u.to.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// briefReader is where a brief reading goes. Call done when its rows are closed.
func (db *DB) briefReader(ctx context.Context) (e executor, done func(), err error) {
	t := db.transaction(ctx)
	switch {
	case db.engine != SQLite || ctx.Done() == nil || t == nil && !db.driver.ReadsAtOnce:
		return db.reader(ctx), func() {}, nil
	case t != nil:
		return t.brief, func() {}, nil
	}
	conn, err := db.bun.DB.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	return uncanceled{conn}, func() { _ = conn.Close() }, nil // it only goes back to the pool
}

// reads sends a reading, as a brief one if it is.
func (db *DB) reads(ctx context.Context, brief bool, read func(e executor) error) error {
	if !brief {
		return read(db.reader(ctx))
	}
	e, done, err := db.briefReader(ctx)
	if err != nil {
		return err
	}
	defer done()
	return read(e)
}

// brief reports whether conditions find their rows by an index.
func (t *table) brief(where []Cond) bool {
	return slices.ContainsFunc(where, func(c Cond) bool {
		if c.op == opAnd {
			return t.brief(c.parts)
		}
		if c.op != opEq || c.value == nil {
			return false
		}
		col, ok := t.byName[c.column]
		return ok && (col == t.id || col.Unique || col.Index)
	})
}
