package databasetest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/database"
)

// Transactions that lock one name take turns, to the end of each.
func testLock(t *testing.T, s *suite) {
	if err := s.store.Create(t.Context(), &sample{Key: "counted"}); err != nil {
		t.Fatal(err)
	}
	s.count(t, database.Eq("key", "counted"), func(ctx context.Context, where database.Cond) (*sample, error) {
		if err := s.db.Lock(ctx, "counter"); err != nil {
			return nil, err
		}
		return s.store.Get(ctx, where)
	})
}

// A row that is held is changed by nobody else until the transaction ends.
func testGetLocked(t *testing.T, s *suite) {
	if err := s.store.Create(t.Context(), &sample{Key: "held"}); err != nil {
		t.Fatal(err)
	}
	s.count(t, database.Eq("key", "held"), func(ctx context.Context, where database.Cond) (*sample, error) {
		return s.store.GetLocked(ctx, where)
	})
}

// count has eight transactions at once add one to a row's number, each after it
// has read the row by hold: none gets lost.
func (s *suite) count(t *testing.T, where database.Cond, hold func(context.Context, database.Cond) (*sample, error)) {
	Concurrently(8, func(int) {
		err := s.db.Transaction(t.Context(), func(ctx context.Context) error {
			row, err := hold(ctx, where)
			if err != nil {
				return err
			}
			_, err = s.store.Update(ctx, database.Set{"number": row.Number + 1}, where)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	if row, err := s.store.Get(t.Context(), where); err != nil || row.Number != 8 {
		t.Errorf("counted to %v, %v; want 8", row, err)
	}
}

// Each row goes to one of those who take all.
func testTakeAll(t *testing.T, s *suite) {
	const rows = 5
	for i := range rows {
		if err := s.store.Create(t.Context(), &sample{Key: string(rune('a' + i)), Text: "all"}); err != nil {
			t.Fatal(err)
		}
	}
	var taken atomic.Int32
	Concurrently(8, func(int) {
		got, err := s.store.TakeAll(t.Context(), database.Eq("text", "all"))
		if err != nil {
			t.Error(err)
		}
		taken.Add(int32(len(got)))
	})
	if taken.Load() != rows {
		t.Errorf("%d rows were taken, want each of %d once", taken.Load(), rows)
	}
}

// Hooks run in the statement's transaction and in order; one that fails undoes
// it, and what waits for the commit is dropped.
func testHooks(t *testing.T, s *suite) {
	var ran []string
	var fail error
	for _, name := range []string{"1", "2"} {
		err := s.schema.AddHooks(name, database.RowHooks[sample]{
			BeforeCreate: func(_ context.Context, row *sample) error {
				ran = append(ran, "before "+name)
				row.Text += name
				return nil
			},
			AfterCreate: func(ctx context.Context, row *sample) error {
				ran = append(ran, "after "+name)
				if ok, err := s.store.Exists(ctx, database.Eq("id", row.ID)); !ok || err != nil {
					t.Errorf("after %s the row is not there: %v, %v", name, ok, err)
				}
				return fail
			},
			CreateCommitted: func(context.Context, *sample) error {
				ran = append(ran, "commit "+name)
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	row := &sample{Key: "hooked"}
	if err := s.store.Create(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	if want := []string{"before 1", "before 2", "after 1", "after 2", "commit 1", "commit 2"}; !slices.Equal(ran, want) || row.Text != "12" {
		t.Errorf("ran %v, want %v; text %q", ran, want, row.Text)
	}
	ran, fail = nil, errors.New("refused")
	if err := s.store.Create(t.Context(), &sample{Key: "refused"}); !errors.Is(err, fail) {
		t.Errorf("got %v, want the hook's error", err)
	}
	if n, err := s.store.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d rows, %v; want the first one only", n, err)
	}
	if want := []string{"before 1", "before 2", "after 1"}; !slices.Equal(ran, want) {
		t.Errorf("a hook that fails: ran %v, want %v", ran, want)
	}
}

// A lookup finds a row and the one it refers to, or neither.
func testLookup(t *testing.T, s *suite) {
	parent := &sample{Key: "parent"}
	if err := s.store.Create(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	child := &sample{Key: "child", ParentID: &parent.ID}
	if err := s.store.Create(t.Context(), child); err != nil {
		t.Fatal(err)
	}
	lookup, err := database.LookupOf(s.store, s.store, "parentId", "key")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is prepared
		a, b, err := lookup.Get(t.Context(), "child")
		if err != nil || a.ID != child.ID || b.ID != parent.ID {
			t.Errorf("found %v and %v, %v", a, b, err)
		}
	}
	if _, _, err := lookup.Get(t.Context(), "parent"); !errors.Is(err, database.ErrNotFound) {
		t.Errorf("a row that refers to nothing: %v", err)
	}
	// Rows that refer to one that is deleted go with it.
	if n, err := s.store.Delete(t.Context(), database.Eq("id", parent.ID)); n != 1 || err != nil {
		t.Fatalf("deleted %d, %v", n, err)
	}
	if n, err := s.store.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d rows are left, %v", n, err)
	}
}

// Columns are added to a table that has rows, which keep what they hold.
func testUpgrade(t *testing.T, s *suite) {
	if err := s.store.Create(t.Context(), full()); err != nil {
		t.Fatal(err)
	}
	added := map[string][]database.Column{"sample": {{Name: "late", Type: database.String}, {Name: "level", Type: database.Number, Required: true, Default: 3}}}
	schema, err := database.Compile(s.db, []database.Table{database.TableOf[sample]("sample")}, added, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if plan, err := schema.Migrate(t.Context()); err != nil || len(plan.Statements) != 2 {
		t.Fatalf("%v, %v; want two columns", plan, err)
	}
	store, err := database.StoreOf[sample](schema)
	if err != nil {
		t.Fatal(err)
	}
	row, err := store.Get(t.Context(), database.Eq("key", "key"), database.IsNull("late"))
	if err != nil {
		t.Fatal(err)
	}
	if level, ok := row.Extra.Value("level"); !ok || level != int64(3) || row.Text != full().Text {
		t.Errorf("level %v, %v; text %q", level, ok, row.Text)
	}
	// Whoever has not been upgraded goes on.
	if err := s.store.Create(t.Context(), &sample{Key: "old program"}); err != nil {
		t.Errorf("a program without the columns: %v", err)
	}
}

// A panic undoes a transaction, as an error does.
func testPanic(t *testing.T, s *suite) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.db.Transaction(t.Context(), func(ctx context.Context) error {
			if err := s.store.Create(ctx, &sample{Key: "a"}); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	if n, err := s.store.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d rows after a panic, %v", n, err)
	}
}
