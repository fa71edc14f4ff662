// Package postgres opens PostgreSQL for package database, with pgx. Programs that use
// another engine do not link it.
//
// Start with [Open]; [New] takes a bun database that the application opened.
package postgres

import (
	"cmp"
	"errors"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Open opens a pool of connections to PostgreSQL. dsn is a URL or a keyword/value string
// as libpq reads it. Tables are in the first schema of the connection's search_path
// unless [database.Naming] says otherwise. The server need not answer yet; see
// [database.DB.Ping]. An empty dsn is an error unless PGHOST, PGDATABASE or PGSERVICE is
// set, so that an unset variable does not lead to the default database of the machine.
//
// The pool holds up to four connections per processor, at least 16, and renews them every
// half hour; set other limits on DB.Bun().
func Open(dsn string) (*database.DB, error) {
	if strings.TrimSpace(dsn) == "" && os.Getenv("PGHOST") == "" && os.Getenv("PGDATABASE") == "" && os.Getenv("PGSERVICE") == "" {
		return nil, errors.New("postgres: the DSN is empty; write it like postgres://user@host:5432/database")
	}
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// pgx's message quotes the DSN, and with it perhaps a password.
		return nil, errors.New("postgres: the DSN cannot be parsed; write it as postgres://user@host:5432/database")
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
	return database.New(db, driver(db, db.Close))
}

// New uses a pool that the application opened and owns; Close leaves it open. The dialect
// must be pgdialect, the driver pgx's for database/sql.
//
// The pool must leave the server's DateStyle at ISO, its default; otherwise a plan has a
// conflict. With a driver that wraps pgx's, such as for traces, statements that were
// prepared before a change of the schema fail; open that pool with
// default_query_exec_mode=exec.
func New(db *bun.DB) (*database.DB, error) {
	return database.New(db, driver(db, nil))
}

func driver(db *bun.DB, closing func() error) database.Driver {
	d := database.Driver{Engine: database.Postgres, ServerError: serverError, Close: closing}
	if db == nil {
		return d // New refuses it
	}
	// Of a driver that wraps pgx's it is not known whether it takes the mode.
	if _, ok := db.Driver().(*stdlib.Driver); ok {
		d.Unprepared = pgx.QueryExecModeExec
	}
	return d
}

func serverError(err error) *database.ServerError {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return nil
	}
	severity := cmp.Or(pg.SeverityUnlocalized, pg.Severity)
	return &database.ServerError{
		SQLState:   pg.Code,
		Detail:     pg.Detail,
		Constraint: pg.ConstraintName,
		Fatal:      severity == "FATAL" || severity == "PANIC",
	}
}
