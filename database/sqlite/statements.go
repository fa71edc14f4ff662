package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	sqlite "modernc.org/sqlite"
)

// SQLite parses and plans a statement each time it is sent, which takes as long as
// to execute one of ours. database/sql prepares statements only for who keeps them,
// and costs more again for each that takes part in a transaction. So each connection
// keeps the statements that it was sent with values, by their text. SQLite itself parses
// a kept one again when the schema has changed.

// maxKept bounds the statements of one connection; the one that was kept first goes first.
const maxKept = 128

// connector opens connections that keep their statements.
type connector struct {
	driver.Connector
	checkpoints *checkpoints // nil where SQLite does it
}

// Connector returns what opens connections to the file path: with the settings of [DSN],
// and so that each keeps the statements that it was sent. It is for a pool that the
// application makes itself, by sql.OpenDB, and gives to [New]. It makes a missing file as
// [Open] does, readable by its owner alone, and opens no connection. It knows no database
// in memory.
//
// The application sets the size of the pool, and as many idle connections, since
// database/sql closes all but two of them otherwise, with what they keep:
//
//	pool := sql.OpenDB(connector)
//	pool.SetMaxOpenConns(8)
//	pool.SetMaxIdleConns(8)
//
// SQLite itself copies the write-ahead log of such a pool into the file.
func Connector(path string) (driver.Connector, error) {
	if path == "" || path == ":memory:" || strings.ContainsRune(path, 0) {
		return nil, errors.New("sqlite: Connector needs the path of a file")
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	made, err := sqlite.NewConnector(DSN(path))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return connector{made, nil}, nil
}

// Driver implements driver.Connector. New knows the pool by it.
func (c connector) Driver() driver.Driver { return keeping{c.Connector.Driver()} }

// keeping is the driver of connections that Connector opens: to a file, with a
// write-ahead log.
type keeping struct{ driver.Driver }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	opened, ok := conn.(fullConn)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: the driver's connection lacks what database/sql asks for"), conn.Close())
	}
	return &keeper{fullConn: opened, kept: map[string]*kept{}, checkpoints: c.checkpoints}, nil
}

// fullConn is everything that database/sql asks the driver's connections for.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// fullRows is everything that database/sql asks the driver's rows for.
type fullRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// fullStmt is a statement of the driver.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// keeper is a connection that keeps its statements. database/sql uses it for one
// thing at a time, though rows may be open meanwhile.
type keeper struct {
	fullConn
	kept    map[string]*kept
	order   []string // texts, the one that was kept first in front
	control control
	inTx    bool
	*checkpoints
}

// kept is a statement between its uses. While rows are read from it, it is in use.
type kept struct {
	fullStmt
	inUse  bool
	writes bool
}

// Unwrap returns the driver's own connection, for sql.Conn.Raw and the driver's Limit.
func (k *keeper) Unwrap() driver.Conn { return k.fullConn }

// ExecContext implements driver.ExecerContext.
func (k *keeper) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.statement(ctx, text, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.fullConn.ExecContext(ctx, text, args)
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		k.forget(text)
		return nil, err
	}
	if s.writes && !k.inTx {
		k.committed()
	}
	return result, nil
}

// QueryContext implements driver.QueryerContext.
func (k *keeper) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.statement(ctx, text, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.fullConn.QueryContext(ctx, text, args)
	}
	opened, err := s.QueryContext(ctx, args)
	if err != nil {
		k.forget(text)
		return nil, err
	}
	all, ok := opened.(fullRows)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: the driver's rows lack what database/sql asks for"), opened.Close())
	}
	s.inUse = true
	return &rows{all, s, k}, nil
}

// rows give their statement back when they are closed.
type rows struct {
	fullRows
	of *kept
	on *keeper
}

// Close implements driver.Rows.
func (r *rows) Close() error {
	err := r.fullRows.Close()
	if r.of == nil {
		return err
	}
	if err == nil && r.of.writes && !r.on.inTx {
		r.on.committed()
	}
	r.of.inUse, r.of = false, nil
	return err
}

// statement is the kept one of a text, prepared if there is none. It is nil for what is
// sent as it is: a text whose statement is in use, what is no reading or writing of rows,
// such as a change of the schema, which nobody sends twice, and a text without values: bun
// writes those into the text, which is then another each time, and not to be kept.
func (k *keeper) statement(ctx context.Context, text string, args []driver.NamedValue) (*kept, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if s := k.kept[text]; s != nil {
		if s.inUse {
			return nil, nil
		}
		return s, nil
	}
	if !readsOrWritesRows(text) || !k.makeRoom() {
		return nil, nil
	}
	made, err := k.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	s := &kept{fullStmt: made, writes: !strings.HasPrefix(text, "select ")}
	k.kept[text], k.order = s, append(k.order, text)
	return s, nil
}

func (k *keeper) prepare(ctx context.Context, text string) (fullStmt, error) {
	made, err := k.fullConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := made.(fullStmt)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: the driver's statement lacks what database/sql asks for"), made.Close())
	}
	return full, nil
}

// readsOrWritesRows reports whether a text is one statement as package database
// composes them, in lower case. One with a semicolon may be several.
func readsOrWritesRows(text string) bool {
	verb, _, _ := strings.Cut(text, " ")
	switch verb {
	case "select", "insert", "update", "delete":
		return !strings.Contains(text, ";")
	}
	return false
}

// makeRoom forgets what was kept first and is not in use, if there is no room for another
// statement. It reports whether there is now.
func (k *keeper) makeRoom() bool {
	if len(k.order) < maxKept {
		return true
	}
	for _, text := range k.order {
		if !k.kept[text].inUse {
			k.forget(text)
			return true
		}
	}
	return false
}

// forget ends a kept statement. One that was refused is not trusted again.
func (k *keeper) forget(text string) {
	s := k.kept[text]
	delete(k.kept, text)
	for i, other := range k.order {
		if other == text {
			k.order = append(k.order[:i], k.order[i+1:]...)
			break
		}
	}
	_ = s.Close() // tells again what the statement's execution told
}

// Close implements driver.Conn.
func (k *keeper) Close() error {
	for text := range k.kept {
		_ = k.kept[text].Close() // the connection's own Close tells what matters
	}
	clear(k.kept)
	for _, s := range k.control {
		if s != nil {
			_ = s.Close()
		}
	}
	return k.fullConn.Close()
}
