package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Store reads and writes the rows of one table as values of the struct type Row. It is
// safe for concurrent use. A statement takes part in the transaction of its context, if
// there is one; see [DB.Transaction].
type Store[Row any] struct {
	s *Schema
	t *table
}

// StoreOf returns the store of the table that was passed to [Compile] with rows of the
// type Row.
func StoreOf[Row any](s *Schema) (*Store[Row], error) {
	typ := reflect.TypeFor[Row]()
	t, ok := s.byRow[typ]
	if !ok {
		return nil, fmt.Errorf("database: no table has rows of type %v", typ)
	}
	return &Store[Row]{s: s, t: t}, nil
}

// Query selects, orders and limits rows.
type Query struct {
	// Where are conditions that must all be true; empty selects every row.
	Where []Cond
	// Order sorts by the first element first; empty leaves the order to the engine.
	Order []Order
	// Limit is the largest number of rows returned; 0 is no limit.
	Limit int
	// Offset is how many rows are skipped.
	Offset int
}

// Order sorts by a column, given by its logical name, in the same way on both engines:
// text by code points, see [Cond], and NULL before every value, or after it with Desc.
//
// Dates count in whole milliseconds. But rows that are sorted by their creation time, a
// column that is declared DefaultNow or called createdAt, keep the order in which they
// were made even within a millisecond. On PostgreSQL that order holds among several
// processes as far as their clocks agree.
type Order struct {
	Column string
	Desc   bool
}

// Create writes row as a new row. First it fills in what is absent: the id, columns that
// default to the current time, and other defaults, those of added columns in row's Extra
// included. Afterwards row is as stored: dates are cut to milliseconds, and an id that
// the database made is filled in.
//
// Errors: [ErrUnique] (a [*UniqueError]) if another row has a value that must be unique,
// [ErrInvalidValue] (a [*ValueError]) for a value that does not fit its column, the error
// of a hook, and others for a value of the wrong Go type.
func (s *Store[Row]) Create(ctx context.Context, row *Row) error {
	return s.s.create(ctx, s.t, row)
}

// NewID makes an id for a row that will be created later, for code that must know the id
// before. It is "" if the database makes the ids.
func (s *Store[Row]) NewID() (string, error) { return s.s.newID(s.t) }

// Get returns the first row that matches, or [ErrNotFound].
func (s *Store[Row]) Get(ctx context.Context, where ...Cond) (*Row, error) {
	rows, err := s.List(ctx, Query{Where: where, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return rows[0], nil
}

// GetLocked is Get and locks the row until the transaction in ctx ends: other
// transactions that want to change or lock it wait. It is for decisions that must still
// be right when their result is written. ctx must carry a transaction.
func (s *Store[Row]) GetLocked(ctx context.Context, where ...Cond) (*Row, error) {
	rows, err := s.s.locked(ctx, s.t, where)
	return one[Row](rows, err)
}

// List returns the rows that match; none is not an error.
func (s *Store[Row]) List(ctx context.Context, q Query) ([]*Row, error) {
	rows, err := s.s.list(ctx, s.t, q)
	return typed[Row](rows), err
}

// Count returns how many rows match.
func (s *Store[Row]) Count(ctx context.Context, where ...Cond) (int, error) {
	return s.s.count(ctx, s.t, where)
}

// Exists reports whether a row matches.
func (s *Store[Row]) Exists(ctx context.Context, where ...Cond) (bool, error) {
	return s.s.exists(ctx, s.t, where)
}

// Update changes every row that matches and returns how many. Columns declared Touch get
// the current time unless set names them. Without a condition the error is
// [ErrEmptyWhere]; [ErrUnique] and [ErrInvalidValue] are as for Create.
func (s *Store[Row]) Update(ctx context.Context, set Set, where ...Cond) (int, error) {
	n, _, err := s.s.update(ctx, s.t, set, where, false)
	return n, err
}

// UpdateOne changes one row that matches, in one statement, and returns it as stored; if
// none matches, the error is [ErrNotFound]. Put into where what must still be true, such
// as the owner or the value that was read before: of concurrent callers, only those
// succeed whose conditions are true at their turn. [ErrUnique] and [ErrInvalidValue] are
// as for Create.
func (s *Store[Row]) UpdateOne(ctx context.Context, set Set, where ...Cond) (*Row, error) {
	_, rows, err := s.s.update(ctx, s.t, set, where, true)
	return one[Row](rows, err)
}

// Delete removes every row that matches and returns how many. If the schema says so, rows
// that refer to them are removed too, without their own hooks. Without a condition the
// error is [ErrEmptyWhere].
func (s *Store[Row]) Delete(ctx context.Context, where ...Cond) (int, error) {
	n, _, err := s.s.remove(ctx, s.t, where, false)
	return n, err
}

// Take removes one row that matches and returns it, in one statement: of any number of
// concurrent callers exactly one gets a row, the others get [ErrNotFound]. Use up a
// single-use value in this way: take it first, then check it.
func (s *Store[Row]) Take(ctx context.Context, where ...Cond) (*Row, error) {
	_, rows, err := s.s.remove(ctx, s.t, where, true)
	return one[Row](rows, err)
}

// TakeAll removes every row that matches and returns them, in one statement: of
// concurrent callers only one gets each row. If none matches, that is no error.
func (s *Store[Row]) TakeAll(ctx context.Context, where ...Cond) ([]*Row, error) {
	rows, err := s.s.removeAll(ctx, s.t, where)
	return typed[Row](rows), err
}

// ParseRow reads a row from JSON as [AppendRow] writes it, added columns included.
// Members that are no column are ignored; hidden columns and columns without a member
// stay empty.
func (s *Store[Row]) ParseRow(data []byte) (*Row, error) {
	row := new(Row)
	return row, s.t.parseRow(data, row)
}

func typed[Row any](rows []any) []*Row {
	out := make([]*Row, len(rows))
	for i, r := range rows {
		out[i] = r.(*Row)
	}
	return out
}

func one[Row any](rows []any, err error) (*Row, error) {
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return rows[0].(*Row), nil
}

// Set maps logical columns to new values; nil is NULL, and [Add] adds to a number.
type Set map[string]any

// Increment is a value for [Set] that adds to the stored number.
type Increment struct{ by int64 }

// Add adds n to a number within the statement, so that no concurrent addition is lost.
// NULL counts as 0.
func Add(n int64) Increment { return Increment{by: n} }

var errNothingToSet = errors.New("database: update without a column to set")
