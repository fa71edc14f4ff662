package database

// Driver is what this package has to know of a database driver that database/sql
// does not say. The packages sqlite and postgres each have one and give it to
// [New], so that a program links the drivers it uses and no other.
type Driver struct {
	// Engine is the kind of database.
	Engine Engine

	// ServerError returns what the server said when err is its refusal of a
	// statement, and nil for every other error. Required for PostgreSQL; nil where the
	// text of an error says all there is, as SQLite's do.
	ServerError func(err error) *ServerError

	// Unprepared is the first argument by which the driver is told to send a
	// statement together with its values instead of preparing it. It is nil for a
	// driver that prepares nothing by itself, or that is not known to take it.
	Unprepared any

	// Close closes the pool. It is nil when the application owns the pool.
	Close func() error
}

// ServerError is what a PostgreSQL server says of a statement that it refused:
// https://www.postgresql.org/docs/current/protocol-error-fields.html.
type ServerError struct {
	// SQLState is the code of five characters.
	SQLState string
	// Detail is the server's explanation, which may quote a value.
	Detail string
	// Constraint is the name of the constraint that refused a row, if one did.
	Constraint string
	// Fatal says that the connection ended with it, by FATAL or PANIC.
	Fatal bool
}

// serverError is Driver.ServerError, for drivers that have none too.
func (db *DB) serverError(err error) *ServerError {
	if err == nil || db.driver.ServerError == nil {
		return nil
	}
	return db.driver.ServerError(err)
}
