package sqlite

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// A write-ahead log is now and then copied into the database file, with two waits for
// the disk. SQLite leaves that to the writer whose commit makes the log longer than a
// thousand pages, and every other writer waits behind it. Here a goroutine does it as
// often, while writers go on. Only if the log becomes much longer all the same, because
// they never pause, SQLite does it as before, and the log begins anew.
//
// What is on the disk when does not change: with synchronous(normal) it is what was
// committed before the last copy began
// (https://www.sqlite.org/pragma.html#pragma_synchronous).

const (
	// commitsBetween is about a thousand pages of the log: a row changes a table and its
	// indexes.
	commitsBetween = 250
	// longestLog is how many pages of 4 KiB the log has before a writer copies it.
	longestLog = "wal_autocheckpoint(8000)"
)

// checkpoints copies the log of a pool into the file.
type checkpoints struct {
	commits atomic.Int64
	due     chan struct{}
	stop    context.CancelFunc
	stopped chan struct{}
}

func newCheckpoints() *checkpoints {
	return &checkpoints{due: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// committed counts a commit of any connection. It does not wait.
func (c *checkpoints) committed() {
	if c == nil || c.commits.Add(1)%commitsBetween != 0 {
		return
	}
	select {
	case c.due <- struct{}{}:
	default: // one is due already
	}
}

// run copies whenever it is due, until close.
func (c *checkpoints) run(pool *sql.DB) {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go func() {
		defer close(c.stopped)
		for {
			select {
			case <-ctx.Done():
				return
			case <-c.due:
				// If it fails, or another process is at it, a later one does it.
				_, _ = pool.ExecContext(ctx, "pragma wal_checkpoint(passive)")
			}
		}
	}()
}

// close waits for a copy that was begun.
func (c *checkpoints) close() {
	c.stop()
	<-c.stopped
}
