package sqlite

import (
	"context"
	"database/sql/driver"
)

// What begins and ends a transaction is kept as other statements are. The driver would
// parse it each time, and start a goroutine that ends it with its context, which only
// the beginning can need: it waits for writers of other processes.

// control are the statements of one connection that begin and end transactions, by which.
type control [3]fullStmt

const (
	begin = iota
	commit
	rollback
)

var controls = [...]string{begin: "begin immediate", commit: "commit", rollback: "rollback"}

// BeginTx implements driver.ConnBeginTx. A transaction is the only writer from its
// beginning; see DSN.
func (k *keeper) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts != (driver.TxOptions{}) {
		return k.fullConn.BeginTx(ctx, opts)
	}
	if err := k.prepareControl(ctx); err != nil {
		return nil, err
	}
	if _, err := k.control[begin].ExecContext(ctx, nil); err != nil {
		// The context may have ended when it had begun. Any other error says that it has
		// not, and there may be another transaction.
		if ctx.Err() != nil && !k.inTx {
			_ = transaction{k}.Rollback()
		}
		return nil, err
	}
	k.inTx = true
	return transaction{k}, nil
}

func (k *keeper) prepareControl(ctx context.Context) (err error) {
	for i, text := range controls {
		if k.control[i] != nil {
			continue
		}
		if k.control[i], err = k.prepare(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// transaction ends what BeginTx has begun.
type transaction struct{ on *keeper }

// Commit implements driver.Tx. A transaction that cannot be committed is rolled back, as
// database/sql expects.
func (t transaction) Commit() error {
	_, err := t.on.control[commit].ExecContext(context.Background(), nil)
	if err != nil {
		_ = t.Rollback()
		return err
	}
	t.on.inTx = false
	t.on.committed()
	return nil
}

// Rollback implements driver.Tx.
func (t transaction) Rollback() error {
	t.on.inTx = false
	_, err := t.on.control[rollback].ExecContext(context.Background(), nil)
	return err
}
