package databasetest_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func TestSQLiteMemory(t *testing.T) {
	t.Parallel()
	databasetest.Run(t, func(t *testing.T) *database.DB { return databasetest.SQLiteMemory(t) })
}

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	databasetest.Run(t, func(t *testing.T) *database.DB { return databasetest.SQLiteFile(t) })
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	databasetest.Run(t, func(t *testing.T) *database.DB { return databasetest.Postgres(t) })
}
