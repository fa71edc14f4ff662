package betterauth_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// processes are two Auths on one database, as two processes would be.
func processes(t *testing.T, db *database.DB) [2]*plugintest.Kit {
	t.Helper()
	return [2]*plugintest.Kit{plugintest.NewWith(t, plugintest.Options{DB: db}), plugintest.NewWith(t, plugintest.Options{DB: db})}
}

// No two run under one name, in no process; all come to their turn, and give it back.
func TestAlone(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kits := processes(t, db)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var inside, most, done atomic.Int64
		plugintest.AtOnce(8, func(i int) {
			err := kits[i%2].Host.Alone(ctx, "one", 10*time.Second, func(context.Context) error {
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(5 * time.Millisecond)
				inside.Add(-1)
				done.Add(1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		if most.Load() != 1 || done.Load() != 8 {
			t.Errorf("%d at once, %d done", most.Load(), done.Load())
		}
		if rows := kits[0].Rows()["verification"]; len(rows) != 0 {
			t.Errorf("turns stay: %v", rows)
		}
	})
}

// Another name waits for nobody.
func TestAloneByName(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kits := processes(t, db)
		err := kits[0].Host.Alone(t.Context(), "one", 10*time.Second, func(ctx context.Context) error {
			return kits[1].Host.Alone(ctx, "other", 10*time.Second, func(context.Context) error { return nil })
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A process that died in its turn lets others go on once the limit is over, not before.
func TestAloneAfterADeadProcess(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kits := processes(t, db)
		// The row is what a process leaves that was killed: its turn is copied while it runs.
		verifications := kits[0].Host.Verifications()
		err := kits[0].Host.Alone(t.Context(), "one", 10*time.Second, func(ctx context.Context) error {
			rows, err := db.Bun().QueryContext(ctx, `select identifier from "verification"`)
			if err != nil {
				return err
			}
			var identifier string
			for rows.Next() {
				err = rows.Scan(&identifier)
			}
			if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
				return err
			}
			_, err = verifications.Create(ctx, identifier, "", 10*time.Second)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ran := func(within time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			return kits[1].Host.Alone(ctx, "one", 10*time.Second, func(context.Context) error { return nil })
		}
		if err := ran(100 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("before the limit is over: %v", err)
		}
		kits[1].Clock.Advance(11 * time.Second)
		if err := ran(10 * time.Second); err != nil {
			t.Errorf("after it: %v", err)
		}
	})
}

// What runs too long sees its context end, and its failure is returned.
func TestAloneHasALimit(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	err := kit.Host.Alone(t.Context(), "one", 10*time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := kit.Host.Alone(t.Context(), "one", 0, func(context.Context) error { return nil }); err == nil {
		t.Error("it runs without a limit")
	}
	// The turn was given back, although the context had ended, also after a failure.
	failed := errors.New("no")
	for range 2 {
		if err := kit.Host.Alone(t.Context(), "one", time.Second, func(context.Context) error { return failed }); !errors.Is(err, failed) {
			t.Error(err)
		}
	}
}
