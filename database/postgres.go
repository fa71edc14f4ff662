package database

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// OpenPostgres opens a pool of connections to PostgreSQL. dsn is a URL or a
// keyword/value string as libpq reads it. Tables live in the first schema of the
// connection's search_path unless [Naming] says otherwise. The server need not answer yet; see [DB.Ping].
// An empty dsn is an error unless PGHOST, PGDATABASE or PGSERVICE is set: a variable that
// nobody set must not lead to whatever database is the default.
//
// The pool keeps up to four connections per processor, 16 at least, and renews
// them every half hour; set other limits on DB.Bun().
func OpenPostgres(dsn string) (*DB, error) {
	if strings.TrimSpace(dsn) == "" && os.Getenv("PGHOST") == "" && os.Getenv("PGDATABASE") == "" && os.Getenv("PGSERVICE") == "" {
		return nil, errors.New("database: OpenPostgres: the DSN is empty; write it as postgres://user@host:5432/database")
	}
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// pgx's message quotes the DSN, and with it perhaps a password.
		return nil, errors.New("database: OpenPostgres: the DSN cannot be parsed")
	}
	if _, ok := cfg.RuntimeParams["datestyle"]; !ok {
		// Dates come back as text where a statement was not prepared.
		cfg.RuntimeParams["datestyle"] = "ISO"
	}
	pool := stdlib.OpenDB(*cfg)
	size := max(16, 4*runtime.GOMAXPROCS(0))
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(30 * time.Minute)
	db := bun.NewDB(pool, pgdialect.New())
	return &DB{bun: db, engine: Postgres, pgx: true, close: db.Close}, nil
}
