package database

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	// ErrNotFound says that no row matched. It never stands for a database
	// that failed.
	ErrNotFound = errors.New("database: no row matched")

	// ErrUnique says that a write was refused because a unique column, or a unique
	// index over several, has the value in another row: Create, Update and
	// UpdateOne of a [Store] return it. It matches, with errors.Is, every [UniqueError], which names the columns; use errors.As for
	// those. On both engines it ends the transaction it happens in, so handle it
	// outside of [DB.Transaction]. An operation that returns it as it is answers
	// 500: what to tell a client is for the operation to say.
	ErrUnique = errors.New("database: a row with this value exists already")

	// ErrInvalidValue says that a value to be written is none that its column can
	// hold: text that is no text, a number or a date out of range, an id that is
	// no number or no UUID where ids are stored as such, or what the engine refuses
	// for its length, its range, an enum or a check. The value is at fault and not
	// the database, so an operation that fails with it answers 400. In a condition
	// the first kind matches nothing instead; see [Cond]. [ValueError] says which
	// column it was.
	ErrInvalidValue = errors.New("database: a value that the column cannot hold")

	// ErrInvalidText is an [ErrInvalidValue]: a text that is not valid UTF-8, or
	// that contains a NUL byte. PostgreSQL stores neither; SQLite stores the
	// first, and C code behind it would cut off the second.
	ErrInvalidText = fmt.Errorf("%w: text that is not valid UTF-8 or contains a NUL byte", ErrInvalidValue)

	// ErrRolledBack says that a transaction was rolled back although its
	// function returned nil, because a nested call of [DB.Transaction] or a
	// hook inside it had failed before.
	ErrRolledBack = errors.New("database: transaction rolled back")

	// ErrEmptyWhere refuses a change or removal of rows that names no
	// condition and so would reach every row of the table.
	ErrEmptyWhere = errors.New("database: statement without a condition")
)

// UniqueError says that a unique constraint or primary key refused a row, on
// either engine. It carries names only, never the values.
type UniqueError struct {
	// Table is the table's logical name.
	Table string
	// Columns are the logical names of the constraint's columns, in its order.
	// Empty when the engine did not say which.
	Columns []string

	cause error
}

// UniqueViolation reports whether err says that a unique constraint over a column,
// perhaps with others, refused a row of a table. Both have their logical names. It
// is false where the engine did not say which columns they were.
func UniqueViolation(err error, table, column string) bool {
	var unique *UniqueError
	return errors.As(err, &unique) && unique.Table == table && slices.Contains(unique.Columns, column)
}

// Error names the table and the columns, never a value.
func (e *UniqueError) Error() string {
	return "database: " + e.Table + ": a row with the same " + strings.Join(e.Columns, ", ") + " exists already"
}

// Is makes errors.Is(err, ErrUnique) true.
func (e *UniqueError) Is(target error) bool { return target == ErrUnique }

// Unwrap returns the driver's error.
func (e *UniqueError) Unwrap() error { return e.cause }
