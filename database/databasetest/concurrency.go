package databasetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/database"
)

func testTake(t *testing.T, s *suite) {
	for _, name := range []string{"unique column", "other column"} {
		row := &sample{Key: name, Text: name}
		if err := s.store.Create(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		column := "key"
		if name == "other column" {
			column = "text"
		}
		var won atomic.Int32
		Concurrently(16, func(int) {
			switch got, err := s.store.Take(t.Context(), database.Eq(column, name)); {
			case err == nil && got.ID == row.ID:
				won.Add(1)
			case !errors.Is(err, database.ErrNotFound):
				t.Errorf("%s: %v", name, err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%s: %d winners, want 1", name, won.Load())
		}
	}
}

func testCompareAndSwap(t *testing.T, s *suite) {
	if err := s.store.Create(t.Context(), &sample{Key: "swap", Text: "free"}); err != nil {
		t.Fatal(err)
	}
	for _, where := range [][]database.Cond{
		{database.Eq("key", "swap"), database.Eq("text", "free")},
		{database.Eq("text", "free")},
	} {
		var won atomic.Int32
		Concurrently(16, func(i int) {
			set := database.Set{"text": fmt.Sprint("taken by ", i), "number": database.Add(1)}
			switch _, err := s.store.UpdateOne(t.Context(), set, where...); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, database.ErrNotFound):
				t.Error(err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d winners, want 1", won.Load())
		}
		if _, err := s.store.Update(t.Context(), database.Set{"text": "free"}, database.Eq("key", "swap")); err != nil {
			t.Fatal(err)
		}
	}
	row, err := s.store.Get(t.Context(), database.Eq("key", "swap"))
	if err != nil || row.Number != 2 {
		t.Errorf("added up to %v, %v; want 2", row, err)
	}
}

func testConcurrentWrites(t *testing.T, s *suite) {
	const writers, each = 32, 8
	Concurrently(writers, func(i int) {
		for j := range each {
			row := &sample{Key: fmt.Sprintf("%d/%d", i, j)}
			err := s.db.Transaction(t.Context(), func(ctx context.Context) error {
				if err := s.store.Create(ctx, row); err != nil {
					return err
				}
				_, err := s.store.Update(ctx, database.Set{"number": database.Add(1)}, database.Eq("id", row.ID))
				return err
			})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := s.store.Get(t.Context(), database.Eq("id", row.ID)); err != nil {
				t.Error(err)
			}
		}
	})
	n, err := s.store.Count(t.Context(), database.Eq("number", 1))
	if n != writers*each || err != nil {
		t.Errorf("%d rows, %v; want %d", n, err, writers*each)
	}
}

// Concurrently runs fn n times at once, with the numbers from 0 on, and waits for
// all.
func Concurrently(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}
