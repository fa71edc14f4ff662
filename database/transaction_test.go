package database_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

func TestTransactionNested(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		db, users := s.DB(), storeOf[user](t, s)
		create := func(ctx context.Context, mail string) error { return users.Create(ctx, &user{Email: mail}) }

		must(t, db.Transaction(t.Context(), func(ctx context.Context) error {
			must(t, create(ctx, "outer"))
			return db.Transaction(ctx, func(ctx context.Context) error { return create(ctx, "inner") })
		}))
		wantCount(t, users, 2)

		err := db.Transaction(t.Context(), func(ctx context.Context) error {
			must(t, db.Transaction(ctx, func(ctx context.Context) error { return create(ctx, "inner2") }))
			return errBoom
		})
		if !errors.Is(err, errBoom) {
			t.Errorf("got %v", err)
		}
		wantCount(t, users, 2)

		// A swallowed error of a nested call commits nothing.
		err = db.Transaction(t.Context(), func(ctx context.Context) error {
			_ = db.Transaction(ctx, func(ctx context.Context) error {
				must(t, create(ctx, "half done"))
				return errBoom
			})
			return nil
		})
		if !errors.Is(err, database.ErrRolledBack) || !errors.Is(err, errBoom) {
			t.Errorf("got %v", err)
		}
		wantCount(t, users, 2)
	})
}

func wantCount[Row any](t *testing.T, s *database.Store[Row], want int) {
	t.Helper()
	if n, err := s.Count(t.Context()); n != want || err != nil {
		t.Errorf("%d rows, %v; want %d", n, err, want)
	}
}

func TestTransactionPanic(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		users := storeOf[user](t, s)
		for _, nested := range []bool{false, true} {
			func() {
				defer func() {
					if r := recover(); r != "ouch" {
						t.Errorf("recovered %v, want ouch", r)
					}
				}()
				_ = s.DB().Transaction(t.Context(), func(ctx context.Context) error {
					must(t, users.Create(ctx, &user{Email: "e"}))
					if nested {
						return s.DB().Transaction(ctx, func(context.Context) error { panic("ouch") })
					}
					panic("ouch")
				})
			}()
		}
		// A panic that the outer function recovers still commits nothing.
		err := s.DB().Transaction(t.Context(), func(ctx context.Context) error {
			must(t, users.Create(ctx, &user{Email: "e"}))
			defer func() { _ = recover() }()
			return s.DB().Transaction(ctx, func(context.Context) error { panic("ouch") })
		})
		if !errors.Is(err, database.ErrRolledBack) {
			t.Errorf("got %v, want ErrRolledBack", err)
		}
		wantCount(t, users, 0)
		must(t, users.Create(t.Context(), &user{Email: "the writer's lock is free"}))
	})
}

func TestTransactionCancelled(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		users := storeOf[user](t, s)
		ctx, cancel := context.WithCancel(t.Context())
		ran := false
		err := s.DB().Transaction(ctx, func(ctx context.Context) error {
			must(t, users.Create(ctx, &user{Email: "e"}))
			s.DB().AfterCommit(ctx, func(context.Context) { ran = true })
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || ran {
			t.Errorf("cancelled within: %v, after-commit ran: %v", err, ran)
		}
		if err := s.DB().Transaction(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled before: %v", err)
		}
		if err := users.Create(ctx, &user{Email: "e"}); !errors.Is(err, context.Canceled) {
			t.Errorf("write: %v", err)
		}
		wantCount(t, users, 0)
	})
}

// A writer that waits for another gives up with its context.
func TestWriterWaitsWithContext(t *testing.T) {
	t.Parallel()
	s := migrated(t, databasetest.SQLiteFile(t), database.Options{})
	users := storeOf[user](t, s)
	must(t, s.DB().Transaction(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := users.Create(ctx, &user{Email: "outside"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		// A reader does not wait, and does not see what is not committed.
		wantCount(t, users, 0)
		return nil
	}))
}

func TestAfterCommitOrder(t *testing.T) {
	t.Parallel()
	type key struct{}
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		db := s.DB()
		var got []string
		note := func(what string) func(context.Context) {
			return func(ctx context.Context) {
				if ctx.Err() != nil || ctx.Value(key{}) != "v" {
					t.Errorf("%s: context %v with value %v", what, ctx.Err(), ctx.Value(key{}))
				}
				got = append(got, what)
			}
		}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
		cancelled := context.WithValue(t.Context(), key{}, "v")
		cancelled, stop := context.WithCancel(cancelled)
		stop()
		db.AfterCommit(cancelled, note("at once"))
		must(t, db.Transaction(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, note("1"))
			must(t, db.Transaction(ctx, func(ctx context.Context) error {
				db.AfterCommit(ctx, note("2"))
				return nil
			}))
			db.AfterCommit(ctx, func(ctx context.Context) {
				cancel()
				db.AfterCommit(ctx, note("3, at once within 3"))
			})
			db.AfterCommit(ctx, note("4"))
			got = append(got, "body")
			return nil
		}))
		_ = db.Transaction(cancelled, func(ctx context.Context) error { return errBoom })
		_ = db.Transaction(t.Context(), func(ctx context.Context) error {
			db.AfterCommit(ctx, note("dropped"))
			return errBoom
		})
		want := []string{"at once", "body", "1", "2", "3, at once within 3", "4"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// The others still run when one panics.
func TestAfterCommitPanic(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLiteMemory(t)
	ran := false
	defer func() {
		if recover() == nil || !ran {
			t.Errorf("the panic was lost, or the next function did not run (%v)", ran)
		}
	}()
	_ = db.Transaction(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, func(context.Context) { panic("ouch") })
		db.AfterCommit(ctx, func(context.Context) { ran = true })
		return nil
	})
}

func TestTransactionsOfTwoDatabases(t *testing.T) {
	t.Parallel()
	a, b := migrated(t, databasetest.SQLiteMemory(t), database.Options{}), migrated(t, databasetest.SQLiteMemory(t), database.Options{})
	ua, ub := storeOf[user](t, a), storeOf[user](t, b)
	_ = a.DB().Transaction(t.Context(), func(ctx context.Context) error {
		must(t, ua.Create(ctx, &user{}))
		must(t, ub.Create(ctx, &user{}))
		return errBoom
	})
	wantCount(t, ua, 0)
	wantCount(t, ub, 1)
}

func TestConnJoinsTransaction(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		_ = s.DB().Transaction(t.Context(), func(ctx context.Context) error {
			_, err := s.DB().Conn(ctx).NewRaw(`insert into "rateLimit" ("id", "key", "count", "lastRequest") values ('1', 'k', 1, 1)`).Exec(ctx)
			must(t, err)
			return errBoom
		})
		n, err := s.DB().Conn(t.Context()).NewSelect().Table("rateLimit").Count(t.Context())
		if n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, own *database.DB) {
		open := sqlite.New
		if own.Engine() == database.Postgres {
			open = postgres.New
		}
		db, err := open(own.Bun())
		must(t, err)
		s := migrated(t, db, database.Options{})
		must(t, storeOf[user](t, s).Create(t.Context(), &user{}))
		must(t, db.Close())
		if err := own.Ping(t.Context()); err != nil {
			t.Errorf("Close closed the application's pool: %v", err)
		}
	})
	pool := databasetest.SQLiteMemory(t).Bun()
	other := bun.NewDB(pool.DB, otherDialect{sqlitedialect.New()})
	if _, err := sqlite.New(other); err == nil || !strings.Contains(err.Error(), "mysql") {
		t.Errorf("another dialect: %v", err)
	}
	if _, err := postgres.New(pool); err == nil || !strings.Contains(err.Error(), "sqlite") {
		t.Errorf("SQLite as PostgreSQL: %v", err)
	}
	if _, err := database.New(pool, database.Driver{Engine: "mysql"}); err == nil || !strings.Contains(err.Error(), "mysql") {
		t.Errorf("another engine: %v", err)
	}
	deaf := bun.NewDB(sql.OpenDB(nobody{}), pgdialect.New())
	if _, err := database.New(deaf, database.Driver{Engine: database.Postgres}); err == nil || !strings.Contains(err.Error(), "ServerError") {
		t.Errorf("a driver that does not say why a row was refused: %v", err)
	}
	for name, open := range map[string]func(*bun.DB) (*database.DB, error){"sqlite": sqlite.New, "postgres": postgres.New} {
		if _, err := open(nil); err == nil {
			t.Errorf("%s.New(nil): no error", name)
		}
	}
}

type otherDialect struct{ *sqlitedialect.Dialect }

func (otherDialect) Name() dialect.Name { return dialect.MySQL }

// After a statement that the engine refused, a transaction sends none, whatever became of
// the error: on SQLite it may be over already, and the next would be committed alone.
func TestNothingFollowsARefusedStatement(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := migrated(t, db, database.Options{})
		users := storeOf[user](t, s)
		must(t, users.Create(t.Context(), &user{Email: "taken"}))
		for name, refused := range map[string]func(ctx context.Context) error{
			"a write":   func(ctx context.Context) error { return users.Create(ctx, &user{Email: "taken"}) },
			"a reading": func(ctx context.Context) error { return broken(ctx, s) },
		} {
			err := db.Transaction(t.Context(), func(ctx context.Context) error {
				must(t, users.Create(ctx, &user{Email: "before"}))
				if refused(ctx) == nil {
					t.Errorf("%s was not refused", name)
				}
				if err := users.Create(ctx, &user{Email: "after"}); !errors.Is(err, database.ErrRolledBack) {
					t.Errorf("a write after %s: %v", name, err)
				}
				if _, err := users.Get(ctx, database.Eq("email", "before")); !errors.Is(err, database.ErrRolledBack) {
					t.Errorf("a reading after %s: %v", name, err)
				}
				return nil
			})
			if !errors.Is(err, database.ErrRolledBack) {
				t.Errorf("%s: %v", name, err)
			}
			if n, err := users.Count(t.Context(), database.In("email", "before", "after")); n != 0 || err != nil {
				t.Errorf("%s: %d rows, %v", name, n, err)
			}
		}
	})
}

// broken reads a table that is gone.
func broken(ctx context.Context, s *database.Schema) error {
	sessions, err := database.StoreOf[session](s)
	if err != nil {
		return err
	}
	if _, err := s.DB().Conn(ctx).ExecContext(ctx, `drop table "session"`); err != nil {
		return err
	}
	_, err = sessions.Get(ctx, database.Eq("token", "x"))
	return err
}

// A date that several rows share stays whoever's it is.
func TestSharedDate(t *testing.T) {
	t.Parallel()
	type row struct {
		Until *time.Time `db:"until"`
		ID    string     `db:"id"`
	}
	s := compile(t, databasetest.SQLiteMemory(t), []database.Table{database.TableOf[row]("row")}, nil, database.Options{})
	migrate(t, s)
	until := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	before, made := until, &row{Until: &until}
	must(t, storeOf[row](t, s).Create(t.Context(), made))
	if until != before {
		t.Errorf("the date became %v", until)
	}
	if want := before.UTC().Truncate(time.Millisecond); *made.Until != want {
		t.Errorf("the row has %v, want %v", made.Until, want)
	}
}
