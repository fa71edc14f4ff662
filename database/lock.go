package database

import (
	"context"
	"errors"
	"fmt"
)

var errLockOutside = errors.New("database: a lock outside a transaction")

// Lock takes a lock by name, so that transactions that lock the same name take turns: it
// returns once no other transaction holds name, and this transaction holds it until it
// ends. It guards what no unique index can. ctx must carry a transaction. Take several
// names in the same order everywhere, or two transactions may wait for each other.
//
// On SQLite a transaction is the only writer anyway. On PostgreSQL it is an advisory lock
// on a 64-bit hash of name.
func (db *DB) Lock(ctx context.Context, name string) error {
	t := db.transaction(ctx)
	if t == nil {
		return errLockOutside
	}
	if db.engine != Postgres {
		return nil
	}
	if !storable(name) {
		name = fmt.Sprintf("%x", name) // it is no text to PostgreSQL
	}
	if _, err := t.executor.ExecContext(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", name); err != nil {
		return fmt.Errorf("database: lock: %w", err)
	}
	return nil
}
