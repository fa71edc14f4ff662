package database

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/internal/toposort"
)

// maxIdentifier is PostgreSQL's limit in bytes; it would cut a longer name
// without an error, and SQLite follows so that a schema moves between engines.
const maxIdentifier = 63

// Compile checks tables and the columns that plugins and the application add to them
// (extra, by logical table), decides physical names and prepares stores. Added columns
// come after a table's own, in the given order. It does not touch the database.
//
// All problems are reported at once, joined with errors.Join, each naming its table and
// column: duplicate tables or columns, logical or physical; references to what does not
// exist, or in a cycle; unknown types; a table without an id; a malformed row struct;
// added columns on a row struct without an [Extra] field; identifiers that are empty,
// longer than 63 bytes, or hold a NUL byte or a double quote.
func Compile(db *DB, tables []Table, extra map[string][]Column, opts Options) (*Schema, error) {
	if db == nil {
		return nil, errors.New("database: Compile got a nil DB; open one with the package sqlite or postgres")
	}
	c := &compiler{s: &Schema{
		db:     db,
		opts:   opts.withDefaults(),
		byName: map[string]*table{},
		byRow:  map[reflect.Type]*table{},
	}}
	switch opts.IDs {
	case RandomID, UUID, Serial:
	default:
		c.problem("", "", "unknown id strategy %q; use RandomID, UUID or Serial", opts.IDs)
	}
	for _, t := range tables {
		c.table(t, extra[t.Name])
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if _, ok := c.s.byName[name]; !ok && !slices.ContainsFunc(tables, func(t Table) bool { return t.Name == name }) {
			c.problem(name, "", "columns are added to a table that does not exist; name one that a plugin or the core declares")
		}
	}
	c.physicalTables()
	for _, t := range c.s.tables {
		c.references(t)
		c.indexes(t)
	}
	c.checkNaming()
	if _, err := createOrder(c.s.tables); err != nil {
		c.errs = append(c.errs, err)
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	for _, t := range c.s.tables {
		t.prepare()
	}
	return c.s, nil
}

type compiler struct {
	s    *Schema
	errs []error
}

func (c *compiler) problem(table, column, format string, args ...any) {
	where := "database: "
	if table != "" {
		where += "table " + table + ": "
	}
	if column != "" {
		where += "column " + column + ": "
	}
	c.errs = append(c.errs, fmt.Errorf("%s"+format, append([]any{where}, args...)...))
}

func (c *compiler) table(in Table, added []Column) {
	if in.Name == "" {
		c.problem("", "", "a table has no name (row %v); pass TableOf its name", in.Row)
		return
	}
	if _, twice := c.s.byName[in.Name]; twice {
		c.problem(in.Name, "", "is declared twice; remove one, or rename it")
		return
	}
	t := &table{
		Table:    in,
		db:       c.s.db,
		engine:   c.s.db.engine,
		physical: c.s.opts.Naming.table(in),
		byName:   map[string]*column{},
		hooks:    map[Event][]hook{},
	}
	t.Columns = nil
	t.quoted = quoteName(t.physical)
	if schema := c.s.opts.Naming.Schema; schema != "" {
		t.quoted = quoteName(schema) + "." + t.quoted
	}
	c.identifier(t.physical, in.Name, "", "table name")
	c.s.tables = append(c.s.tables, t)
	c.s.byName[in.Name] = t
	if in.err != nil {
		c.problem(in.Name, "", "%w", in.err)
		return
	}
	if in.Row != nil {
		row, err := rowTypeOf(in.Row)
		if err != nil {
			c.problem(in.Name, "", "%w", err)
			return
		}
		t.row = row
		if other, twice := c.s.byRow[in.Row]; twice {
			c.problem(in.Name, "", "its row type %v already belongs to table %s; give each table a struct of its own", in.Row, other.Name)
		}
		c.s.byRow[in.Row] = t
	}
	for _, col := range in.Columns {
		c.column(t, col)
	}
	for _, col := range added {
		c.column(t, col)
	}
	if t.row != nil {
		for i := range t.row.fields {
			name := t.row.fields[i].column.Name
			if _, ok := t.byName[name]; !ok {
				c.problem(in.Name, name, "is a field of %v but no column of the table; add the column, or tag the field db:\"-\"", in.Row)
			}
		}
	}
	if t.id = t.byName["id"]; t.id == nil {
		c.problem(in.Name, "", "has no id column; add a field tagged db:\"id\"")
	} else if t.id.Type != String || !t.id.Required || t.id.References != nil {
		c.problem(in.Name, "id", "must be a required string without a reference; change its declaration")
	}
}

func (c *compiler) column(t *table, in Column) {
	if in.Name == "" {
		c.problem(t.Name, "", "a column has no name; name it")
		return
	}
	if _, twice := t.byName[in.Name]; twice {
		c.problem(t.Name, in.Name, "is declared twice; remove one, or rename it")
		return
	}
	col := &column{
		Column:     in,
		table:      t,
		physical:   c.s.opts.Naming.column(t.Name, in),
		extra:      -1,
		encodeName: quoteMember(in.Name),
	}
	col.quoted = quoteName(col.physical)
	c.identifier(col.physical, t.Name, in.Name, "column name")
	for _, other := range t.columns {
		if strings.EqualFold(other.physical, col.physical) {
			c.problem(t.Name, in.Name, "has the same physical name %q as column %s%s; rename one of them, for instance with Config.Naming", col.physical, other.Name, between(other.By, col.By))
		}
	}
	if !knownType(in.Type) {
		c.problem(t.Name, in.Name, "unknown type %q; use a constant of database.Type", in.Type)
	}
	if (in.DefaultNow || in.Touch) && in.Type != Date {
		c.problem(t.Name, in.Name, "only a date can default to the current time; make it a date, or remove now and touch")
	}
	if in.Name == "id" {
		col.stored = c.idStorage()
	}
	if in.Default != nil {
		if _, isFunc := in.Default.(func() any); !isFunc {
			constant, err := col.normalize(in.Default)
			if err != nil {
				c.problem(t.Name, in.Name, "default: a %T is not a %s; give it a default of its type", in.Default, in.Type)
			}
			col.constant = constant
		}
	}
	c.place(t, col)
	t.columns = append(t.columns, col)
	t.byName[in.Name] = col
	t.Columns = append(t.Columns, in)
}

// place finds where a row keeps the column: in a struct field or in its Extra.
func (c *compiler) place(t *table, col *column) {
	if t.row != nil {
		if i, ok := t.row.byName[col.Name]; ok {
			f := &t.row.fields[i]
			col.field = f
			if f.column.Type != col.Type {
				c.problem(t.Name, col.Name, "type %q differs from the row struct's %q; change one of them", col.Type, f.column.Type)
			}
			if f.column.Hidden != col.Hidden {
				c.problem(t.Name, col.Name, "hidden has no effect in Column, since rows are encoded by the struct tag; set it in the tag")
			}
			return
		}
		if t.row.extra < 0 {
			c.problem(t.Name, col.Name, "is added, but %v has no field of type database.Extra; add one, or declare the column in the struct", t.row.typ)
		}
	}
	if col.Name == "id" && t.row != nil {
		c.problem(t.Name, "id", "%v has no field for it; add one tagged db:\"id\"", t.row.typ)
		return
	}
	col.extra = len(t.extras)
	t.extras = append(t.extras, col)
}

func (c *compiler) idStorage() storage {
	switch {
	case c.s.opts.IDs == Serial:
		return storedSerial
	case c.s.opts.IDs == UUID && c.s.db.engine == Postgres:
		return storedUUID
	}
	return storedPlain
}

func knownType(t Type) bool {
	switch t {
	case String, Number, BigInt, Boolean, Date, JSON, Strings, Numbers:
		return true
	}
	return false
}

// prepare composes what every statement of the table shares.
func (t *table) prepare() {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.read("")
	}
	t.selects = strings.Join(names, ", ")
	if t.engine == SQLite && len(t.columns) <= maxPacked {
		for i, c := range t.columns {
			names[i] = c.quoted
		}
		t.packs = packed(names)
	}
	if t.row != nil {
		t.prepareInsert()
	}
}

// quoteName quotes an identifier the way both engines read it. Compile has
// refused those that hold a quote.
func quoteName(name string) string { return `"` + name + `"` }

// createOrder puts tables after those they refer to and otherwise keeps the
// given order.
func createOrder(tables []*table) ([]*table, error) {
	byName := map[string]*table{}
	for _, t := range tables {
		byName[t.Name] = t
	}
	order, loops := toposort.Sort(tables, func(t *table) (targets []*table) {
		for _, c := range t.columns {
			if c.References == nil || c.References.Table == t.Name {
				continue
			}
			if target, ok := byName[c.References.Table]; ok {
				targets = append(targets, target)
			}
		}
		return targets
	})
	if len(loops) > 0 {
		var names []string
		for _, t := range loops[0] {
			names = append(names, t.Name)
		}
		return nil, fmt.Errorf("database: tables refer to each other in a cycle: %s; remove one of the references", strings.Join(names, " → "))
	}
	return order, nil
}
