package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// Engine names a kind of database.
type Engine string

// The engines whose SQL this package writes.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is a pool of connections to one database. It is safe for concurrent use.
type DB struct {
	bun    *bun.DB
	engine Engine
	pgx    bool         // statements reach pgx as they are given
	close  func() error // nil when the application owns the pool

	// writer holds one token on SQLite, where only one connection can write at
	// a time: waiting here is fair and ends with the context, while the
	// engine's own busy handler polls. Nil on PostgreSQL.
	writer chan struct{}
}

// New uses a pool the application opened and keeps; Close leaves it open. The
// dialect must be sqlitedialect or pgdialect, the driver one of those the
// package's own Open functions use: modernc.org/sqlite, or pgx's for
// database/sql.
//
// A PostgreSQL pool must keep the server's DateStyle at ISO, its default, else a
// plan has a conflict. With a driver that wraps pgx's, for traces say, statements
// that were prepared before a change of the schema fail; open that pool with
// default_query_exec_mode=exec.
//
// A SQLite pool should be opened with the settings of [SQLiteDSN]: immediate
// transactions, foreign keys on, and a busy timeout for writers in other
// processes. Writers within the process are queued here, but code that writes
// through the same pool without this package must expect to be told that the
// database is locked.
func New(db *bun.DB) (*DB, error) {
	if db == nil {
		return nil, errors.New("database: New needs a bun.DB")
	}
	switch name := db.Dialect().Name(); name {
	case dialect.SQLite:
		return &DB{bun: db, engine: SQLite, writer: make(chan struct{}, 1)}, nil
	case dialect.PG:
		out := &DB{bun: db, engine: Postgres}
		out.pgx = out.viaPgx()
		return out, nil
	default:
		return nil, fmt.Errorf("database: dialect %s is not supported: use sqlite or pg", name)
	}
}

// Engine returns the kind of database.
func (db *DB) Engine() Engine { return db.engine }

// Bun returns the pool, for an application's own queries. They do not take part
// in transactions of this package; see [DB.Conn] for that.
func (db *DB) Bun() *bun.DB { return db.bun }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.bun.PingContext(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Close closes the pool if one of the Open functions opened it, and does nothing
// after [New].
func (db *DB) Close() error {
	if db.close == nil {
		return nil
	}
	return db.close()
}
