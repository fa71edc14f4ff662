package postgres_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database/postgres"
)

// A variable that nobody set leads to no database at all.
func TestOpenWithoutDSN(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGDATABASE", "PGSERVICE"} {
		t.Setenv(name, "")
	}
	if _, err := postgres.Open(""); err == nil || !strings.Contains(err.Error(), "DSN is empty") {
		t.Errorf("got %v", err)
	}
	if _, err := postgres.Open("mysql://root:secret@host/x"); err == nil || !strings.Contains(err.Error(), "; write it as postgres://") || strings.Contains(err.Error(), "secret") {
		t.Errorf("a DSN of another engine: %v", err)
	}
	t.Setenv("PGDATABASE", "elsewhere")
	db, err := postgres.Open("")
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open("postgres://user:hunter2@host:port/db")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v, want an error without the password", err)
	}
}
