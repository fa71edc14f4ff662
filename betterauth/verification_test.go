package betterauth_test

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func TestVerifications(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		ctx, values := t.Context(), kit.Host.Verifications()
		create := func(value string) {
			t.Helper()
			if _, err := values.Create(ctx, "id", value, time.Minute); err != nil {
				t.Fatal(err)
			}
			kit.Clock.Advance(time.Second)
		}
		create("older")
		create("newer")
		if row, err := values.Find(ctx, "id"); err != nil || row.Value != "newer" {
			t.Errorf("Find: %+v, %v", row, err)
		}
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				row, err := values.Take(ctx, "id")
				switch {
				case err == nil && row.Value == "newer":
					won.Add(1)
				case errors.Is(err, database.ErrNotFound):
					lost.Add(1)
				default:
					t.Errorf("Take: %+v, %v", row, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%d took it and %d did not", won.Load(), lost.Load())
		}
		create("late")
		kit.Clock.Advance(time.Minute)
		if _, err := values.Take(ctx, "id"); !errors.Is(err, database.ErrNotFound) {
			t.Errorf("an expired value: %v", err)
		}
	})
}

// Of many who found one value, one uses it, and a transaction that fails gives it back.
func TestUseOfAFoundValue(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		values := kit.Host.Verifications()
		if _, err := values.Create(t.Context(), "id", "value", time.Minute); err != nil {
			t.Fatal(err)
		}
		found, err := values.Find(t.Context(), "id")
		if err != nil {
			t.Fatal(err)
		}
		refusal := errors.New("refused")
		if err := db.Transaction(t.Context(), func(ctx context.Context) error {
			return cmp.Or(values.Use(ctx, found), refusal)
		}); err != refusal {
			t.Fatal(err)
		}
		var won, lost atomic.Int32
		plugintest.AtOnce(16, func(int) {
			switch err := values.Use(t.Context(), found); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, database.ErrNotFound):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%d used it and %d did not", won.Load(), lost.Load())
		}
		if _, err := values.Find(t.Context(), "id"); !errors.Is(err, database.ErrNotFound) {
			t.Errorf("a used value: %v", err)
		}
	})
}

// Values nobody came back for do not pile up.
func TestExpiredVerificationsAreSwept(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	for range 3 {
		if _, err := kit.Host.Verifications().Create(t.Context(), "abandoned", "x", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	kit.Clock.Advance(11 * time.Minute)
	if _, err := kit.Host.Verifications().Create(t.Context(), "new", "x", time.Minute); err != nil {
		t.Fatal(err)
	}
	if n, err := plugintest.StoreOf[betterauth.Verification](kit).Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d values are left, %v", n, err)
	}
}
