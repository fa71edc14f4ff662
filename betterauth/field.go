package betterauth

import (
	"fmt"
	"reflect"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// Extended is a row that carries added columns: *User, *Session, *Account, or
// a plugin's own row with a database.Extra field.
type Extended interface{ AddedColumns() *database.Extra }

// AddedColumn is a column that a plugin or the application adds to a table it
// does not own. Field implements it.
type AddedColumn interface {
	// Table is the logical name of the table, such as "user".
	Table() string
	// Column describes the column.
	Column() database.Column
	// problem says what is wrong with the declaration.
	problem() error
}

// Field is a typed column that is added to a table of the core or of another plugin.
// Declare it once as a package variable, list it in Schema.Columns or
// Config.AdditionalColumns, and read and write it on rows:
//
//	var Plan = betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free"})
//
//	plan, ok := Plan.Get(user)
//
// The column's name is the JSON member that clients see and, unless the column is
// ReadOnly, may send; no other plugin can declare it on that table. If a column is Unique
// and another row has the value, writing the row fails with database.ErrUnique.
//
// T is string, bool, int64, time.Time, []string, []float64 or jsontext.Value. A Field is
// immutable and safe for concurrent use.
type Field[T any] struct {
	table  string
	column database.Column
}

// NewField declares a column of table. T decides the column's Type; a Type that
// contradicts T is an error of Build.
func NewField[T any](table string, column database.Column) *Field[T] {
	if column.Type == "" {
		column.Type = typeFor(reflect.TypeFor[T]())
	}
	return &Field[T]{table: table, column: column}
}

// Table implements AddedColumn.
func (f *Field[T]) Table() string { return f.table }

// Column implements AddedColumn.
func (f *Field[T]) Column() database.Column { return f.column }

// Get reads the column. ok is false when it is NULL or the row was not loaded
// with it.
func (f *Field[T]) Get(row Extended) (value T, ok bool) {
	v, ok := row.AddedColumns().Value(f.column.Name)
	if !ok {
		return value, false
	}
	value, ok = v.(T)
	return value, ok
}

// Set sets the column on a row that is about to be created. To change stored rows, use
// the store's Update with the column's name.
func (f *Field[T]) Set(row Extended, value T) { row.AddedColumns().SetValue(f.column.Name, value) }

// Clear sets the column to NULL on a row that is about to be created.
func (f *Field[T]) Clear(row Extended) { row.AddedColumns().SetValue(f.column.Name, nil) }

func (f *Field[T]) problem() error {
	want := typeFor(reflect.TypeFor[T]())
	got := f.column.Type
	switch {
	case want == "":
		return fmt.Errorf("a field cannot be of type %s; use string, bool, int64, time.Time, []string, []float64 or jsontext.Value", reflect.TypeFor[T]())
	case got == want, want == database.Number && got == database.BigInt:
		return nil
	}
	return fmt.Errorf("column type %q does not hold a %s; leave Column.Type empty", got, reflect.TypeFor[T]())
}

func typeFor(t reflect.Type) database.Type {
	switch t {
	case reflect.TypeFor[string]():
		return database.String
	case reflect.TypeFor[bool]():
		return database.Boolean
	case reflect.TypeFor[int64]():
		return database.Number
	case reflect.TypeFor[time.Time]():
		return database.Date
	case reflect.TypeFor[[]string]():
		return database.Strings
	case reflect.TypeFor[[]float64]():
		return database.Numbers
	case reflect.TypeFor[jsontext.Value]():
		return database.JSON
	}
	return ""
}
