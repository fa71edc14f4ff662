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
	driver Driver

	// writer holds one token on SQLite, where only one connection can write at
	// a time: waiting here is fair and ends with the context, while the
	// engine's own busy handler polls. Nil on PostgreSQL.
	writer chan struct{}
}

// New makes a DB from a pool and the properties of its driver. Applications call New or
// Open of package sqlite or postgres, which know their drivers. The pool's dialect must
// be the engine's.
func New(db *bun.DB, driver Driver) (*DB, error) {
	if db == nil {
		return nil, errors.New("database: New needs a bun.DB")
	}
	out := &DB{bun: db, engine: driver.Engine, driver: driver}
	var want dialect.Name
	switch driver.Engine {
	case SQLite:
		want = dialect.SQLite
		out.writer = make(chan struct{}, 1)
	case Postgres:
		want = dialect.PG
		if driver.ServerError == nil {
			// An address that is taken would be a failure of the server.
			return nil, errors.New("database: a driver of postgres needs ServerError, without which nothing tells a row that exists already: use package postgres")
		}
	default:
		return nil, fmt.Errorf("database: engine %q is not supported: use package sqlite or postgres", driver.Engine)
	}
	if name := db.Dialect().Name(); name != want {
		return nil, fmt.Errorf("database: the pool's dialect is %s; %s needs %s", name, driver.Engine, want)
	}
	return out, nil
}

// Engine returns the kind of database.
func (db *DB) Engine() Engine { return db.engine }

// Bun returns the pool, for an application's own queries. They take no part in
// transactions of this package; use [DB.Conn] for that.
func (db *DB) Bun() *bun.DB { return db.bun }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.bun.PingContext(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Close closes the pool if sqlite.Open or postgres.Open opened it, and does nothing
// with a pool that the application opened.
func (db *DB) Close() error {
	if db.driver.Close == nil {
		return nil
	}
	return db.driver.Close()
}
