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
		databasetest.Concurrently(8, func(int) {
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

// Of transactions that read a row to decide what to write, none decides on what
// another is about to change.
func TestGetLockedLosesNoUpdate(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		users := storeOf[user](t, s)
		if _, err := users.GetLocked(t.Context(), database.Eq("id", "x")); err == nil {
			t.Error("outside a transaction: no error")
		}
		u := &user{Name: "0", Email: "a@example.com"}
		must(t, users.Create(t.Context(), u))
		const n = 8
		databasetest.Concurrently(n, func(int) {
			err := s.DB().Transaction(t.Context(), func(ctx context.Context) error {
				now, err := users.GetLocked(ctx, database.Eq("id", u.ID))
				if err != nil {
					return err
				}
				_, err = users.Update(ctx, database.Set{"name": now.Name + "+"}, database.Eq("id", u.ID))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		got, err := users.Get(t.Context(), database.Eq("id", u.ID))
		must(t, err)
		if len(got.Name) != 1+n {
			t.Errorf("%d of %d updates are left: %q", len(got.Name)-1, n, got.Name)
		}
	})
}
