package database_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

func TestCreateFillsIn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		calls := 0
		added := addedColumns()
		added["user"][4].Default = func() any { calls++; return fmt.Sprint("role", calls) }
		s := compile(t, db, allTables(), added, database.Options{
			Now:   func() time.Time { return noon },
			NewID: func(table string) string { return fmt.Sprint(table, "-", calls) },
		})
		migrate(t, s)
		users := storeOf[user](t, s)
		u := &user{Email: "a"}
		must(t, users.Create(t.Context(), u))
		at := noon.Truncate(time.Millisecond)
		if u.ID == "" || !strings.HasPrefix(u.ID, "user-") || !u.CreatedAt.Equal(at) || !u.UpdatedAt.Equal(at) || !s.Now().Equal(at) {
			t.Errorf("%+v", u)
		}
		if v, ok := u.Extra.Value("role"); v != "role1" || !ok {
			t.Errorf("default of an added column: %v", v)
		}
		if v, ok := u.Extra.Value("banned"); v != false || !ok {
			t.Errorf("constant default: %v, %v", v, ok)
		}

		given := noon.Add(time.Hour)
		u = &user{Email: "b", ID: "mine", CreatedAt: given}
		u.Extra.SetValue("role", "admin")
		must(t, users.Create(t.Context(), u))
		got, err := users.Get(t.Context(), database.Eq("id", "mine"), database.Eq("role", "admin"))
		must(t, err)
		if !got.CreatedAt.Equal(given.Truncate(time.Millisecond)) {
			t.Errorf("a given date was replaced: %v", got.CreatedAt)
		}

		two := &twoFactor{UserID: "mine"}
		must(t, storeOf[twoFactor](t, s).Create(t.Context(), two))
		if two.Verified == nil || !*two.Verified || two.FailedVerificationCount == nil || *two.FailedVerificationCount != 0 {
			t.Errorf("tag defaults: %+v", two)
		}
		two = &twoFactor{ID: "second", UserID: "mine", Verified: ptr(false)}
		must(t, storeOf[twoFactor](t, s).Create(t.Context(), two))
		if *two.Verified {
			t.Error("an explicit false was replaced by the default")
		}
	})
}

func TestTouch(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := noon
		s := migrated(t, db, database.Options{Now: func() time.Time { return now }})
		users := storeOf[user](t, s)
		u := &user{Email: "a"}
		must(t, users.Create(t.Context(), u))
		now = noon.Add(time.Minute)
		got, err := users.UpdateOne(t.Context(), database.Set{"name": "n"}, database.Eq("id", u.ID))
		must(t, err)
		if !got.UpdatedAt.Equal(s.Now()) || !got.CreatedAt.Equal(u.CreatedAt) {
			t.Errorf("%+v", got)
		}
		if n, err := users.Update(t.Context(), database.Set{"updatedAt": noon}, database.Eq("id", u.ID)); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if ok, err := users.Exists(t.Context(), database.Eq("updatedAt", noon)); !ok || err != nil {
			t.Errorf("an explicit value of a touch column: %v, %v", ok, err)
		}
	})
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		ctx := t.Context()
		users := storeOf[user](t, s)
		u := &user{Email: "a"}
		must(t, users.Create(ctx, u))
		me := database.Eq("id", u.ID)

		for name, c := range map[string]database.Cond{
			"unknown column":   database.Eq("nope", 1),
			"physical only":    database.Eq(`email" = "email`, "x"),
			"wrong type":       database.Eq("email", 5),
			"wrong type 2":     database.Eq("emailVerified", "true"),
			"wrong type 3":     database.Gt("createdAt", "2026"),
			"NULL in a list":   database.In("email", "a", nil),
			"NULL order":       database.Lt("email", nil),
			"zero":             {},
			"empty or":         database.Or(),
			"like on a date":   database.Contains("createdAt", "2026"),
			"order of a bool":  database.Gt("emailVerified", true),
			"inside or":        database.Or(me, database.Eq("nope", 1)),
			"number too large": database.Eq("nope", 1<<40),
		} {
			if _, err := users.Get(ctx, c); err == nil || errors.Is(err, database.ErrNotFound) {
				t.Errorf("%s: %v, want an error", name, err)
			}
			if _, err := users.Delete(ctx, c); err == nil {
				t.Errorf("delete with %s: no error", name)
			}
		}
		for name, set := range map[string]database.Set{
			"unknown column": {"nope": 1},
			"wrong type":     {"name": 1},
			"null":           {"name": nil},
			"id":             {"id": "x"},
			"add to text":    {"name": database.Add(1)},
		} {
			if _, err := users.Update(ctx, set, me); err == nil {
				t.Errorf("set %s: no error", name)
			}
		}
		if _, err := users.List(ctx, database.Query{Order: []database.Order{{Column: "nope"}}}); err == nil {
			t.Error("order by an unknown column: no error")
		}
		if _, err := users.List(ctx, database.Query{Limit: -1}); err == nil {
			t.Error("negative limit: no error")
		}
		for name, where := range map[string][]database.Cond{
			"nothing":         nil,
			"not in nothing":  {database.NotIn("id")},
			"or with nothing": {database.Or(database.Eq("id", "x"), database.NotIn("id"))},
		} {
			_, err1 := users.Delete(ctx, where...)
			_, err2 := users.Update(ctx, database.Set{"name": "x"}, where...)
			_, err3 := users.Take(ctx, where...)
			_, err4 := users.UpdateOne(ctx, database.Set{"name": "x"}, where...)
			for _, err := range []error{err1, err2, err3, err4} {
				if !errors.Is(err, database.ErrEmptyWhere) {
					t.Errorf("%s: %v, want ErrEmptyWhere", name, err)
				}
			}
		}
		if _, err := storeOf[rateLimit](t, s).Update(ctx, database.Set{}, database.Eq("key", "x")); err == nil {
			t.Error("an empty Set without touch columns: no error")
		}
		bad := &user{Email: "b"}
		bad.Extra.SetValue("nope", 1)
		if err := users.Create(ctx, bad); err == nil {
			t.Error("an unknown added column: no error")
		}
		bad = &user{Email: "b"}
		bad.Extra.SetValue("role", 1)
		if err := users.Create(ctx, bad); err == nil {
			t.Error("an added column of the wrong type: no error")
		}
		if err := users.Create(ctx, nil); err == nil {
			t.Error("Create(nil): no error")
		}
		err := storeOf[rateLimit](t, s).Create(ctx, &rateLimit{Key: "k", Count: 1 << 31})
		if !errors.Is(err, database.ErrInvalidValue) || !strings.Contains(err.Error(), "rateLimit.count") {
			t.Errorf("a number over 32 bits: %v", err)
		}
		wantCount(t, users, 1)
	})
}

func TestNULBytes(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		ctx := t.Context()
		users := storeOf[user](t, s)
		u := &user{Email: "a"}
		must(t, users.Create(ctx, u))
		for name, c := range map[string]database.Cond{
			"eq":       database.Eq("email", "a\x00"),
			"lt":       database.Lt("email", "b\x00"),
			"in":       database.In("email", "a\x00", "\x00"),
			"contains": database.Contains("email", "\x00"),
			"id":       database.Eq("id", u.ID+"\x00x"),
		} {
			if _, err := users.Get(ctx, c); !errors.Is(err, database.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
		if n, err := users.Count(ctx, database.Ne("email", "a\x00")); n != 1 || err != nil {
			t.Errorf("ne: %d, %v", n, err)
		}
		if n, err := users.Count(ctx, database.NotIn("email", "a\x00")); n != 1 || err != nil {
			t.Errorf("not in: %d, %v", n, err)
		}
		if err := users.Create(ctx, &user{Email: "b\x00"}); !errors.Is(err, database.ErrInvalidText) {
			t.Errorf("create: %v", err)
		}
		if _, err := users.Update(ctx, database.Set{"name": "\x00"}, database.Eq("id", u.ID)); !errors.Is(err, database.ErrInvalidText) {
			t.Errorf("update: %v", err)
		}
	})
}

func TestUniqueOverTwoColumns(t *testing.T) {
	t.Parallel()
	type pair struct {
		A  string `db:"firstPart"`
		B  string `db:"secondPart"`
		ID string `db:"id"`
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		table := database.TableOf[pair]("pair", database.WithIndex(database.Index{Columns: []string{"firstPart", "secondPart"}, Unique: true}))
		s := compile(t, db, []database.Table{table}, nil, database.Options{})
		migrate(t, s)
		pairs := storeOf[pair](t, s)
		must(t, pairs.Create(t.Context(), &pair{A: "secret)=(x", B: "b", ID: "1"}))
		err := pairs.Create(t.Context(), &pair{A: "secret)=(x", B: "b"})
		if !isUnique(err, "pair", "firstPart", "secondPart") || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
		if err := pairs.Create(t.Context(), &pair{ID: "1"}); !isUnique(err, "pair", "id") {
			t.Errorf("primary key: %v", err)
		}
		_, err = pairs.UpdateOne(t.Context(), database.Set{"firstPart": "x"}, database.Eq("secondPart", "b"))
		must(t, err)
	})
}

func TestIDStrategies(t *testing.T) {
	t.Parallel()
	for _, ids := range []database.IDStrategy{database.UUID, database.Serial} {
		t.Run(string(ids), func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				ctx := t.Context()
				s := migrated(t, db, database.Options{IDs: ids})
				users, sessions := storeOf[user](t, s), storeOf[session](t, s)
				u := &user{Email: "a"}
				must(t, users.Create(ctx, u))
				if ids == database.Serial && u.ID != "1" || ids == database.UUID && (len(u.ID) != 36 || u.ID[14] != '4') {
					t.Errorf("id %q", u.ID)
				}
				must(t, sessions.Create(ctx, &session{Token: "t", UserID: u.ID}))
				got, err := sessions.Get(ctx, database.Eq("userId", u.ID))
				if err != nil || got.UserID != u.ID {
					t.Errorf("%+v, %v", got, err)
				}
				if _, err := users.UpdateOne(ctx, database.Set{"name": "x"}, database.In("id", u.ID, "no id")); err != nil {
					t.Error(err)
				}
				impossible := []string{"no id", "", "1 or 1", "0" + u.ID, "99999999999999999999"}
				for _, id := range impossible {
					if _, err := users.Get(ctx, database.Eq("id", id)); !errors.Is(err, database.ErrNotFound) {
						t.Errorf("id %q: %v, want ErrNotFound", id, err)
					}
				}
				err = sessions.Create(ctx, &session{Token: "t2", UserID: "nobody"})
				if err == nil || errors.Is(err, database.ErrNotFound) {
					t.Errorf("an impossible reference: %v", err)
				}
			})
		})
	}
}

func TestListOrderAndIncrement(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		limits := storeOf[rateLimit](t, s)
		for i := range 3 {
			must(t, limits.Create(t.Context(), &rateLimit{Key: fmt.Sprint(i), LastRequest: 1 << 40}))
		}
		databasetest.Concurrently(16, func(int) {
			if _, err := limits.Update(t.Context(), database.Set{"count": database.Add(1)}, database.In("key", "0", "1")); err != nil {
				t.Error(err)
			}
		})
		rows, err := limits.List(t.Context(), database.Query{Order: []database.Order{{Column: "count", Desc: true}, {Column: "key", Desc: true}}, Offset: 1})
		must(t, err)
		if len(rows) != 2 || rows[0].Key != "0" || rows[0].Count != 16 || rows[1].Count != 0 || rows[1].LastRequest != 1<<40 {
			t.Errorf("%+v %+v", rows[0], rows[1])
		}
	})
}

// Two pools on one file stand for two processes.
func TestWritersInTwoPools(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shared.db")
	var pools []*database.Store[rateLimit]
	for range 2 {
		db, err := sqlite.Open(path)
		must(t, err)
		t.Cleanup(func() { must(t, db.Close()) })
		pools = append(pools, storeOf[rateLimit](t, migrated(t, db, database.Options{})))
	}
	must(t, pools[0].Create(t.Context(), &rateLimit{Key: "k"}))
	const writers, each = 32, 10
	databasetest.Concurrently(writers, func(i int) {
		for range each {
			if _, err := pools[i%2].UpdateOne(t.Context(), database.Set{"count": database.Add(1)}, database.Eq("key", "k")); err != nil {
				t.Error(err)
				return
			}
		}
	})
	got, err := pools[1].Get(t.Context(), database.Eq("key", "k"))
	if err != nil || got.Count != writers*each {
		t.Errorf("%+v, %v; want %d", got, err, writers*each)
	}
}

func TestTakeRollsBack(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		store := storeOf[verification](t, s)
		must(t, store.Create(t.Context(), &verification{Identifier: "i", Value: "v"}))
		_ = s.DB().Transaction(t.Context(), func(ctx context.Context) error {
			if got, err := store.Take(ctx, database.Eq("identifier", "i")); err != nil || got.Value != "v" {
				t.Errorf("%v, %v", got, err)
			}
			return errBoom
		})
		wantCount(t, store, 1)
	})
}

// Take removes one row even when several match, and each caller gets another.
func TestTakeOneOfMany(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		store := storeOf[verification](t, s)
		for range 8 {
			must(t, store.Create(t.Context(), &verification{Identifier: "i"}))
		}
		taken := make([]string, 8)
		databasetest.Concurrently(len(taken), func(i int) {
			got, err := store.Take(t.Context(), database.Eq("identifier", "i"))
			if err != nil {
				t.Error(err)
				return
			}
			taken[i] = got.ID
		})
		seen := map[string]bool{}
		for _, id := range taken {
			seen[id] = true
		}
		if len(seen) != len(taken) {
			t.Errorf("taken %q", taken)
		}
		wantCount(t, store, 0)
	})
}

func TestTakeAll(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		store := storeOf[verification](t, s)
		for i := range 10 {
			must(t, store.Create(t.Context(), &verification{Identifier: "i", Value: fmt.Sprint(i)}))
		}
		must(t, store.Create(t.Context(), &verification{Identifier: "other"}))
		counts := make([]int, 8)
		databasetest.Concurrently(len(counts), func(i int) {
			rows, err := store.TakeAll(t.Context(), database.Eq("identifier", "i"))
			if err != nil {
				t.Error(err)
			}
			counts[i] = len(rows)
		})
		total := 0
		for _, n := range counts {
			total += n
		}
		if total != 10 {
			t.Errorf("taken %v, want 10 in all", counts)
		}
		wantCount(t, store, 1)
		if _, err := store.TakeAll(t.Context()); !errors.Is(err, database.ErrEmptyWhere) {
			t.Errorf("no condition: %v", err)
		}
	})
}
