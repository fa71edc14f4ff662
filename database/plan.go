package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Plan is what a migration would do: statements, which only add, and conflicts, which a
// person must resolve because resolving them would change or lose data.
type Plan struct {
	Statements []Statement
	// Conflicts name a table and a column and say what to do.
	Conflicts []string
	// Notes name a table and a weakness that needs no action, such as ids of deleted rows
	// that the database may give to new ones.
	Notes []string
}

// Statement is one statement of a plan, with the logical table that it is about, and the
// logical column or the physical index if it adds one. A statement that creates the
// schema itself has no table.
type Statement struct {
	Table, Column, Index string
	SQL                  string
}

// Empty reports whether the database has everything that the schema needs, without
// conflicts. There may be notes.
func (p *Plan) Empty() bool { return len(p.Statements) == 0 && len(p.Conflicts) == 0 }

// String returns the statements, each ended by ";\n", after a comment line for
// each note and each conflict.
func (p *Plan) String() string {
	var b strings.Builder
	for _, n := range p.Notes {
		b.WriteString("-- note: " + strings.ReplaceAll(n, "\n", " ") + "\n")
	}
	for _, c := range p.Conflicts {
		b.WriteString("-- conflict: " + strings.ReplaceAll(c, "\n", " ") + "\n")
	}
	for _, s := range p.Statements {
		b.WriteString(s.SQL + ";\n")
	}
	return b.String()
}

// Plan compares the live schema with what the tables need. On PostgreSQL the live schema
// is that of [Naming].Schema, or else of the connection's search_path. Plan only reads.
// It recognizes indexes and unique constraints by their columns, whatever their names.
func (s *Schema) Plan(ctx context.Context) (*Plan, error) {
	return s.plan(ctx, s.db.reader(ctx))
}

// Migrate makes a plan and runs it in one transaction, and returns what it ran. Any
// number of processes may migrate at once: one works; the others wait and then find
// nothing left to do. A plan with conflicts is returned with an error that names them,
// and nothing runs.
func (s *Schema) Migrate(ctx context.Context) (*Plan, error) {
	var plan *Plan
	err := s.db.Transaction(ctx, func(ctx context.Context) (err error) {
		e := s.db.reader(ctx)
		if s.db.engine == Postgres {
			// Planning before the lock would plan from a schema that another
			// process is about to change. The lock ends with the transaction.
			const name = 0x62617574 // "baut"
			if _, err := e.ExecContext(ctx, "select pg_advisory_xact_lock($1, hashtext(coalesce(nullif($2, ''), current_schema())))", name, s.opts.Naming.Schema); err != nil {
				return fmt.Errorf("database: migration lock: %w", err)
			}
		}
		if plan, err = s.plan(ctx, e); err != nil {
			return err
		}
		if len(plan.Conflicts) > 0 {
			return fmt.Errorf("database: migration stopped: %w", errors.New(strings.Join(plan.Conflicts, "; ")))
		}
		for _, st := range plan.Statements {
			if _, err := e.ExecContext(ctx, st.SQL); err != nil {
				return fmt.Errorf("database: migration: %s: %w", st.SQL, err)
			}
		}
		return nil
	})
	return plan, err
}

func (s *Schema) plan(ctx context.Context, e executor) (*Plan, error) {
	live, err := s.readLive(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("database: reading the schema: %w", err)
	}
	order, err := createOrder(s.tables)
	if err != nil {
		return nil, err
	}
	p := &planner{s: s, live: live, e: e, plan: &Plan{}}
	switch {
	case live.noSchema:
		p.add(Statement{SQL: "create schema " + quoteName(s.opts.Naming.Schema)})
	case live.noPath:
		p.plan.Conflicts = append(p.plan.Conflicts, "no schema of the connection's search_path exists; create one, or name one in Naming.Schema")
	}
	if live.dateStyle != "" && !strings.HasPrefix(live.dateStyle, "ISO") {
		p.plan.Conflicts = append(p.plan.Conflicts, fmt.Sprintf("the connection's DateStyle is %q, in which dates cannot be read in transactions; set it to ISO in the pool's DSN or for the role", live.dateStyle))
	}
	for _, t := range order {
		lt := live.table(t.physical)
		if lt == nil {
			p.add(Statement{Table: t.Name, SQL: t.createTable(s)})
			continue
		}
		if err := p.compare(ctx, t, lt); err != nil {
			return nil, fmt.Errorf("database: reading the schema: %w", err)
		}
	}
	for _, x := range p.uniques {
		p.index(x)
	}
	for _, t := range s.tables {
		for _, x := range t.columnIndexes() {
			p.index(x)
		}
	}
	for _, t := range s.tables {
		for _, x := range t.tableIndexes() {
			p.index(x)
		}
	}
	return p.plan, nil
}

type planner struct {
	s       *Schema
	live    *liveSchema
	e       executor
	plan    *Plan
	uniques []wantedIndex // for columns that could not be made unique inline
}

func (p *planner) add(s Statement) { p.plan.Statements = append(p.plan.Statements, s) }

func (p *planner) conflict(t *table, column, format string, args ...any) {
	where := fmt.Sprintf("table %s: ", t.physical)
	if column != "" {
		where += fmt.Sprintf("column %s: ", column)
	}
	p.plan.Conflicts = append(p.plan.Conflicts, where+fmt.Sprintf(format, args...))
}

// compare plans what an existing table lacks.
func (p *planner) compare(ctx context.Context, t *table, lt *liveTable) error {
	if lt.view {
		p.conflict(t, "", "is a view; rename it or give the table another name")
		return nil
	}
	t.noRowID.Store(lt.noRowID)
	for _, c := range t.columns {
		lc := lt.column(c.physical)
		if lc == nil {
			if err := p.addColumn(ctx, t, c); err != nil {
				return err
			}
			continue
		}
		p.compareColumn(t, c, lc, lt)
	}
	if t.id.stored == storedSerial && t.engine == SQLite && !lt.counts {
		p.plan.Notes = append(p.plan.Notes, fmt.Sprintf("table %s: the id of a deleted row may be given to a new one, "+
			"because the table was created without AUTOINCREMENT; docs/database.md says how to mend it", t.physical))
	}
	for _, lc := range lt.columns {
		known := slices.ContainsFunc(t.columns, func(c *column) bool { return p.s.sameName(c.physical, lc.name) })
		if !known && lc.notNull && !lc.hasDefault {
			p.conflict(t, lc.name, "is unknown, NOT NULL and has no default, so that no row could be created; "+
				"drop it, make it nullable or give it a default")
		}
	}
	return nil
}

func (p *planner) compareColumn(t *table, c *column, lc *liveColumn, lt *liveTable) {
	if reason := c.unfit(lc); reason != "" {
		p.conflict(t, c.physical, "%s", reason)
		return
	}
	c.live.Store(lc)
	if lc.generated {
		p.conflict(t, c.physical, "is generated by the database, so that nothing can be stored in it; make it an ordinary column")
	}
	if lc.notNull && !c.Required {
		p.conflict(t, c.physical, "is NOT NULL but may be absent here; make it nullable")
	}
	if c == t.id && !lt.uniqueOn(c.physical) {
		p.conflict(t, c.physical, "is not the primary key; make it so")
	}
	if c == t.id && c.stored != storedPlain && !lc.hasDefault {
		p.conflict(t, c.physical, "does not make ids by itself; give it a default, or choose another id strategy")
	}
	if c.Unique && c != t.id && !lt.uniqueOn(c.physical) {
		p.uniques = append(p.uniques, newIndex(t, true, c.physical))
	}
}

// addColumn adds a column to an existing table; rows in it must survive.
func (p *planner) addColumn(ctx context.Context, t *table, c *column) error {
	if c == t.id {
		p.conflict(t, c.physical, "is missing; add the primary key by hand")
		return nil
	}
	fallback := ""
	if c.Required {
		rows, err := p.hasRows(ctx, t)
		if err != nil {
			return err
		}
		if rows {
			if fallback = c.fallback(p.s); fallback == "" {
				p.conflict(t, c.physical, "is required and missing, and the table has rows; "+
					"add it by hand with a value for them, or declare a constant default or make it optional")
				return nil
			}
			if c.References != nil && t.engine == SQLite {
				p.conflict(t, c.physical, "is required, missing and a foreign key, which SQLite cannot add to a table with rows; "+
					"add it by hand or make it optional")
				return nil
			}
			if c.Unique {
				p.conflict(t, c.physical, "is required, missing and unique, and the table has rows; "+
					"add it by hand with a different value for each of them")
				return nil
			}
		}
	}
	inline := t.engine == Postgres // SQLite cannot add a unique column
	p.add(Statement{
		Table: t.Name, Column: c.Name,
		SQL: "alter table " + t.quoted + " add column " + c.definition(p.s, fallback, inline),
	})
	if c.Unique && !inline {
		p.uniques = append(p.uniques, newIndex(t, true, c.physical))
	}
	return nil
}

func (p *planner) hasRows(ctx context.Context, t *table) (bool, error) {
	st := t.statement().write("select count(*) from (select 1 from ", t.quoted, " limit 1) as one")
	n, err := queryInt(ctx, p.e, t, st)
	return n > 0, err
}

// fallback is the DDL default that fills a required column in existing rows, or
// "" when there is no constant for it.
func (c *column) fallback(s *Schema) string {
	if c.constant != nil {
		v, err := c.encode(c.constant)
		if err != nil {
			return ""
		}
		return literal(v)
	}
	if c.Type != Date {
		return ""
	}
	if c.table.engine == Postgres {
		return "CURRENT_TIMESTAMP"
	}
	// SQLite adds columns with a constant default only.
	v, err := c.encode(s.Now())
	if err != nil {
		return ""
	}
	return literal(v)
}

// literal writes a declared default, never a caller's value, into DDL, which
// takes no parameters.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case int64, bool:
		return fmt.Sprint(v)
	}
	return ""
}

func (p *planner) index(x wantedIndex) {
	lt := p.live.table(x.table.physical)
	if lt != nil && lt.indexed(x) {
		return
	}
	if owner, taken := p.live.indexNames[p.s.foldName(x.name)]; taken {
		p.conflict(x.table, "", "the index %s exists on table %s with other columns or without being unique; "+
			"rename or drop it", x.name, owner)
		return
	}
	// Two declarations of one index make one.
	p.live.indexNames[p.s.foldName(x.name)] = x.table.physical
	if lt != nil {
		lt.indexes = append(lt.indexes, liveIndex{columns: x.columns, unique: x.unique})
	} else {
		p.live.planned(x)
	}
	p.add(Statement{Table: x.table.Name, Index: x.name, SQL: x.sql()})
}
