package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/better-auth-go/better-auth/benchmarks/subject"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// postgresMaker makes schemas at the server of a URL.
type postgresMaker struct{ url string }

func (postgresMaker) name() string  { return "postgres" }
func (postgresMaker) title() string { return "PostgreSQL" }

func (m postgresMaker) usable() error {
	if m.url == "" {
		return errNoPostgres
	}
	return nil
}

func (m postgresMaker) make(ctx context.Context) (place, error) {
	inSchema, drop, err := subject.NewSchema(ctx, m.url)
	return postgresPlace{inSchema, drop}, err
}

// postgresPlace is a schema of its own.
type postgresPlace struct {
	url    string
	dropIt func() error
}

func (p postgresPlace) engine() database.Engine { return database.Postgres }
func (p postgresPlace) open() (*database.DB, error) {
	return postgres.Open(p.with("synchronous_commit", "off"))
}
func (p postgresPlace) drop() error { return p.dropIt() }

// with sets a parameter of the connections. Commits do not wait for the disk: that takes
// the same time at every size, and would hide what does not.
func (p postgresPlace) with(name, value string) string {
	u, err := url.Parse(p.url)
	if err != nil {
		return p.url
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func (p postgresPlace) openRecorded(r *recorder) (*database.DB, error) {
	// A wrapped driver does not know the library's own mode for unprepared statements.
	r.driver, r.dsn = stdlib.GetDefaultDriver(), p.with("default_query_exec_mode", "exec")
	return postgres.New(bun.NewDB(sql.OpenDB(r), pgdialect.New()))
}

// constraints and indexes are what a table is filled without. Foreign keys come last, as
// they need the keys of others.
const (
	constraints = `select c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid) from pg_constraint c
		where c.connamespace = current_schema()::regnamespace and c.contype in ('p', 'u', 'f') order by c.contype = 'f', c.oid`
	indexes = `select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
		join pg_class c on c.oid = i.indexrelid where c.relnamespace = current_schema()::regnamespace
		and not exists (select from pg_constraint where conindid = i.indexrelid) order by i.indexrelid`
)

func (p postgresPlace) seed(ctx context.Context, people population, publicKey string) (err error) {
	return p.alone(ctx, func(conn *sql.Conn) error {
		b := bulk{conn, database.Postgres, "select generate_series(%d::bigint, %d - 1) as i"}
		for _, setting := range []string{"maintenance_work_mem = '1GB'", "synchronous_commit = off"} {
			if err := b.exec(ctx, "set "+setting); err != nil {
				return err
			}
		}
		keys, err := rowsOf(ctx, conn, constraints)
		if err != nil {
			return err
		}
		others, err := rowsOf(ctx, conn, indexes)
		if err != nil {
			return err
		}
		for _, index := range others {
			if err := b.exec(ctx, "drop index "+index[0]); err != nil {
				return err
			}
		}
		for _, key := range slices.Backward(keys) {
			if err := b.exec(ctx, "alter table "+key[0]+" drop constraint "+key[1]); err != nil {
				return err
			}
		}
		if err := b.fill(ctx, people, publicKey); err != nil {
			return err
		}
		for _, key := range keys {
			if err := b.exec(ctx, "alter table "+key[0]+" add constraint "+key[1]+" "+key[2]); err != nil {
				return err
			}
		}
		for _, index := range others {
			if err := b.exec(ctx, index[1]); err != nil {
				return err
			}
		}
		return p.settle(ctx)
	})
}

func (p postgresPlace) settle(ctx context.Context) error {
	return p.alone(ctx, func(conn *sql.Conn) error {
		tables, err := rowsOf(ctx, conn, `select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if _, err := conn.ExecContext(ctx, "vacuum (analyze) "+table[0]); err != nil {
				return err
			}
		}
		// Not everybody may. The measurement is calmer after it, and no other.
		_, _ = conn.ExecContext(ctx, "checkpoint")
		return nil
	})
}

// alone works on one connection of its own, so that what is set there ends with it.
func (p postgresPlace) alone(ctx context.Context, do func(conn *sql.Conn) error) (err error) {
	db, err := p.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Bun().DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return do(conn)
}

// explain leaves costs out, which are no facts. A plan of small tables is one that
// prefers indexes, as the planner would rather read such a table whole.
func (p postgresPlace) explain(ctx context.Context, text string, args []any) (plan []string, err error) {
	err = p.alone(ctx, func(conn *sql.Conn) error {
		largest, err := rowsOf(ctx, conn, `select coalesce(max(reltuples), 0)::bigint::text from pg_class where relnamespace = current_schema()::regnamespace`)
		if err != nil {
			return err
		}
		if n, err := strconv.ParseInt(largest[0][0], 10, 64); err != nil || n < largeEnough {
			if _, err := conn.ExecContext(ctx, "set enable_seqscan = off"); err != nil {
				return err
			}
		}
		args = append([]any{pgx.QueryExecModeExec}, args...)
		lines, err := rowsOf(ctx, conn, "explain (costs off) "+text, args...)
		for _, line := range lines {
			plan = append(plan, "  "+line[0])
		}
		return err
	})
	return plan, err
}

// largeEnough is the number of rows from which the planner is left alone.
const largeEnough = 1_000_000

func (p postgresPlace) size(ctx context.Context) (n int64, err error) {
	err = p.alone(ctx, func(conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, `select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class
			where relkind = 'r' and relnamespace = current_schema()::regnamespace`).Scan(&n)
	})
	return n, err
}
