package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func sessionLookup(t testing.TB, s *database.Schema) *database.Lookup[session, user] {
	t.Helper()
	l, err := database.LookupOf(storeOf[session](t, s), storeOf[user](t, s), "userId", "token")
	must(t, err)
	return l
}

func TestLookup(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		ctx := t.Context()
		users, sessions, lookup := storeOf[user](t, s), storeOf[session](t, s), sessionLookup(t, s)
		for i := range 3 {
			u := &user{Email: fmt.Sprint(i)}
			u.Extra.SetValue("role", fmt.Sprint("role", i))
			must(t, users.Create(ctx, u))
			must(t, sessions.Create(ctx, &session{Token: fmt.Sprint("t", i), UserID: u.ID, ExpiresAt: noon, IPAddress: ptr("ip")}))
		}
		check := func(ctx context.Context) {
			gs, gu, err := lookup.Get(ctx, "t1")
			if err != nil {
				t.Error(err)
				return
			}
			role, _ := gu.Extra.Value("role")
			if gs.Token != "t1" || gu.Email != "1" || gs.UserID != gu.ID || role != "role1" ||
				!gs.ExpiresAt.Equal(noon.Truncate(time.Millisecond)) || gs.IPAddress == nil {
				t.Errorf("%+v %+v", gs, gu)
			}
		}
		must(t, s.DB().Transaction(ctx, func(ctx context.Context) error { check(ctx); return nil })) // not prepared yet
		databasetest.Concurrently(16, func(int) { check(ctx) })
		owner, err := users.Get(ctx, database.Eq("email", "1"))
		must(t, err)
		must(t, s.DB().Transaction(ctx, func(ctx context.Context) error {
			check(ctx)
			must(t, sessions.Create(ctx, &session{Token: "uncommitted", UserID: owner.ID}))
			if _, _, err := lookup.Get(ctx, "uncommitted"); err != nil {
				t.Errorf("a transaction's own row: %v", err)
			}
			return nil
		}))
		for _, token := range []any{"none", "t1\x00", nil} {
			if _, _, err := lookup.Get(ctx, token); !errors.Is(err, database.ErrNotFound) {
				t.Errorf("%v: %v, want ErrNotFound", token, err)
			}
		}
		if _, _, err := lookup.Get(ctx, 5); err == nil || errors.Is(err, database.ErrNotFound) {
			t.Errorf("wrong type: %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, _, err := lookup.Get(gone, "t1"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestLookupOfErrors(t *testing.T) {
	t.Parallel()
	s := compile(t, databasetest.SQLiteMemory(t), allTables(), addedColumns(), database.Options{})
	sessions, users := storeOf[session](t, s), storeOf[user](t, s)
	for _, c := range [][2]string{{"userId", "none"}, {"none", "token"}, {"userId", "ipAddress"}, {"token", "token"}} {
		if _, err := database.LookupOf(sessions, users, c[0], c[1]); err == nil {
			t.Errorf("%v: no error", c)
		}
	}
	other := compile(t, databasetest.SQLiteMemory(t), allTables(), addedColumns(), database.Options{})
	if _, err := database.LookupOf(sessions, storeOf[user](t, other), "userId", "token"); err == nil {
		t.Error("two schemas: no error")
	}
}

// BenchmarkLookup compares Get with the least database/sql needs for the same
// rows; the two should stay within about 15 percent.
func BenchmarkLookup(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkLookup(b, databasetest.SQLiteFile(b)) })
	b.Run("postgres", func(b *testing.B) {
		if os.Getenv(databasetest.PostgresEnv) == "" {
			b.Skip("set " + databasetest.PostgresEnv + " to a PostgreSQL DSN")
		}
		benchmarkLookup(b, databasetest.Postgres(b))
	})
}

func benchmarkLookup(b *testing.B, db *database.DB) {
	s := compile(b, db, allTables(), map[string][]database.Column{}, database.Options{})
	migrate(b, s)
	u := &user{Email: "a", Name: "Ann"}
	must(b, storeOf[user](b, s).Create(b.Context(), u))
	for i := range 100 {
		must(b, storeOf[session](b, s).Create(b.Context(), &session{Token: fmt.Sprint("t", i), UserID: u.ID, ExpiresAt: noon, IPAddress: ptr("ip")}))
	}
	lookup := sessionLookup(b, s)
	ctx := b.Context()
	b.Run("lookup", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := lookup.Get(ctx, "t50"); err != nil {
				b.Fatal(err)
			}
		}
	})
	text := `select a."expiresAt", a."token", a."createdAt", a."updatedAt", a."ipAddress", a."userAgent", a."userId", a."id",
		b."name", b."email", b."emailVerified", b."image", b."createdAt", b."updatedAt", b."id"
		from "session" a join "user" b on b."id" = a."userId" where a."token" = `
	text += map[database.Engine]string{database.SQLite: "?", database.Postgres: "$1"}[db.Engine()]
	stmt, err := db.Bun().DB.PrepareContext(ctx, text)
	must(b, err)
	defer stmt.Close()
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s session
			var u user
			var err error
			if db.Engine() == database.Postgres {
				err = stmt.QueryRowContext(ctx, "t50").Scan(&s.ExpiresAt, &s.Token, &s.CreatedAt, &s.UpdatedAt, &s.IPAddress, &s.UserAgent,
					&s.UserID, &s.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image, &u.CreatedAt, &u.UpdatedAt, &u.ID)
			} else {
				var d [5]sql.NullTime
				err = stmt.QueryRowContext(ctx, "t50").Scan(&d[0], &s.Token, &d[1], &d[2], &s.IPAddress, &s.UserAgent,
					&s.UserID, &s.ID, &u.Name, &u.Email, &u.EmailVerified, &u.Image, &d[3], &d[4], &u.ID)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
