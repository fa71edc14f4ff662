package database

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

func (c *compiler) physicalTables() {
	seen := map[string]*table{}
	for _, t := range c.s.tables {
		// SQLite compares names without case.
		key := strings.ToLower(t.physical)
		if other, twice := seen[key]; twice {
			c.problem(t.Name, "", "has the same physical name %q as table %s%s; rename one of them, for instance with Config.Naming", t.physical, other.Name, between(other.By, t.By))
		}
		seen[key] = t
	}
}

// between names who a clash is between.
func between(one, other string) string {
	if one == "" && other == "" {
		return ""
	}
	return " (declared by " + cmp.Or(one, "the application") + " and by " + cmp.Or(other, "the application") + ")"
}

func (c *compiler) references(t *table) {
	for _, col := range t.columns {
		ref := col.References
		if ref == nil {
			continue
		}
		target, ok := c.s.byName[ref.Table]
		if !ok {
			c.problem(t.Name, col.Name, "refers to table %q, which does not exist; name one that is declared", ref.Table)
			continue
		}
		if target.err != nil {
			continue // its columns are unknown, and reported already
		}
		to, ok := target.byName[ref.Column]
		if !ok {
			c.problem(t.Name, col.Name, "refers to %s.%s, which does not exist; name a column of that table, such as id", ref.Table, ref.Column)
			continue
		}
		if to.Type != col.Type {
			c.problem(t.Name, col.Name, "is a %s but refers to a %s; give both columns the same type", col.Type, to.Type)
		}
		if to.Name != "id" && !to.Unique {
			c.problem(t.Name, col.Name, "refers to %s.%s, which is not unique; make it unique, or refer to id", ref.Table, ref.Column)
		}
		switch ref.OnDelete {
		case "", "cascade", "restrict", "no action", "set default":
		case "set null":
			if col.Required {
				c.problem(t.Name, col.Name, "is required and cannot be set null on delete; make it nullable, or use cascade")
			}
		default:
			c.problem(t.Name, col.Name, "unknown action on delete %q; use cascade, restrict, set null, set default or no action", ref.OnDelete)
		}
		if to.Name == "id" {
			col.stored = to.stored
		}
	}
}

func (c *compiler) indexes(t *table) {
	for _, index := range t.Indexes {
		if len(index.Columns) == 0 {
			c.problem(t.Name, "", "an index has no columns; name them, or remove it")
		}
		for _, name := range index.Columns {
			if _, ok := t.byName[name]; !ok && t.err == nil {
				c.problem(t.Name, name, "is indexed but does not exist; name a column of the table")
			}
		}
	}
}

// checkNaming finds names given for what does not exist: a misspelt one would
// otherwise be ignored and a second table be created.
func (c *compiler) checkNaming() {
	n := c.s.opts.Naming
	if n.Schema != "" {
		c.identifier(n.Schema, "", "", "schema name")
		switch {
		case c.s.db.engine == SQLite:
			c.problem("", "", "Config.Naming has the schema %q, but SQLite has no schemas; use a database file of its own", n.Schema)
		case strings.HasPrefix(n.Schema, "pg_"), n.Schema == "information_schema":
			c.problem("", "", "the schema %q is PostgreSQL's own; use another name", n.Schema)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.Tables)) {
		if _, ok := c.s.byName[name]; !ok {
			c.problem(name, "", "is named %q by Config.Naming but does not exist; correct Config.Naming", n.Tables[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.Columns)) {
		t, ok := c.s.byName[name]
		if !ok {
			c.problem(name, "", "its columns are named by Config.Naming but it does not exist; correct Config.Naming")
			continue
		}
		for _, column := range slices.Sorted(maps.Keys(n.Columns[name])) {
			if _, ok := t.byName[column]; !ok && t.err == nil {
				c.problem(name, column, "is named %q by Config.Naming but does not exist; correct Config.Naming", n.Columns[name][column])
			}
		}
	}
}

func (c *compiler) identifier(name, table, column, what string) {
	switch {
	case name == "":
		c.problem(table, column, "the %s is empty; name it", what)
	case len(name) > maxIdentifier:
		c.problem(table, column, "the %s %q is longer than %d bytes; shorten it", what, name, maxIdentifier)
	case strings.ContainsAny(name, "\x00\""):
		c.problem(table, column, "the %s %q holds a NUL byte or a double quote; remove it", what, name)
	}
}
