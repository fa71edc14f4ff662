package conformance_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// need skips a test that misses something, and says what to do about it. With
// BETTERAUTH_REQUIRE_ALL=1 that is a failure, so that a run that has to prove
// everything cannot pass by skipping.
func need(t testing.TB, met bool, todo string) {
	t.Helper()
	switch {
	case met:
	case os.Getenv("BETTERAUTH_REQUIRE_ALL") == "1":
		t.Fatal(todo)
	default:
		t.Skip(todo)
	}
}

// needReference demands Node and the packages of the reference.
func needReference(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts the TypeScript server in Node; run it without -short")
	}
	_, err := exec.LookPath("node")
	need(t, err == nil, "node is missing: install Node 20 or newer and run conformance/install.sh")
	_, err = os.Stat(filepath.Join("node_modules", "better-sqlite3", "build", "Release", "better_sqlite3.node"))
	need(t, err == nil, "the reference is not installed: run conformance/install.sh")
}

// testDatabase is an empty database of one test.
type testDatabase struct {
	// name is what both servers take as --database.
	name string
	open func() (*database.DB, error)
	// another makes one more of the same engine.
	another func(testing.TB) testDatabase
}

// onEachEngine runs test in parallel on a SQLite file and on PostgreSQL.
func onEachEngine(t *testing.T, test func(t *testing.T, db testDatabase)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, sqliteDatabase(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, postgresDatabase(t))
	})
}

func sqliteDatabase(t testing.TB) testDatabase {
	path := filepath.Join(t.TempDir(), "auth.db")
	return testDatabase{"sqlite:" + path, func() (*database.DB, error) { return sqlite.Open(path) }, sqliteDatabase}
}

func postgresDatabase(t testing.TB) testDatabase {
	dsn := postgresDSN(t)
	return testDatabase{dsn, func() (*database.DB, error) { return postgres.Open(dsn) }, postgresDatabase}
}

// postgresDSN creates a database, dropped when the test ends. A schema would not
// do: the reference looks at all schemas of its database when it plans its
// tables, and fails when another test drops one of them meanwhile.
func postgresDSN(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(databasetest.PostgresEnv)
	need(t, dsn != "", "set "+databasetest.PostgresEnv+" to a PostgreSQL DSN")
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		t.Fatalf("%s has to be a URL for the reference", databasetest.PostgresEnv)
	}
	db, err := postgres.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "conformance_" + strings.ToLower(rand.Text())
	if _, err := db.Bun().ExecContext(context.Background(), `create database "`+name+`"`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Bun().ExecContext(context.Background(), `drop database "`+name+`" with (force)`); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// opened opens the database beside whatever server uses it.
func (d testDatabase) opened(t testing.TB) *database.DB {
	t.Helper()
	db, err := d.open()
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
