package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// maker makes databases of one engine.
type maker interface {
	// name is what -engine says, title what the page says.
	name() string
	title() string
	// usable says why nothing can be measured with it here.
	usable() error
	// make makes an empty database.
	make(ctx context.Context) (place, error)
}

// place is one database, until drop.
type place interface {
	engine() database.Engine
	// open opens it as an application does.
	open() (*database.DB, error)
	// openRecorded is open with a driver that tells r what it is asked.
	openRecorded(r *recorder) (*database.DB, error)
	// seed fills the tables, whose every other connection is closed.
	seed(ctx context.Context, p population, publicKey string) error
	// settle gathers what the planner wants to know, and leaves nothing to do in the
	// background.
	settle(ctx context.Context) error
	// explain returns the plan of a statement, a node a line.
	explain(ctx context.Context, text string, args []any) ([]string, error)
	// size is how many bytes it has on disk.
	size(ctx context.Context) (int64, error)
	drop() error
}

var errNoPostgres = errors.New("PostgreSQL, because " + postgresEnv + " names no server; set it to a postgres:// URL")

// rowsOf reads a query's rows of text columns.
func rowsOf(ctx context.Context, q interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, text string, args ...any) ([][]string, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]string
	for rows.Next() {
		line := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range line {
			into[i] = &line[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, rows.Err()
}
