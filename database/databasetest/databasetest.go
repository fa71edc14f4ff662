// Package databasetest opens databases for tests and proves that a database
// keeps the contract of package database.
//
// [Each] runs a test on every engine, on SQLite both in memory and in a file, and
// [EachEngine] once on every engine; [Run] is the conformance suite.
//
// Start with [Each]. The cases of [Run] are operators.go, promises.go and
// concurrency.go.
package databasetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// PostgresEnv names the environment variable that holds the DSN of a PostgreSQL
// server for tests. The user must be allowed to create schemas; each test makes
// its own and drops it.
const PostgresEnv = "BETTERAUTH_TEST_POSTGRES"

const skipPostgres = "set " + PostgresEnv + " to a PostgreSQL DSN"

// Each runs test in parallel on SQLite in memory, SQLite in a file, and
// PostgreSQL, each time with an empty database of its own. Without
// BETTERAUTH_TEST_POSTGRES the last one is skipped.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *database.DB{
		"sqlite-memory": SQLiteMemory,
		"sqlite-file":   SQLiteFile,
		"postgres":      Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// EachEngine runs test in parallel on SQLite in memory and on PostgreSQL, each time with
// an empty database of its own: for tests that do one thing after the other. A file has
// the same engine, and differs from memory only in what waits for whom, so a test of
// what happens at the same time takes [Each].
func EachEngine(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": SQLiteMemory, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Open returns one empty database of each kind that [Each] uses, PostgreSQL only
// with BETTERAUTH_TEST_POSTGRES set. They are closed when the test ends.
func Open(t testing.TB) []*database.DB {
	t.Helper()
	dbs := []*database.DB{SQLiteMemory(t), SQLiteFile(t)}
	if os.Getenv(PostgresEnv) != "" {
		dbs = append(dbs, Postgres(t))
	}
	return dbs
}

// SQLiteMemory opens an empty SQLite database in memory.
func SQLiteMemory(t testing.TB) *database.DB {
	t.Helper()
	return opened(t)(sqlite.Open(":memory:"))
}

// SQLiteFile opens an empty SQLite database in the test's temporary folder.
func SQLiteFile(t testing.TB) *database.DB {
	t.Helper()
	return opened(t)(sqlite.Open(filepath.Join(t.TempDir(), "test.db")))
}

// Postgres opens PostgreSQL in a schema of its own, or skips the test without
// BETTERAUTH_TEST_POSTGRES.
func Postgres(t testing.TB) *database.DB {
	t.Helper()
	return opened(t)(postgres.Open(PostgresDSN(t)))
}

// PostgresDSN creates an empty schema, dropped when the test ends, and returns a
// DSN whose search_path is that schema. Without BETTERAUTH_TEST_POSTGRES it skips
// the test.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(PostgresEnv)
	if dsn == "" {
		t.Skip(skipPostgres)
	}
	db, err := postgres.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := db.Bun().ExecContext(context.Background(), `create schema "`+schema+`"`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Bun().ExecContext(context.Background(), `drop schema "`+schema+`" cascade`); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		q := u.Query()
		q.Set("search_path", schema)
		u.RawQuery = q.Encode()
		return u.String()
	}
	return dsn + " search_path=" + schema
}

func opened(t testing.TB) func(*database.DB, error) *database.DB {
	return func(db *database.DB, err error) *database.DB {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	}
}
