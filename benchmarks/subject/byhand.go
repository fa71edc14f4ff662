package subject

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/go-json-experiment/json"
)

// byHand is what a good Go engineer sets up before the first handler: prepared
// statements on a pool with the settings of this library's, and a lock, because SQLite
// has one writer and those who wait for its own lock sleep.
type byHand struct {
	pool     *sql.DB
	postgres bool
	writer   sync.Mutex
	problems []error
}

func newByHand(ctx context.Context, db *database.DB) (*byHand, error) {
	pool, err := plainPool(ctx, db)
	return &byHand{pool: pool, postgres: db.Engine() == database.Postgres}, err
}

// plainPool is a pool of the driver's own connections to the same database, until ctx
// ends: those that this library opens on SQLite keep statements, which nobody has who
// writes by hand.
func plainPool(ctx context.Context, db *database.DB) (*sql.DB, error) {
	if db.Engine() == database.Postgres {
		return db.Bun().DB, nil
	}
	var path string
	if err := db.Bun().DB.QueryRowContext(ctx, "select file from pragma_database_list where name = 'main'").Scan(&path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", sqlite.DSN(path))
	if err != nil {
		return nil, err
	}
	open := db.Bun().DB.Stats().MaxOpenConnections
	pool.SetMaxOpenConns(open)
	pool.SetMaxIdleConns(open)
	context.AfterFunc(ctx, func() { _ = pool.Close() }) // nothing waits for it
	return pool, nil
}

// prepare takes a statement with ? for each value. What fails is in problems.
func (h *byHand) prepare(ctx context.Context, text string) *sql.Stmt {
	if h.postgres {
		text = numbered(text)
	}
	stmt, err := h.pool.PrepareContext(ctx, text)
	if err != nil {
		h.problems = append(h.problems, err)
	}
	return stmt
}

// numbered is the text with $1, $2, … for each ?, as PostgreSQL wants it.
func numbered(text string) string {
	var b strings.Builder
	n := byte('0')
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		n++ // no statement here has ten
		b.WriteByte('$')
		b.WriteByte(n)
	}
	return b.String()
}

// alone lets nobody else write to SQLite until release is called.
func (h *byHand) alone() (release func()) {
	if h.postgres {
		return func() {}
	}
	h.writer.Lock()
	return h.writer.Unlock
}

// write executes one statement, which is a commit of its own.
func (h *byHand) write(ctx context.Context, stmt *sql.Stmt, args ...any) error {
	defer h.alone()()
	_, err := stmt.ExecContext(ctx, args...)
	return err
}

// together executes statements in one commit.
func (h *byHand) together(ctx context.Context, fn func(tx *sql.Tx) error) error {
	defer h.alone()()
	tx, err := h.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// stamp is a date as the tables hold it.
func (h *byHand) stamp(t time.Time) any {
	if h.postgres {
		return t.UTC()
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// instant reads a date of either engine.
type instant struct{ time.Time }

// Scan implements sql.Scanner.
func (i *instant) Scan(src any) (err error) {
	switch v := src.(type) {
	case time.Time:
		i.Time = v
	case string:
		i.Time, err = time.Parse(time.RFC3339, v)
	default:
		err = errors.New("not a date")
	}
	return err
}

// person is what an answer says of a user.
type person struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Email         string  `json:"email"`
	EmailVerified bool    `json:"emailVerified"`
	Image         *string `json:"image"`
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the client is the only one to tell
}

// refuse answers what did not hold, as all handlers by hand do.
func refuse(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusUnauthorized)
}

// newToken is a secret of 130 bits.
func newToken() string { return rand.Text() }
