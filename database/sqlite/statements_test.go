package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database/sqlite"
)

// oneConn is a connection to a new file with a table of numbers.
func oneConn(t *testing.T) *sql.Conn {
	t.Helper()
	connector, err := sqlite.Connector(filepath.Join(t.TempDir(), "auth.db"))
	must(t, err)
	pool := sql.OpenDB(connector)
	t.Cleanup(func() { must(t, pool.Close()) })
	conn, err := pool.Conn(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close()) })
	exec(t, conn, "create table t (id integer primary key, a text unique)")
	return conn
}

func exec(t *testing.T, conn *sql.Conn, statement string, args ...any) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func kept(t *testing.T, conn *sql.Conn) (n int) {
	t.Helper()
	must(t, conn.Raw(func(c any) error { n = sqlite.Kept(c); return nil }))
	return n
}

// A statement with values is kept, whatever they are; one without, and a change of the
// schema, is not.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	for i := range 3 {
		exec(t, conn, "insert into t (a) values (?)", fmt.Sprint(i))
		exec(t, conn, fmt.Sprintf("insert into t (a) values ('no value %d')", i))
		var n int
		must(t, conn.QueryRowContext(t.Context(), "select count(*) from t where a = ?", fmt.Sprint(i)).Scan(&n))
		if n != 1 {
			t.Errorf("%d rows of %d", n, i)
		}
		exec(t, conn, fmt.Sprintf("create index i%d on t (a)", i))
	}
	if n := kept(t, conn); n != 2 {
		t.Errorf("%d statements are kept", n)
	}
}

// A kept statement sees the table as it is.
func TestKeptStatementsFollowTheSchema(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	read := func(want string) {
		t.Helper()
		rows, err := conn.QueryContext(t.Context(), "select * from t where id = ?", 1)
		must(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		if got := strings.Join(columns, ","); got != want {
			t.Errorf("columns %s, want %s", got, want)
		}
	}
	exec(t, conn, "insert into t (a) values (?)", "x")
	read("id,a")
	exec(t, conn, "alter table t add column b text")
	read("id,a,b")
	exec(t, conn, "alter table t drop column b")
	read("id,a")
}

// While rows of a statement are open, the same text is another statement.
func TestKeptStatementInUse(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	for i := range 4 {
		exec(t, conn, "insert into t (a) values (?)", fmt.Sprint(i))
	}
	tx, err := conn.BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { _ = tx.Rollback() }()
	const text = "select id from t where id > ? order by id"
	outer, err := tx.QueryContext(t.Context(), text, 0)
	must(t, err)
	defer outer.Close()
	var seen []int
	for outer.Next() {
		var id, next int
		must(t, outer.Scan(&id))
		if err := tx.QueryRowContext(t.Context(), text, id).Scan(&next); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		seen = append(seen, id, next)
	}
	must(t, outer.Err())
	if fmt.Sprint(seen) != "[1 2 2 3 3 4 4 0]" {
		t.Errorf("seen %v", seen)
	}
}

// One that was refused works the next time, and no more are kept than is said.
func TestKeptStatementsAreBounded(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	const insert = "insert into t (a) values (?)"
	for _, value := range []string{"x", "x", "y", "y", "z"} {
		_, _ = conn.ExecContext(t.Context(), insert, value) // refused the second time
	}
	var n int
	must(t, conn.QueryRowContext(t.Context(), "select count(*) from t where a <> ?", "").Scan(&n))
	if n != 3 {
		t.Errorf("%d rows", n)
	}
	for i := range sqlite.MaxKept + 20 {
		var got int
		must(t, conn.QueryRowContext(t.Context(), fmt.Sprintf("select %d + ?", i), 1).Scan(&got))
		if got != i+1 {
			t.Errorf("%d became %d", i, got)
		}
	}
	if n := kept(t, conn); n != sqlite.MaxKept {
		t.Errorf("%d statements are kept", n)
	}
}

// What the driver offers beyond database/sql is reached behind Unwrap.
func TestDriversOwnConnection(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	must(t, conn.Raw(func(c any) error {
		if _, ok := sqlite.Driver(c).(interface{ Serialize() ([]byte, error) }); !ok {
			t.Errorf("a %T", sqlite.Driver(c))
		}
		return nil
	}))
	if _, err := sqlite.Connector(filepath.Join(t.TempDir(), "a.db?_pragma=x%zz")); err != nil {
		t.Errorf("a path is escaped: %v", err)
	}
	for _, path := range []string{"", ":memory:", "a\x00b", filepath.Join(t.TempDir(), "missing", "a.db")} {
		if _, err := sqlite.Connector(path); err == nil {
			t.Errorf("Connector(%q): no error", path)
		}
	}
}

// More rows may be open than statements are kept.
func TestMoreRowsOpenThanKept(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	exec(t, conn, "insert into t (a) values (?)", "x")
	tx, err := conn.BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { must(t, tx.Rollback()) }()
	for i := range sqlite.MaxKept + 5 {
		rows, err := tx.QueryContext(t.Context(), fmt.Sprintf("select id + %d from t where id > ?", i), 0)
		must(t, err)
		defer rows.Close()
		var got int
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		must(t, rows.Scan(&got))
		if got != i+1 {
			t.Errorf("%d became %d", i, got)
		}
	}
}

// A transaction that cannot begin, because there is one already, leaves that alone.
func TestSecondBegin(t *testing.T) {
	t.Parallel()
	conn := oneConn(t)
	tx, err := conn.BeginTx(t.Context(), nil)
	must(t, err)
	add := func(value string) {
		t.Helper()
		_, err := tx.ExecContext(t.Context(), "insert into t (a) values (?)", value)
		must(t, err)
	}
	add("before")
	if _, err := conn.BeginTx(t.Context(), nil); err == nil {
		t.Error("a transaction began within another")
	}
	add("after")
	must(t, tx.Rollback())
	var n int
	must(t, conn.QueryRowContext(t.Context(), "select count(*) from t").Scan(&n))
	if n != 0 {
		t.Errorf("%d rows outlived the rollback", n)
	}
}
