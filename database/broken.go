package database

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
)

// A statement that the engine refuses ends a transaction of PostgreSQL: it answers nothing
// more until the rollback. SQLite goes on, but not after every failure: without memory, or
// without room on the disk, it rolls back by itself, and what follows would be committed
// at once, each statement alone. So after a refused statement a transaction sends no other.

// inTransaction executes statements of a transaction until one is refused.
type inTransaction struct {
	t  *transaction
	to executor
}

func (i inTransaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := i.t.ended(); err != nil {
		return nil, err
	}
	result, err := i.to.ExecContext(ctx, query, args...)
	return result, broke(i, err)
}

func (i inTransaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := i.t.ended(); err != nil {
		return nil, err
	}
	rows, err := i.to.QueryContext(ctx, query, args...)
	return rows, broke(i, err)
}

// broke returns err, which a statement or its rows came to. If it is one, and the
// statement was one of a transaction, the transaction can only be rolled back.
func broke(e executor, err error) error {
	if err == nil {
		return nil
	}
	switch e := e.(type) {
	case uncanceled:
		return broke(e.to, err)
	case inTransaction:
		e.t.mu.Lock()
		defer e.t.mu.Unlock()
		if e.t.broken == nil {
			e.t.broken = err
		}
	}
	return err
}

// ended is why the transaction takes no statement, or nil.
func (t *transaction) ended() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrRolledBack, cmp.Or(t.failed, t.broken))
}
