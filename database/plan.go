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
	// speeds says that nothing but the time of other statements depends on it.
	speeds bool
}

// Empty reports whether the database has everything that the schema needs, without
// conflicts. There may be notes.
func (p *Plan) Empty() bool { return len(p.Statements) == 0 && len(p.Conflicts) == 0 }

// Fits reports whether a program may use the database as it is: nothing is missing but
// indexes that are not unique, without which statements read whole tables, and there are no
// conflicts.
func (p *Plan) Fits() bool {
	return len(p.Conflicts) == 0 && !slices.ContainsFunc(p.Statements, func(s Statement) bool { return !s.speeds })
}

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
