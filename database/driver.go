package database

// Driver holds what this package must know about a database driver and database/sql does
// not tell. The packages sqlite and postgres each pass one to [New], so that a program
// links only the drivers that it uses.
type Driver struct {
	// Engine is the kind of database.
	Engine Engine

	// ServerError returns what the server reported if err is its refusal of a statement,
	// and nil for every other error. PostgreSQL requires it. It is nil for a driver whose errors say everything
	// in their text, as SQLite's do.
	ServerError func(err error) *ServerError

	// Unprepared is the first argument that makes the driver send a statement together
	// with its values instead of preparing it. It is nil for a driver that prepares
	// nothing by itself, or that is not known to accept such an argument.
	Unprepared any

	// ReadsAtOnce says that a reading never waits for a writer, as in a SQLite file with a
	// write-ahead log. Default false: it may, and ends with its context meanwhile.
	ReadsAtOnce bool

	// Close closes the pool. It is nil when the application owns the pool.
	Close func() error
}

// ServerError is what a PostgreSQL server reports about a statement that it refused:
// https://www.postgresql.org/docs/current/protocol-error-fields.html.
type ServerError struct {
	// SQLState is the code of five characters, such as "23505".
	SQLState string
	// Detail is the server's explanation, which may quote a value.
	Detail string
	// Constraint is the name of the constraint that refused a row, if one did.
	Constraint string
	// Fatal says that the server also closed the connection (FATAL or PANIC).
	Fatal bool
}

// serverError is Driver.ServerError, for drivers that have none too.
func (db *DB) serverError(err error) *ServerError {
	if err == nil || db.driver.ServerError == nil {
		return nil
	}
	return db.driver.ServerError(err)
}
