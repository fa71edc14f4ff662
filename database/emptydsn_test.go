package database_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
)

// A variable that nobody set leads to no database at all.
func TestOpenPostgresWithoutDSN(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGDATABASE", "PGSERVICE"} {
		t.Setenv(name, "")
	}
	if _, err := database.OpenPostgres(""); err == nil || !strings.Contains(err.Error(), "DSN is empty") {
		t.Errorf("got %v", err)
	}
	t.Setenv("PGDATABASE", "elsewhere")
	db, err := database.OpenPostgres("")
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
}
