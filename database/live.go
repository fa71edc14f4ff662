package database

import (
	"context"
	"slices"
	"strings"
)

// liveSchema is what the database has.
type liveSchema struct {
	s          *Schema
	tables     map[string]*liveTable // by folded name
	indexNames map[string]string     // folded index name → table

	noSchema bool // that Naming.Schema names
	noPath   bool // no schema of the search_path exists

	dateStyle string // how PostgreSQL writes dates as text, "" on SQLite
}

type liveTable struct {
	s       *Schema
	name    string
	view    bool
	noRowID bool   // SQLite's "without rowid"
	text    string // what created it, on SQLite
	counts  bool   // ids upwards, never one twice; SQLite's AUTOINCREMENT
	columns []*liveColumn
	indexes []liveIndex // of primary keys and constraints too
}

type liveColumn struct {
	name       string
	typ        string // as the database writes it, in lower case
	base       string // the type under all domains, without its limits
	domain     bool   // a type of the database's own over base
	notNull    bool
	hasDefault bool // or is filled by the database in another way
	generated  bool // and cannot be written

	loose bool // texts that differ are equal, by a nondeterministic collation

	// What a value must meet; zero for no limit.
	length           int      // of text, in characters
	precision, scale int      // of numeric; precision of a timestamp, -1 for the engine's
	labels           []string // of an enum
	checks           []string // the names of the constraints it is part of
	fallback         string   // SQLite's default, as SQL
	strict           bool     // SQLite's table takes no other type
	millis           bool     // SQLite's integers are dates in milliseconds
}

type liveIndex struct {
	columns []string
	unique  bool
	partial bool // says nothing about some rows
}

// foldName makes names comparable the way the engine compares quoted ones:
// SQLite ignores case.
func (s *Schema) foldName(name string) string {
	if s.db.engine == SQLite {
		return strings.ToLower(name)
	}
	return name
}

func (s *Schema) sameName(a, b string) bool { return s.foldName(a) == s.foldName(b) }

func (l *liveSchema) table(name string) *liveTable { return l.tables[l.s.foldName(name)] }

// planned remembers an index of a table that the plan creates.
func (l *liveSchema) planned(x wantedIndex) {
	name := l.s.foldName(x.table.physical)
	l.tables[name] = &liveTable{s: l.s, name: x.table.physical, indexes: []liveIndex{{columns: x.columns, unique: x.unique}}}
}

func (t *liveTable) column(name string) *liveColumn {
	for _, c := range t.columns {
		if t.s.sameName(c.name, name) {
			return c
		}
	}
	return nil
}

// uniqueOn reports whether the column alone is unique.
func (t *liveTable) uniqueOn(column string) bool {
	return slices.ContainsFunc(t.indexes, func(x liveIndex) bool {
		return x.unique && !x.partial && len(x.columns) == 1 && t.s.sameName(x.columns[0], column)
	})
}

// indexed reports whether an index serves the wanted one: a unique one needs a
// unique index over the same columns in any order, any other an index that
// begins with its columns.
func (t *liveTable) indexed(want wantedIndex) bool {
	return slices.ContainsFunc(t.indexes, func(x liveIndex) bool {
		if x.partial {
			return false
		}
		if want.unique {
			return x.unique && len(x.columns) == len(want.columns) && !slices.ContainsFunc(want.columns, func(name string) bool {
				return !slices.ContainsFunc(x.columns, func(have string) bool { return t.s.sameName(have, name) })
			})
		}
		return len(x.columns) >= len(want.columns) &&
			slices.EqualFunc(x.columns[:len(want.columns)], want.columns, t.s.sameName)
	})
}

func (s *Schema) readLive(ctx context.Context, e executor) (*liveSchema, error) {
	l := &liveSchema{s: s, tables: map[string]*liveTable{}, indexNames: map[string]string{}}
	if s.db.engine == Postgres {
		return l, l.readPostgres(ctx, e)
	}
	return l, l.readSQLite(ctx, e)
}

// add returns the table, new if it is not there yet.
func (l *liveSchema) add(name string) *liveTable {
	key := l.s.foldName(name)
	t, ok := l.tables[key]
	if !ok {
		t = &liveTable{s: l.s, name: name}
		l.tables[key] = t
	}
	return t
}

// addIndexColumn collects rows that list the columns of indexes in order.
func (l *liveSchema) addIndexColumn(table, index, column string, kind liveIndex, position int) {
	t := l.add(table)
	l.indexNames[l.s.foldName(index)] = table
	if position == 0 {
		t.indexes = append(t.indexes, kind)
	}
	last := &t.indexes[len(t.indexes)-1]
	last.columns = append(last.columns, column)
}

// eachRow runs a query and calls scan for each of its rows.
func eachRow(ctx context.Context, e executor, query string, args []any, scan func(scan func(dest ...any) error) error) error {
	rows, err := e.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
