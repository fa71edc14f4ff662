package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// recorder is a driver around another one that keeps the statements it is asked, as the
// library sends them. So no statement is written down here, and none can grow old.
type recorder struct {
	driver driver.Driver
	dsn    string

	mu   sync.Mutex
	sent []sent
}

// sent is a statement and its values.
type sent struct {
	text string
	args []any
}

// take returns what was sent since the last call.
func (r *recorder) take() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.sent
	r.sent = nil
	return out
}

func (r *recorder) record(text string, args []driver.NamedValue) {
	s := sent{text: strings.TrimSpace(text)}
	for _, arg := range args {
		if _, mode := arg.Value.(pgx.QueryExecMode); !mode {
			s.args = append(s.args, arg.Value)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, s)
}

// Connect implements driver.Connector.
func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	conn, err := r.driver.Open(r.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, errors.New("the driver's connections cannot do what is recorded")
	}
	return &recordedConn{full, r}, nil
}

// Driver implements driver.Connector.
func (r *recorder) Driver() driver.Driver { return r.driver }

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
	r *recorder
}

// CheckNamedValue leaves values to the driver, if it has wishes of its own.
func (c *recordedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.fullConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
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
	return &recordedStmt{full, query, c.r}, nil
}

func (c *recordedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.r.record(query, args)
	return c.fullConn.ExecContext(ctx, query, args)
}

func (c *recordedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.r.record(query, args)
	return c.fullConn.QueryContext(ctx, query, args)
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
	r    *recorder
}

func (s *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.r.record(s.text, args)
	return s.fullStmt.ExecContext(ctx, args)
}

func (s *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.r.record(s.text, args)
	return s.fullStmt.QueryContext(ctx, args)
}
