package database

// Cond is a condition on rows, made by [Eq] and its like. Columns are named logically. An
// unknown column or a value of the wrong type is an error of the statement that uses the
// condition, never a condition that is silently false.
//
// A value that no stored row can hold matches nothing and is not sent to the engine: text
// that is not valid UTF-8 or contains a NUL byte, a number of more than 32 bits, a date
// outside the years 0 to 9999, and, for ids stored as numbers or UUIDs, a text that is
// neither. With such a value, [Ne] and [NotIn] match every row that has a value, and so
// does an order comparison that is true for all numbers or dates. More than 32766 values
// in one statement, or a text of almost 50000 bytes to search for, is an
// [ErrInvalidValue].
//
// A condition means the same on both engines, whatever the collation of the database.
// Text is equal if it has the same characters, and is ordered by their code points: "Z"
// comes before "a" and "é" after "z". Dates are compared by whole milliseconds. A
// column's own rule for equality still applies: for PostgreSQL's citext and SQLite's
// "collate nocase" upper and lower case are equal. databasetest.Run proves all of it.
type Cond struct {
	op     op
	column string
	value  any
	values []any
	parts  []Cond
}

type op int

const (
	opNone op = iota
	opEq
	opNe
	opLt
	opLte
	opGt
	opGte
	opIn
	opNotIn
	opNull
	opNotNull
	opContains
	opStartsWith
	opEndsWith
	opContainsFold
	opStartsWithFold
	opEndsWithFold
	opOr
	opAnd
)

// Eq matches rows whose column equals v; a nil v matches NULL.
func Eq(column string, v any) Cond { return Cond{op: opEq, column: column, value: v} }

// Ne matches rows whose column has a value other than v, which leaves NULL out
// as in SQL; a nil v matches every value but NULL.
func Ne(column string, v any) Cond { return Cond{op: opNe, column: column, value: v} }

// Lt matches rows whose column is less than v. Text is ordered by code points, which is
// an order for programs, not for people.
func Lt(column string, v any) Cond { return Cond{op: opLt, column: column, value: v} }

// Lte matches rows whose column is at most v; see [Lt].
func Lte(column string, v any) Cond { return Cond{op: opLte, column: column, value: v} }

// Gt matches rows whose column is greater than v; see [Lt].
func Gt(column string, v any) Cond { return Cond{op: opGt, column: column, value: v} }

// Gte matches rows whose column is at least v; see [Lt].
func Gte(column string, v any) Cond { return Cond{op: opGte, column: column, value: v} }

// In matches rows whose column equals one of values; without values it matches nothing.
// NULL cannot be among them.
func In(column string, values ...any) Cond { return Cond{op: opIn, column: column, values: values} }

// NotIn matches rows whose column has a value that is none of values. Without values it
// matches every row, and does not count as a condition where one is required.
func NotIn(column string, values ...any) Cond {
	return Cond{op: opNotIn, column: column, values: values}
}

// IsNull matches rows whose column is NULL.
func IsNull(column string) Cond { return Cond{op: opNull, column: column} }

// NotNull matches rows whose column is not NULL.
func NotNull(column string) Cond { return Cond{op: opNotNull, column: column} }

// Contains matches rows whose text column contains s. Case matters, and no character of s
// is special. An empty s matches every row that has a value.
func Contains(column, s string) Cond { return Cond{op: opContains, column: column, value: s} }

// StartsWith matches rows whose text column starts with s; see [Contains].
func StartsWith(column, s string) Cond { return Cond{op: opStartsWith, column: column, value: s} }

// EndsWith matches rows whose text column ends with s; see [Contains].
func EndsWith(column, s string) Cond { return Cond{op: opEndsWith, column: column, value: s} }

// ContainsFold is [Contains] for what a person searches for: the letters A to Z and a to
// z match in either case. All other characters, "É" among them, match only as they are,
// since both engines can do no more.
func ContainsFold(column, s string) Cond {
	return Cond{op: opContainsFold, column: column, value: s}
}

// StartsWithFold matches rows whose text column starts with s; see [ContainsFold].
func StartsWithFold(column, s string) Cond {
	return Cond{op: opStartsWithFold, column: column, value: s}
}

// EndsWithFold matches rows whose text column ends with s; see [ContainsFold].
func EndsWithFold(column, s string) Cond {
	return Cond{op: opEndsWithFold, column: column, value: s}
}

// Or matches rows that match at least one of conds; there must be one.
func Or(conds ...Cond) Cond { return Cond{op: opOr, parts: conds} }

// And matches rows that match all of conds; there must be one.
func And(conds ...Cond) Cond { return Cond{op: opAnd, parts: conds} }
