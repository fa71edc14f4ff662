package database_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

var update = flag.Bool("update", false, "write testdata/problems.golden")

// otherProblems are those of schemas that cannot have more than one of them.
func otherProblems(t *testing.T) map[string]error {
	type twoExtras struct {
		ID    string `db:"id"`
		More  database.Extra
		Other database.Extra
	}
	type hiddenExtra struct {
		ID    string `db:"id"`
		extra database.Extra
	}
	_ = hiddenExtra{}.extra
	type twice struct {
		ID    string `db:"id"`
		Again string `db:"id"`
	}
	type private struct {
		ID     string `db:"id"`
		secret string `db:"secret"`
	}
	_ = private{}.secret
	type Base struct {
		ID string `db:"id"`
	}
	type embedded struct {
		Base
	}
	type noID struct {
		Text string `db:"text"`
	}
	type unnamed struct {
		ID   string `db:"id"`
		Text string
	}
	type encoded struct {
		ID   string `db:"id"`
		Hash string `db:"hash,hidden"`
	}
	type options struct {
		ID       string   `db:"id"`
		Pointer  *string  `db:"pointer,required"`
		Text     string   `db:"text,bigint"`
		List     []string `db:"list,default=a"`
		Mismatch int      `db:"mismatch,type=string"`
	}
	id := database.Column{Name: "id", Type: database.String, Required: true}
	compiled := func(naming database.Naming, tables ...database.Table) error {
		_, err := database.Compile(databasetest.SQLiteMemory(t), tables, nil, database.Options{Naming: naming})
		return err
	}
	plain := database.Table{Name: "plain", Columns: []database.Column{id}}
	other := func(change func(*database.Column), more ...database.Column) database.Table {
		return database.Table{Name: "note", Row: database.TableOf[note]("note").Row, Columns: append([]database.Column{}, changed(change, more)...)}
	}
	s := compile(t, databasetest.SQLiteMemory(t), []database.Table{database.TableOf[note]("note")}, nil, database.Options{})
	type nowhere struct{ ID string }
	_, withoutDB := database.Compile(nil, nil, nil, database.Options{})
	return map[string]error{
		"no DB": withoutDB,
		"rows": compiled(database.Naming{}, database.TableOf[twoExtras]("a"), database.TableOf[hiddenExtra]("b"), database.TableOf[twice]("c"), database.TableOf[private]("d"),
			database.TableOf[embedded]("e"), database.TableOf[unnamed]("f"), database.TableOf[encoded]("g"), database.TableOf[options]("h"), database.TableOf[string]("i"),
			database.TableOf[note]("j", database.WithColumn("nothing", func(*database.Column) {})), database.Table{}),
		"an id without a field":      compiled(database.Naming{}, database.Table{Name: "a", Row: reflect.TypeFor[noID](), Columns: []database.Column{id}}),
		"PostgreSQL's schema":        postgresOwn(),
		"one row type":               compiled(database.Naming{}, database.TableOf[note]("a"), database.TableOf[note]("b")),
		"no column":                  compiled(database.Naming{}, other(nil)),
		"other than the row":         compiled(database.Naming{}, other(func(c *database.Column) { c.Hidden, c.Type = !c.Hidden, database.JSON })),
		"an id that refers":          compiled(database.Naming{}, database.Table{Name: "a", Columns: []database.Column{{Name: "id", Type: database.Number}}}),
		"other types":                compiled(database.Naming{}, plain, database.Table{Name: "a", Columns: []database.Column{id, {Name: "b", Type: database.Number, References: &database.Reference{Table: "plain", Column: "id"}}}}),
		"a column named for nothing": compiled(database.Naming{Columns: map[string]map[string]string{"nowhere": {"a": "b"}}}, plain),
		"an empty name":              compiled(database.Naming{Tables: map[string]string{"plain": ""}}, plain),
		"schema of SQLite":           compiled(database.Naming{Schema: "mine"}, plain),
		"hooks that are nil":         s.AddHooks("x", nil),
		"hooks on nothing":           s.AddHooks("x", database.RowHooks[nowhere]{}),
		"hooks of nothing":           s.AddHooks("x", database.RowHooks[note]{}),
	}
}

// postgresOwn compiles for a PostgreSQL that nobody asks.
func postgresOwn() error {
	db, err := database.New(bun.NewDB(sql.OpenDB(nobody{}), pgdialect.New()), database.Driver{Engine: database.Postgres, ServerError: func(error) *database.ServerError { return nil }})
	if err != nil {
		return err
	}
	_, err = database.Compile(db, nil, nil, database.Options{Naming: database.Naming{Schema: "pg_mine"}})
	return errors.Join(err, db.Close())
}

// nobody answers.
type nobody struct{}

func (nobody) Connect(context.Context) (driver.Conn, error) { return nil, errors.New("nobody answers") }

func (nobody) Driver() driver.Driver { return nil }

// changed are the columns of note after a change of all but id, none without one.
func changed(change func(*database.Column), more []database.Column) []database.Column {
	if change == nil {
		return more
	}
	columns := database.TableOf[note]("note").Columns
	for i := range columns {
		if columns[i].Name != "id" {
			change(&columns[i])
		}
	}
	return append(columns, more...)
}

// asRecorded compares what the errors say with testdata/problems.golden, in which
// internal/layout looks for a remedy, and for each problem that the code can make.
func asRecorded(t *testing.T, problems []error) {
	t.Helper()
	var texts []string
	for _, err := range problems {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				texts = append(texts, one.Error())
			}
			continue
		}
		texts = append(texts, err.Error())
	}
	slices.Sort(texts)
	var text strings.Builder
	for _, one := range slices.Compact(texts) {
		text.WriteString("\t" + strings.NewReplacer("\n", "\n\t\t", "\x00", `\x00`).Replace(one) + "\n")
	}
	path := filepath.Join("testdata", "problems.golden")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) != text.String() {
		t.Errorf("database/%s is stale: run go test ./database -run TestCompileReportsEveryProblem -update and read the difference; now it would be\n%s", path, text.String())
	}
}
