package database

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// PostgreSQL keeps prepared statements for each connection, and pgx remembers
// what it was told about them. Both outlive a change of the schema, a
// "deallocate all", and a pooler that hands the connection to another server.
// The server then refuses the statement before it does anything.
//
// Outside a transaction a refused statement has changed nothing, so it is sent
// once more, unprepared, to be read against the schema as it is. A transaction
// has no second try: the refusal ended it, and to call its function again could
// do twice what is not in the database. So its statements are not prepared
// beforehand at all. Both take one round trip to the server.

// executor is what both a pool and a transaction of database/sql offer.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// unprepared sends each statement together with its values, for the server to
// read anew. The driver takes the mode as a first argument.
type unprepared struct {
	to   executor
	mode any
}

func (u unprepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return u.to.ExecContext(ctx, query, slices.Concat([]any{u.mode}, args)...)
}

func (u unprepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return u.to.QueryContext(ctx, query, slices.Concat([]any{u.mode}, args)...)
}

// repreparing sends a statement that was prepared against what is no longer so
// once more. It is for a pool only.
type repreparing struct {
	db   *DB
	pool executor
}

func (r repreparing) again() executor { return unprepared{r.pool, r.db.driver.Unprepared} }

func (r repreparing) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	out, err := r.pool.ExecContext(ctx, query, args...)
	if outdated(r.db.serverError(err)) {
		return r.again().ExecContext(ctx, query, args...)
	}
	return out, err
}

// The driver has the first row, and with it every error of the beginning, before
// QueryContext returns.
func (r repreparing) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	out, err := r.pool.QueryContext(ctx, query, args...)
	if outdated(r.db.serverError(err)) {
		return r.again().QueryContext(ctx, query, args...)
	}
	return out, err
}

// outdated reports whether PostgreSQL refused a statement for what may be due to
// an earlier preparation of it. A statement that is wrong in itself is refused
// again. What ends the connection refuses nothing: a pooler says of a server that
// it lost what a server says of a wrong number of parameters, and the statement may
// have been executed.
func outdated(said *ServerError) bool {
	if said == nil || said.Fatal {
		return false
	}
	switch said.SQLState {
	case "08P01", // protocol_violation: another number of parameters
		"22P03", // invalid_binary_representation: a parameter of another type
		"XX000": // internal_error: a type that was dropped
		return true
	}
	// feature_not_supported ("cached plan must not change result type"),
	// invalid_sql_statement_name ("prepared statement does not exist"), and what
	// does not fit together, prepared statements of the same name among it.
	return strings.HasPrefix(said.SQLState, "0A") || strings.HasPrefix(said.SQLState, "26") || strings.HasPrefix(said.SQLState, "42")
}

// pool is where statements outside of a transaction go.
func (db *DB) pool() executor {
	if db.driver.Unprepared != nil {
		return repreparing{db, db.bun.DB}
	}
	return db.bun.DB
}

// begun is a transaction of database/sql that has begun.
func (db *DB) begun(tx bun.Tx) *transaction {
	t := &transaction{tx: tx}
	t.executor = inTransaction{t, tx.Tx}
	if db.driver.Unprepared != nil {
		t.executor = inTransaction{t, unprepared{tx.Tx, db.driver.Unprepared}}
	}
	if t.brief = t.executor; db.engine == SQLite {
		t.brief = uncanceled{t.executor}
	}
	return t
}
