package plugins_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// statements are the texts that a database was asked to run, values left out,
// with where transactions begin and end. It is a driver around another one.
type statements struct {
	driver driver.Driver
	dsn    string

	mu   sync.Mutex
	runs []string
}

// take returns what ran since the last call.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	runs := s.runs
	s.runs = nil
	return runs
}

func (s *statements) ran(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, text)
}

// eachRecorded runs test on both engines, with what their databases are asked.
func eachRecorded(t *testing.T, test func(t *testing.T, db *database.DB, s *statements)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		pool, err := sql.Open("sqlite", ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		s := &statements{driver: pool.Driver(), dsn: sqlite.DSN(filepath.Join(t.TempDir(), "test.db"))}
		test(t, recorded(t, bun.NewDB(sql.OpenDB(s), sqlitedialect.New()), sqlite.New), s)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		s := &statements{driver: stdlib.GetDefaultDriver(), dsn: databasetest.PostgresDSN(t)}
		test(t, recorded(t, bun.NewDB(sql.OpenDB(s), pgdialect.New()), postgres.New), s)
	})
}

func recorded(t *testing.T, pool *bun.DB, open func(*bun.DB) (*database.DB, error)) *database.DB {
	t.Helper()
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := open(pool)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Connect implements driver.Connector.
func (s *statements) Connect(context.Context) (driver.Conn, error) {
	conn, err := s.driver.Open(s.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, errors.New("the driver's connections cannot do what is recorded")
	}
	return &recordedConn{full, s}, nil
}

// Driver implements driver.Connector.
func (s *statements) Driver() driver.Driver { return s.driver }

// fullConn is what both drivers' connections can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type recordedConn struct {
	fullConn
	s *statements
}

// CheckNamedValue leaves values to the driver, if it has wishes of its own.
func (c *recordedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.fullConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *recordedConn) ResetSession(ctx context.Context) error {
	if resetter, ok := c.fullConn.(driver.SessionResetter); ok {
		return resetter.ResetSession(ctx)
	}
	return nil
}

func (c *recordedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.fullConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := stmt.(fullStmt)
	if !ok {
		return nil, errors.New("the driver's statements cannot do what is recorded")
	}
	return &recordedStmt{full, query, c.s}, nil
}

func (c *recordedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.s.ran(query)
	return c.fullConn.ExecContext(ctx, query, args)
}

func (c *recordedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.s.ran(query)
	return c.fullConn.QueryContext(ctx, query, args)
}

func (c *recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.fullConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	c.s.ran("begin")
	return &recordedTx{tx, c.s}, nil
}

// fullStmt is what both drivers' prepared statements can do.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type recordedStmt struct {
	fullStmt
	text string
	s    *statements
}

func (st *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	st.s.ran(st.text)
	return st.fullStmt.ExecContext(ctx, args)
}

func (st *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	st.s.ran(st.text)
	return st.fullStmt.QueryContext(ctx, args)
}

type recordedTx struct {
	driver.Tx
	s *statements
}

func (t *recordedTx) Commit() error {
	t.s.ran("commit")
	return t.Tx.Commit()
}

func (t *recordedTx) Rollback() error {
	t.s.ran("rollback")
	return t.Tx.Rollback()
}
