package database_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

var errBoom = errors.New("boom")

// noon is the tests' clock.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.UTC)

func compile(t testing.TB, db *database.DB, tables []database.Table, extra map[string][]database.Column, opts database.Options) *database.Schema {
	t.Helper()
	s, err := database.Compile(db, tables, extra, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// migrated returns the whole schema of the reference, created.
func migrated(t testing.TB, db *database.DB, opts database.Options) *database.Schema {
	t.Helper()
	s := compile(t, db, allTables(), addedColumns(), opts)
	migrate(t, s)
	return s
}

func migrate(t testing.TB, s *database.Schema) *database.Plan {
	t.Helper()
	plan, err := s.Migrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func storeOf[Row any](t testing.TB, s *database.Schema) *database.Store[Row] {
	t.Helper()
	store, err := database.StoreOf[Row](s)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// eachSchema runs test with the whole schema on every engine.
func eachSchema(t *testing.T, test func(t *testing.T, s *database.Schema)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		test(t, migrated(t, db, database.Options{}))
	})
}

func execute(t testing.TB, db *database.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Bun().DB.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func isUnique(err error, table string, columns ...string) bool {
	var u *database.UniqueError
	return errors.As(err, &u) && u.Table == table && slices.Equal(u.Columns, columns)
}
