package betterauth

import (
	"errors"
	"fmt"
	"slices"

	"github.com/better-auth-go/better-auth/database"
)

// AddedIndex is an index that a plugin needs on a table of the core or of another plugin,
// to find rows by what nobody else looks for. Migrations create it, unless an index of any
// name begins with the same columns. Build warns of one that a database lacks, and works
// without. It is never unique: what others write into their table is not for a plugin to
// refuse.
type AddedIndex struct {
	// Table is the logical name of the table, such as "account".
	Table string
	// Columns are the logical names of the columns, in order.
	Columns []string
}

// addTo appends the index to its table. has reports whether a table has a column.
func (x AddedIndex) addTo(tables []database.Table, has func(table, column string) bool) error {
	at := slices.IndexFunc(tables, func(t database.Table) bool { return t.Name == x.Table })
	if at < 0 {
		return errors.New("its table does not exist; name one that a plugin or the core declares")
	}
	if len(x.Columns) == 0 {
		return errors.New("it has no columns; name them, or remove it")
	}
	for _, column := range x.Columns {
		if !has(x.Table, column) {
			return fmt.Errorf("the table has no column %s; name columns that it has", column)
		}
	}
	index := database.Index{Columns: x.Columns}
	tables[at].Indexes = append(slices.Clip(tables[at].Indexes), index)
	return nil
}
