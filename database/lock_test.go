package database_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func TestLockTakesTurns(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if err := db.Lock(t.Context(), "x"); err == nil {
			t.Error("outside a transaction: no error")
		}
		var inside, most atomic.Int32
		concurrently(8, func(int) {
			err := db.Transaction(t.Context(), func(ctx context.Context) error {
				if err := db.Lock(ctx, "x"); err != nil {
					return err
				}
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				// A statement gives the others time to get in.
				err := db.Conn(ctx).NewRaw("select 1").Scan(ctx, new(int))
				inside.Add(-1)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		if most.Load() != 1 {
			t.Errorf("%d transactions held the lock at once", most.Load())
		}
	})
}
