package database

import (
	"fmt"
	"reflect"
)

// Type is the logical type of a column: see String for all there are.
type Type string

const (
	// String is text without NUL bytes; string in Go.
	String Type = "string"
	// Number is a 32-bit integer; int64 in Go. A value outside the range is an
	// error on write.
	Number Type = "number"
	// BigInt is a 64-bit integer; int64 in Go.
	BigInt Type = "bigint"
	// Boolean is bool in Go.
	Boolean Type = "boolean"
	// Date is a point in time with millisecond precision; time.Time in UTC in Go.
	Date Type = "date"
	// JSON is any JSON value; jsontext.Value in Go, or a map or struct.
	JSON Type = "json"
	// Strings is a JSON array of strings; []string in Go.
	Strings Type = "string[]"
	// Numbers is a JSON array of numbers; []float64 in Go.
	Numbers Type = "number[]"
)

// Column describes one column of a table. It is data: nothing here needs a
// database.
type Column struct {
	// Name is the logical name, in the camelCase of Better Auth (TypeScript). It is the
	// name in conditions, [Set], errors and JSON, and the physical name unless [Naming]
	// or FieldName says otherwise. A table has one column of a name: [Compile] refuses a
	// second one, whoever declares it.
	Name string
	// Type is the logical type.
	Type Type
	// Required makes the column NOT NULL.
	Required bool
	// Unique adds an inline UNIQUE constraint, which also serves as an index: no two rows
	// have the same value, and a write that would make them fails with [ErrUnique]. NULL
	// is not a value, and upper and lower case differ.
	Unique bool
	// Index adds the index <table>_<column>_idx. Ignored when Unique is set.
	Index bool
	// References makes the column a foreign key.
	References *Reference
	// DefaultNow fills in the current time on create when the value is zero;
	// on PostgreSQL the column also gets "default CURRENT_TIMESTAMP".
	DefaultNow bool
	// Touch fills in the current time on create when the value is zero, and on
	// every update that does not set the column itself.
	Touch bool
	// Default is the value for a column that is absent on create: a value, or a func()
	// any that is called for each row. A struct field is absent if it holds its Go zero
	// value. So a column that has the default true or a number other than 0, and that
	// also takes false or 0, needs a pointer. When a Required column with a constant
	// default is added to a table, existing rows get that constant.
	Default any
	// Hidden columns are never returned to a client: [AppendRow] leaves them out.
	Hidden bool
	// ReadOnly columns may not be set by a client. The store does not enforce this; the
	// code that decodes the client's input does.
	ReadOnly bool
	// Validate checks a value that a client sent; nil accepts all. The client sees its
	// error. The store does not call it; the code that decodes the client's input does.
	Validate func(value any) error
	// FieldName is the physical name that the declaration asks for; "" leaves it to the
	// naming style. [Naming.Columns] takes precedence over it.
	FieldName string
	// By names the plugin or program that declares the column, for messages about
	// clashes. Default "".
	By string
}

// Reference names what a foreign key points to, by logical names.
type Reference struct {
	Table, Column string
	// OnDelete is the referential action, as in SQL: "cascade" (also the
	// meaning of ""), "set null", "restrict", "no action" or "set default".
	OnDelete string
}

// Index is an index over one or more columns, by logical names.
type Index struct {
	Columns []string
	Unique  bool
}

// Table describes one table. It is data: nothing here needs a database.
type Table struct {
	// Name is the logical name, in the camelCase of Better Auth (TypeScript).
	Name string
	// Columns are in declared order, "id" among them.
	Columns []Column
	// Indexes are created in addition to those that the columns ask for.
	Indexes []Index
	// Row is the struct type that carries a row; nil for a table that is only
	// created and never read through a store.
	Row reflect.Type
	// ModelName is the physical name that the declaration asks for; "" leaves it to the
	// naming style. [Naming.Tables] takes precedence over it.
	ModelName string
	// By names the plugin or program that declares the table, for messages about clashes.
	// Default "".
	By string

	err error
}

// TableOption changes a table that [TableOf] read from a struct.
type TableOption func(*Table)

// WithIndex adds an index.
func WithIndex(index Index) TableOption {
	return func(t *Table) { t.Indexes = append(t.Indexes, index) }
}

// WithModelName sets Table.ModelName.
func WithModelName(name string) TableOption {
	return func(t *Table) { t.ModelName = name }
}

// WithColumn changes the column with the given logical name in place, for settings that a
// struct tag cannot hold, such as Default or Validate.
func WithColumn(name string, change func(*Column)) TableOption {
	return func(t *Table) {
		for i := range t.Columns {
			if t.Columns[i].Name == name {
				change(&t.Columns[i])
				return
			}
		}
		if t.err == nil {
			t.err = fmt.Errorf("column %q: does not exist; name a column of the row struct", name)
		}
	}
}

// TableOf describes the table that stores rows of the struct type Row.
//
// A column's logical name is the first element of the field's db tag, else the
// name in its json tag. `db:"-"` leaves a field out. After the name the db tag
// takes these options, separated by commas:
//
//	unique, index, hidden, readonly, now (DefaultNow), touch, required
//	references=user            user.id, on delete cascade
//	references=user.id:set null
//	bigint                     a 64-bit integer column
//	type=json                  the logical type, where the Go type leaves a choice
//	default=member             a constant Default
//	fieldname=x                the physical name
//
// Go types map to logical ones as listed at [String]; a pointer makes the column
// nullable, any other field Required, except slices, maps and jsontext.Value,
// which are nullable unless the option required is given. The field whose
// column is "id" is the primary key and must be a string. The order of fields
// is the order of JSON output, see [AppendRow]; a field of type [Extra] carries
// the columns that others add to the table.
//
// A malformed struct is kept in the returned Table as an error, and [Compile]
// reports it among all other problems.
func TableOf[Row any](name string, opts ...TableOption) Table {
	typ := reflect.TypeFor[Row]()
	t := Table{Name: name, Row: typ}
	row, err := rowTypeOf(typ)
	if err != nil {
		t.err = err
	} else {
		for _, f := range row.fields {
			t.Columns = append(t.Columns, f.column)
		}
	}
	for _, opt := range opts {
		opt(&t)
	}
	return t
}
