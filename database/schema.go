package database

import (
	"crypto/rand"
	"io"
	"reflect"
	"slices"
	"sync/atomic"
	"time"
)

// Options are an application's settings for all tables. The zero value has the defaults
// of Better Auth (TypeScript).
type Options struct {
	// Naming decides the physical names of tables and columns. Default: the names of
	// Better Auth (TypeScript), without a schema.
	Naming Naming
	// IDs says how ids are made and stored. Default RandomID.
	IDs IDStrategy
	// NewID makes the ids of rows under RandomID in place of the built-in generator;
	// table is the logical name. It must be safe for concurrent use. Default nil.
	NewID func(table string) string
	// Now returns the current time. Default time.Now.
	Now func() time.Time
	// Rand is the source of ids. It must be safe for concurrent use. Default crypto/rand.
	Rand io.Reader
	// OnHookFailure is called with the error of a hook that failed or panicked after the
	// commit, and with the owner of the hook. It must be safe for concurrent use. Default
	// nil: such errors are dropped.
	OnHookFailure func(by string, err error)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.OnHookFailure == nil {
		o.OnHookFailure = func(string, error) {}
	}
	return o
}

// Schema is a checked set of tables with their physical names; stores, lookups and
// migrations are made from it. It does not change after [Compile] and [Schema.AddHooks],
// and is safe for concurrent use.
type Schema struct {
	db     *DB
	opts   Options
	tables []*table
	byName map[string]*table
	byRow  map[reflect.Type]*table
}

// storage says which columns differ from what their logical type stores.
type storage int

const (
	storedPlain  storage = iota
	storedSerial         // integer in the database, string in Go
	storedUUID           // uuid in the database, string in Go
)

// table is a compiled Table.
type table struct {
	Table    // with added columns
	db       *DB
	engine   Engine
	physical string
	quoted   string
	row      *rowType  // nil when no struct carries the rows
	columns  []*column // declared order, added ones last
	extras   []*column
	byName   map[string]*column
	id       *column
	selects  string // every column, quoted, separated by commas
	packs    string // the same as one text, on SQLite; see packed
	hooks    map[Event][]hook

	insertText, insertNoIDText string

	ages    aging
	noRowID atomic.Bool // SQLite's "without rowid"
}

// column is a compiled Column.
type column struct {
	Column
	table      *table
	physical   string
	quoted     string
	stored     storage
	field      *rowField // nil for an added column
	extra      int       // index in table.extras, -1 for a struct column
	encodeName string
	constant   any // Default, normalized, when it is no function

	// live is what the last look at the database found; nil before the first.
	live atomic.Pointer[liveColumn]
}

func (t *table) extraIndex(name string) int {
	if c, ok := t.byName[name]; ok {
		return c.extra
	}
	return -1
}

// DB returns the database the schema was compiled for.
func (s *Schema) DB() *DB { return s.db }

// Now returns the time of [Options].Now in the form of a stored date: in UTC, cut to
// milliseconds.
func (s *Schema) Now() time.Time { return storedTime(s.opts.Now()) }

// Tables returns a copy of the tables with all added columns, in the order given
// to Compile.
func (s *Schema) Tables() []Table {
	out := make([]Table, len(s.tables))
	for i, t := range s.tables {
		out[i] = t.Table
		out[i].Columns = slices.Clone(t.Columns)
		out[i].Indexes = slices.Clone(t.Indexes)
	}
	return out
}

// Physical returns the physical names of a logical table and column, without
// quotes. An unknown table gives two empty strings, an unknown column, or "",
// an empty second one.
func (s *Schema) Physical(table, column string) (string, string) {
	t, ok := s.byName[table]
	if !ok {
		return "", ""
	}
	c, ok := t.byName[column]
	if !ok {
		return t.physical, ""
	}
	return t.physical, c.physical
}
