package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

type sqliteMaker struct{}

func (sqliteMaker) name() string  { return "sqlite" }
func (sqliteMaker) title() string { return "SQLite" }
func (sqliteMaker) usable() error { return nil }

func (sqliteMaker) make(context.Context) (place, error) {
	dir, err := os.MkdirTemp("", "growth")
	return sqlitePlace{dir}, err
}

// sqlitePlace is a folder with a file.
type sqlitePlace struct{ dir string }

func (p sqlitePlace) path() string                { return filepath.Join(p.dir, "auth.db") }
func (p sqlitePlace) engine() database.Engine     { return database.SQLite }
func (p sqlitePlace) open() (*database.DB, error) { return sqlite.Open(p.path()) }
func (p sqlitePlace) drop() error                 { return os.RemoveAll(p.dir) }

func (p sqlitePlace) openRecorded(r *recorder) (*database.DB, error) {
	plain, err := sql.Open("sqlite", ":memory:") // only its driver is wanted
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	r.driver, r.dsn = plain.Driver(), sqlite.DSN(p.path())
	return sqlite.New(bun.NewDB(sql.OpenDB(r), sqlitedialect.New()))
}

// seed works without a journal: a database that is not finished is dropped.
func (p sqlitePlace) seed(ctx context.Context, people population, publicKey string) (err error) {
	q := url.Values{"_pragma": {"locking_mode(exclusive)", "journal_mode(off)", "synchronous(off)", "foreign_keys(0)",
		"cache_size(-262144)", "temp_store(memory)"}}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: p.path()}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	b := bulk{conn, database.SQLite, "with recursive n(i) as (select %d union all select i + 1 from n where i + 1 < %d) select i from n"}
	// Those without a text belong to a constraint, and stay.
	indexes, err := rowsOf(ctx, conn, `select name, sql from sqlite_master where type = 'index' and sql is not null`)
	if err != nil {
		return err
	}
	for _, index := range indexes {
		if err := b.exec(ctx, "drop index "+quoted(index[0])); err != nil {
			return err
		}
	}
	if err := b.fill(ctx, people, publicKey); err != nil {
		return err
	}
	for _, index := range indexes {
		if err := b.exec(ctx, index[1]); err != nil {
			return err
		}
	}
	if err := b.exec(ctx, analyze); err != nil {
		return err
	}
	return p.flush()
}

// flush waits until the file is on the disk: it would be written while operations are
// measured otherwise.
func (p sqlitePlace) flush() error {
	f, err := os.OpenFile(p.path(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (p sqlitePlace) settle(ctx context.Context) error {
	db, err := p.open()
	if err != nil {
		return err
	}
	_, err = db.Bun().DB.ExecContext(ctx, analyze)
	if err == nil {
		_, err = db.Bun().DB.ExecContext(ctx, "pragma wal_checkpoint(truncate)")
	}
	return errors.Join(err, db.Close())
}

// analyze reads a sample of each index, as SQLite itself does where it decides to.
const analyze = "pragma analysis_limit = 10000; analyze"

// explain indents what EXPLAIN QUERY PLAN says by the depth in its tree.
func (p sqlitePlace) explain(ctx context.Context, text string, args []any) (plan []string, err error) {
	db, err := p.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := rowsOf(ctx, db.Bun().DB, "explain query plan "+text, args...)
	if err != nil {
		return nil, err
	}
	depth := map[string]int{}
	for _, row := range rows {
		id, parent, detail := row[0], row[1], row[3]
		depth[id] = depth[parent] + 1
		plan = append(plan, strings.Repeat("  ", depth[id])+detail)
	}
	return plan, nil
}

func (p sqlitePlace) size(context.Context) (sum int64, err error) {
	err = filepath.WalkDir(p.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// bytesText writes a size for a reader.
func bytesText(n int64) string {
	if n < 1e9 {
		return strconv.FormatInt(n/1e6, 10) + " MB"
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
