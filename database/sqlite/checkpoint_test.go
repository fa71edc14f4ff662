package sqlite_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// The log is copied into the file long before SQLite would do it, by rows written alone
// and by transactions, and everything is there afterwards.
func TestLogIsCopied(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(t *testing.T, db *database.DB) error{
		"alone": func(t *testing.T, db *database.DB) error {
			_, err := db.Bun().DB.ExecContext(t.Context(), `insert into t values (?)`, strings.Repeat("x", 1000))
			return err
		},
		"returned": func(t *testing.T, db *database.DB) error {
			var a string
			return db.Bun().DB.QueryRowContext(t.Context(), `insert into t values (?) returning a`, strings.Repeat("x", 1000)).Scan(&a)
		},
		"in transactions": func(t *testing.T, db *database.DB) error {
			tx, err := db.Bun().DB.BeginTx(t.Context(), nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(t.Context(), `insert into t values (?)`, strings.Repeat("x", 1000)); err != nil {
				return err
			}
			return tx.Commit()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "auth.db")
			db, err := sqlite.Open(path)
			must(t, err)
			_, err = db.Bun().DB.ExecContext(t.Context(), `create table t (a text)`)
			must(t, err)
			const rows = 300
			for range rows {
				must(t, write(t, db))
			}
			size := func() int64 {
				info, err := os.Stat(path)
				must(t, err)
				return info.Size()
			}
			for deadline := time.Now().Add(20 * time.Second); size() < 100_000; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the file has %d bytes", size())
				}
			}
			must(t, db.Close())
			plain, err := sql.Open("sqlite", path)
			must(t, err)
			defer plain.Close()
			var n int
			must(t, plain.QueryRowContext(t.Context(), `select count(*) from t`).Scan(&n))
			if n != rows {
				t.Errorf("%d rows", n)
			}
		})
	}
}
