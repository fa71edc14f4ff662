package database

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var (
	// ErrNotFound says that no row matched. It never means that the database failed.
	ErrNotFound = errors.New("database: no row matched")

	// ErrUnique says that a write was refused because another row has the value of a
	// unique column, or the values of a unique index over several columns. Create, Update
	// and UpdateOne of a [Store] return it. With errors.Is it matches every
	// [UniqueError], which names the columns; get them with errors.As. On both engines it
	// ends the transaction in which it happens, so handle it outside of [DB.Transaction].
	// An operation that returns it unchanged answers 500, since only the operation knows
	// what to tell the client.
	ErrUnique = errors.New("database: a row with this value exists already")

	// ErrInvalidValue says that a column cannot hold a value to be written: invalid text,
	// a number or a date out of range, for ids stored as numbers or UUIDs a text that is
	// neither, or a value that the engine refuses for its length, its range, an enum or a
	// check. The value is at fault and not the database, so an operation that fails with
	// it answers 400. In a condition, a value that no column can hold matches nothing
	// instead; see [Cond]. [ValueError] names the column.
	ErrInvalidValue = errors.New("database: a value that the column cannot hold")

	// ErrInvalidText is an [ErrInvalidValue]: a text that is not valid UTF-8, or
	// that contains a NUL byte. PostgreSQL stores neither; SQLite stores the
	// first, and C code behind it would cut off the second.
	ErrInvalidText = fmt.Errorf("%w: text that is not valid UTF-8 or contains a NUL byte", ErrInvalidValue)

	// ErrRolledBack says that a transaction was rolled back although its
	// function returned nil, because a nested call of [DB.Transaction] or a
	// hook inside it had failed before.
	ErrRolledBack = errors.New("database: transaction rolled back")

	// ErrEmptyWhere refuses an update or a delete without a condition, since it would
	// reach every row of the table.
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

// UniqueViolation reports whether err says that a unique constraint over column, perhaps
// together with others, refused a row of table. Both are logical names. It is false if
// the engine did not say which columns they were.
func UniqueViolation(err error, table, column string) bool {
	if err == nil {
		return false
	}
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
