package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/uptrace/bun"
)

// txKey finds the transaction of one DB in a context, so that two databases in
// one call chain do not take each other's.
type txKey struct{ db *DB }

type transaction struct {
	tx bun.Tx
	// executor is where its statements go, and brief where those that are over soon go.
	executor, brief executor

	mu     sync.Mutex
	after  []func(context.Context)
	failed error // why the transaction must not commit, or nil
	broken error // what the engine refused, after which it takes no statement, or nil
}

func (t *transaction) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		t.failed = err
	}
}

func (db *DB) transaction(ctx context.Context) *transaction {
	t, _ := ctx.Value(txKey{db}).(*transaction)
	return t
}

// Transaction runs fn in a transaction that fn's context carries: every statement of this
// DB with that context takes part in it. It commits if fn returns nil, and rolls back if
// fn returns an error, panics (the panic continues) or ctx ends. The error is fn's own.
//
// A nested call takes part in the outer transaction: fn runs at once and nothing is
// committed before the outermost call returns. A nested call that fails cannot undo its
// statements alone, so the whole transaction can then only roll back; if the outer
// function still returns nil, Transaction returns [ErrRolledBack] together with the
// nested error. A write that the engine refused has the same effect, since on PostgreSQL
// it ends the transaction: to continue after [ErrUnique], handle it outside of the
// transaction.
//
// On SQLite a transaction is the only writer from its beginning. A write from within fn
// with a context outside of the transaction would wait for itself until its context ends.
func (db *DB) Transaction(ctx context.Context, fn func(ctx context.Context) error) error {
	if outer := db.transaction(ctx); outer != nil {
		done := false
		defer func() {
			if !done {
				outer.fail(errors.New("a nested function panicked"))
			}
		}()
		err := fn(ctx)
		done = true
		if err != nil {
			outer.fail(err)
		}
		return err
	}
	after, err := db.runTransaction(ctx, fn)
	if err != nil {
		return err
	}
	db.runAfter(ctx, after)
	return nil
}

func (db *DB) runTransaction(ctx context.Context, fn func(ctx context.Context) error) (after []func(context.Context), err error) {
	if err := db.lockWriter(ctx); err != nil {
		return nil, err
	}
	defer db.unlockWriter()

	// Given ctx, database/sql would roll back in the background when ctx ends,
	// and the writer's lock would be free before the engine's. So ctx may stop
	// the beginning only; after that statements end with it, and the rollback
	// is ours.
	txCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, cancel)
	tx, err := db.bun.BeginTx(txCtx, nil)
	stop()
	if err != nil {
		return nil, fmt.Errorf("database: begin: %w", errors.Join(err, ctx.Err()))
	}
	t := db.begun(tx)
	committed := false
	defer func() {
		if !committed {
			// Its error adds nothing: the connection is given up either way.
			_ = tx.Rollback()
		}
	}()

	if err := fn(context.WithValue(ctx, txKey{db}, t)); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if failed := cmp.Or(t.failed, t.broken); failed != nil {
		return nil, fmt.Errorf("%w: %w", ErrRolledBack, failed)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("database: commit: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("database: commit: %w", err)
	}
	committed = true
	return t.after, nil
}

// AfterCommit calls fn once the transaction in ctx has committed, in the order of the
// calls, and never if it is rolled back; at once if ctx carries no transaction. fn's
// context carries no transaction and does not end with ctx. A panic continues in the
// caller of Transaction once the other functions have run.
//
// Plugins do not call it directly: they call Host.AfterCommit of package betterauth, or
// declare a Committed function in [RowHooks]; both log failures.
func (db *DB) AfterCommit(ctx context.Context, fn func(ctx context.Context)) {
	t := db.transaction(ctx)
	if t == nil {
		fn(context.WithoutCancel(ctx))
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after = append(t.after, fn)
}

func (db *DB) runAfter(ctx context.Context, after []func(context.Context)) {
	ctx = context.WithValue(context.WithoutCancel(ctx), txKey{db}, (*transaction)(nil))
	// Deferred calls run even when one of them panics.
	for i := len(after) - 1; i >= 0; i-- {
		defer after[i](ctx)
	}
}

// Conn returns the connection for an application's own bun queries that take part in the
// transaction in ctx: that transaction, or the pool if ctx carries none.
func (db *DB) Conn(ctx context.Context) bun.IDB {
	if t := db.transaction(ctx); t != nil {
		return t.tx
	}
	return db.bun
}

func (db *DB) reader(ctx context.Context) executor {
	if t := db.transaction(ctx); t != nil {
		return t.executor
	}
	return db.pool()
}

// write runs fn, one statement that writes, as the only writer on SQLite. A
// transaction is that already. brief says that it is over soon; outside of a transaction
// it may wait for another process.
func (db *DB) write(ctx context.Context, brief bool, fn func(e executor) error) error {
	if t := db.transaction(ctx); t != nil {
		e := t.executor
		if brief {
			e = t.brief
		}
		err := fn(e)
		if err != nil {
			t.fail(err)
			// What its rows came to counts like the statement itself.
			return broke(e, err)
		}
		return nil
	}
	if err := db.lockWriter(ctx); err != nil {
		return err
	}
	defer db.unlockWriter()
	return fn(db.pool())
}

func (db *DB) lockWriter(ctx context.Context) error {
	if db.writer == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	select {
	case db.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("database: waiting for another writer: %w", ctx.Err())
	}
}

func (db *DB) unlockWriter() {
	if db.writer != nil {
		<-db.writer
	}
}
