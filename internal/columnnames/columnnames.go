// Package columnnames reads the source of a Go package for the column names that it
// writes as text, in conditions, sets and orders, and finds those that are none: a
// misspelt one is otherwise an error of the first statement that uses it, or, in a
// hook that looks a name up in a set, never one.
//
// Start with Check. What a package declares is in source.go, and where names stand in
// walk.go.
package columnnames

import (
	"fmt"
	"slices"
	"strings"
)

// Table is a table that the source may name columns of.
type Table struct {
	// Name is the logical name.
	Name string
	// Row is the row type as reflect.Type.String has it: "notes.Note".
	Row string
	// Columns are the logical names of all columns, added ones included.
	Columns []string
}

// Finding is a name that is no column.
type Finding struct {
	// At is the place in the source: "notes.go:57".
	At string
	// Name is what stands there.
	Name string
	// Tables are the tables that were meant, where the source says which, else all.
	Tables []string
	// Nearest is the column of these whose name differs least.
	Nearest string
}

func (f Finding) String() string {
	whose := "no table has a column"
	switch {
	case len(f.Tables) == 1:
		whose = "table " + f.Tables[0] + " has no column"
	case len(f.Tables) <= 3:
		whose = "none of the tables " + strings.Join(f.Tables, ", ") + " has a column"
	}
	return fmt.Sprintf("%s: %s %q; the nearest is %q", f.At, whose, f.Name, f.Nearest)
}

// Check reads the files of the package in a directory, tests aside, and returns the
// names that are no columns, and how many names there are.
//
// Seen are the functions of package database that make conditions, database.Set,
// database.Order, names that are looked up in a Set or in UniqueError.Columns, and
// added columns read by name from a row's Extra. Which table is meant follows from the
// store that is given the condition, in the same function, and from the row beside
// the Set that a hook is given; where it does not, a column of any table will do.
func Check(dir string, tables []Table) (findings []Finding, names int, err error) {
	s, err := read(dir)
	if err != nil {
		return nil, 0, err
	}
	w := &walker{source: s, tables: tables}
	for _, file := range s.files {
		w.file(file)
	}
	return w.findings, w.names, nil
}

// columnsOf are the tables with these rows, all where there are none, and their columns.
func columnsOf(tables []Table, rows []string) (named, columns []string) {
	for _, t := range tables {
		if len(rows) == 0 || slices.Contains(rows, t.Row) {
			named = append(named, t.Name)
			columns = append(columns, t.Columns...)
		}
	}
	if named == nil && len(rows) > 0 {
		return columnsOf(tables, nil)
	}
	return named, columns
}

func nearest(name string, columns []string) (best string) {
	least := -1
	for _, column := range columns {
		if d := distance(strings.ToLower(name), strings.ToLower(column)); least < 0 || d < least {
			best, least = column, d
		}
	}
	return best
}

// distance is how many characters are to be added, removed or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
