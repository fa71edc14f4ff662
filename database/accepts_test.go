package database_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

// fit is a type that another program gave to a column, and whether it holds what
// ours does.
type fit struct {
	typ string
	ok  bool
}

type fitting[T any] struct {
	values   []T // the last is the largest
	sqlite   []fit
	postgres []fit
}

func yes(types ...string) (out []fit) {
	for _, typ := range types {
		out = append(out, fit{typ, true})
	}
	return out
}

func no(types ...string) (out []fit) {
	for _, typ := range types {
		out = append(out, fit{typ, false})
	}
	return out
}

type held[T any] struct {
	Value T      `db:"value"`
	ID    string `db:"id"`
}

type heldBig struct {
	Value int64  `db:"value,bigint"`
	ID    string `db:"id"`
}

// What holds the values is accepted and gives them back; the rest is named, with
// what fits, before anything is stored.
func TestTypesOfOtherPrograms(t *testing.T) {
	t.Parallel()
	execTypes := func(t *testing.T, db *database.DB) {
		if db.Engine() == database.Postgres {
			for _, statement := range []string{
				`create type kind as enum ('a', 'b')`, `create domain short as varchar(40) check (value <> '')`,
				`create domain shorter as short`, `create domain kinds as kind`, `create domain id32 as integer`,
			} {
				execute(t, db, statement)
			}
		}
	}
	t.Run("text", func(t *testing.T) {
		fits(t, execTypes, fitting[string]{
			values: []string{"a", "b"},
			sqlite: slices.Concat(yes("text", "varchar(255)", "CHARACTER(20)", "nvarchar(10)", "clob", "blob", ""),
				no("integer", "numeric", "datetime", "string", "real")),
			postgres: slices.Concat(yes("text", "varchar", "varchar(255)", "kind", "short", "shorter"),
				no("kinds", "char(40)", "uuid", "name", "jsonb", "text[]", "integer", "bytea")),
		})
	})
	t.Run("number", func(t *testing.T) {
		fits(t, execTypes, fitting[int64]{
			values: []int64{-1 << 31, 0, 1<<31 - 1},
			sqlite: slices.Concat(yes("integer", "tinyint", "int8", "numeric", "decimal(10,5)", "real", "double precision", "blob", ""),
				no("text", "varchar(20)")),
			postgres: slices.Concat(yes("integer", "bigint", "numeric", "numeric(10)", "numeric(14,4)", "double precision", "id32"),
				no("smallint", "numeric(10,4)", "numeric(10,-3)", "real", "text", "boolean")),
		})
	})
	t.Run("flag", func(t *testing.T) {
		fits(t, execTypes, fitting[bool]{
			values:   []bool{false, true},
			sqlite:   slices.Concat(yes("integer", "boolean", "tinyint(1)", "numeric", ""), no("text", "varchar(5)", "real")),
			postgres: slices.Concat(yes("boolean"), no("integer", "smallint", "text", "bit")),
		})
	})
	t.Run("date", func(t *testing.T) {
		fits(t, execTypes, fitting[time.Time]{
			values: []time.Time{time.Date(1970, 1, 1, 0, 0, 0, 1e6, time.UTC), noon.Truncate(time.Millisecond), time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)},
			sqlite: slices.Concat(yes("date", "datetime", "timestamp", "text", "varchar(30)", ""), no("integer", "bigint", "real")),
			postgres: slices.Concat(yes("timestamptz", "timestamp", "timestamptz(3)", "timestamp(3)", "timestamp(6)"),
				no("timestamp(0)", "timestamptz(2)", "date", "bigint", "text")),
		})
	})
	t.Run("json", func(t *testing.T) {
		fits(t, execTypes, fitting[jsontext.Value]{
			values:   []jsontext.Value{jsontext.Value(`1`), jsontext.Value(`"x"`), jsontext.Value(`{"a":[1,null]}`)},
			sqlite:   slices.Concat(yes("text", "varchar(2000)", "blob"), no("json", "integer")),
			postgres: slices.Concat(yes("jsonb", "json", "text", "varchar"), no("text[]", "kind", "bytea")),
		})
	})
}

func fits[T any](t *testing.T, before func(*testing.T, *database.DB), f fitting[T]) {
	t.Parallel()
	for _, db := range databasetest.Open(t) {
		before(t, db)
		types := f.sqlite
		if db.Engine() == database.Postgres {
			types = f.postgres
		}
		for i, c := range types {
			name := fmt.Sprint("held", i)
			execute(t, db, `create table "`+name+`" ("id" varchar(40) primary key, "value" `+c.typ+`)`)
			table := database.TableOf[held[T]](name)
			s := compile(t, db, []database.Table{table}, nil, database.Options{})
			plan, err := s.Plan(t.Context())
			must(t, err)
			if !c.ok {
				if len(plan.Conflicts) != 1 || !strings.Contains(plan.Conflicts[0], "table "+name+": column value: has the type "+strings.ToLower(strings.SplitN(c.typ, "(", 2)[0])[:3]) ||
					!strings.Contains(plan.Conflicts[0], "convert it to ") {
					t.Errorf("%s: planned %q, want a conflict that names the type", c.typ, plan.Conflicts)
				}
				continue
			}
			if !plan.Empty() {
				t.Errorf("%s: %q", c.typ, plan.Conflicts)
				continue
			}
			roundTrip(t, c.typ, storeOf[held[T]](t, s), f.values)
		}
	}
}

func roundTrip[T any](t *testing.T, typ string, rows *database.Store[held[T]], values []T) {
	t.Helper()
	comparable := true
	switch any(values[0]).(type) {
	case jsontext.Value:
		comparable = false
	}
	for _, v := range values {
		row := &held[T]{Value: v}
		if err := rows.Create(t.Context(), row); err != nil {
			t.Errorf("%s: %v", typ, err)
			return
		}
		got, err := rows.Get(t.Context(), database.Eq("id", row.ID))
		if err != nil || !sameValue(got.Value, v) {
			t.Errorf("%s: wrote %v, read %v, %v", typ, v, got, err)
			return
		}
		if got, err = rows.UpdateOne(t.Context(), database.Set{"value": v}, database.Eq("id", row.ID)); err != nil || !sameValue(got.Value, v) {
			t.Errorf("%s: updated to %v, read %v, %v", typ, v, got, err)
		}
		if !comparable {
			continue
		}
		if n, err := rows.Count(t.Context(), database.Eq("value", v)); n != 1 || err != nil {
			t.Errorf("%s: %d rows equal %v, %v", typ, n, v, err)
		}
		if n, err := rows.Count(t.Context(), database.In("value", v)); n != 1 || err != nil {
			t.Errorf("%s: %d rows in %v, %v", typ, n, v, err)
		}
	}
	if !comparable {
		return
	}
	list, err := rows.List(t.Context(), database.Query{Order: []database.Order{{Column: "value", Desc: true}}})
	if err != nil || len(list) != len(values) || !sameValue(list[0].Value, values[len(values)-1]) {
		t.Errorf("%s: sorted %v, %v", typ, list, err)
	}
}

func sameValue(a, b any) bool {
	if x, ok := a.(jsontext.Value); ok {
		y := slices.Clone(b.(jsontext.Value))
		x = slices.Clone(x)
		return x.Canonicalize() == nil && y.Canonicalize() == nil && string(x) == string(y)
	}
	return reflect.DeepEqual(a, b)
}

func TestBigIntegersOfOtherPrograms(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		types := slices.Concat(yes("bigint", "integer", "numeric", ""), no("real", "text"))
		if db.Engine() == database.Postgres {
			types = slices.Concat(yes("bigint", "numeric", "numeric(19)"), no("integer", "numeric(18)", "numeric(18,-3)", "double precision"))
		}
		for i, c := range types {
			name := fmt.Sprint("held", i)
			execute(t, db, `create table "`+name+`" ("id" text primary key, "value" `+c.typ+`)`)
			s := compile(t, db, []database.Table{database.TableOf[heldBig](name)}, nil, database.Options{})
			plan, err := s.Plan(t.Context())
			must(t, err)
			if plan.Empty() != c.ok {
				t.Errorf("%s: %q", c.typ, plan.Conflicts)
			}
			if !c.ok {
				continue
			}
			rows := storeOf[heldBig](t, s)
			for _, v := range []int64{-1 << 63, 1<<63 - 1} {
				row := &heldBig{Value: v}
				must(t, rows.Create(t.Context(), row))
				if got, err := rows.Get(t.Context(), database.Eq("value", v)); err != nil || got.Value != v {
					t.Errorf("%s: %v, %v", c.typ, got, err)
				}
			}
		}
	})
}

// Strict tables convert nothing and refuse what does not fit.
func TestStrictTables(t *testing.T) {
	t.Parallel()
	type row struct {
		Text   string         `db:"text"`
		Flag   bool           `db:"flag"`
		Date   time.Time      `db:"date"`
		JSON   jsontext.Value `db:"json"`
		Number int64          `db:"number"`
		ID     string         `db:"id"`
	}
	db := databasetest.SQLiteMemory(t)
	execute(t, db, `create table "row" ("id" text primary key, "text" text not null, "flag" int not null, "date" any, "json" text, "number" integer) strict`)
	execute(t, db, `create table "other" ("id" text primary key, "text" blob, "flag" any, "date" text, "json" any, "number" real) strict`)
	s := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{})
	migrate(t, s)
	want := &row{Text: "007", Flag: true, Date: noon, JSON: jsontext.Value(`1`), Number: 7}
	must(t, storeOf[row](t, s).Create(t.Context(), want))
	got, err := storeOf[row](t, s).Get(t.Context(), database.Eq("text", "007"), database.Eq("flag", true), database.Eq("date", noon))
	must(t, err)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
	s = compile(t, db, []database.Table{database.TableOf[row]("other")}, nil, database.Options{})
	plan, err := s.Plan(t.Context())
	must(t, err)
	if len(plan.Conflicts) != 1 || !strings.Contains(plan.Conflicts[0], "column text: has the type blob") {
		t.Errorf("planned %q", plan.Conflicts)
	}
}

// Integers are dates where the rows show that they count milliseconds.
func TestDatesAsIntegers(t *testing.T) {
	t.Parallel()
	type visit struct {
		At time.Time `db:"at"`
		ID string    `db:"id"`
	}
	type stay struct {
		Until *time.Time `db:"until"`
		ID    string     `db:"id"`
	}
	tables := []database.Table{database.TableOf[visit]("visit"), database.TableOf[stay]("stay")}
	for name, c := range map[string]struct {
		before    string
		conflicts int
	}{
		"milliseconds":            {`insert into visit values ('x', 1763899200123)`, 0},
		"seconds":                 {`insert into visit values ('x', 1763899200)`, 2},
		"both":                    {`insert into visit values ('x', 1763899200123); insert into stay values ('x', 1763899200)`, 1},
		"nothing shows":           {`select 1`, 2},
		"a default of the table":  {`drop table stay; create table stay (id text primary key, until integer default (cast(unixepoch('subsecond') * 1000 as integer)))`, 0},
		"a default of the second": {`drop table stay; create table stay (id text primary key, until integer default (unixepoch()))`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLiteMemory(t)
			execute(t, db, `create table visit (id text primary key, at integer not null); create table stay (id text primary key, until integer)`)
			execute(t, db, c.before)
			s := compile(t, db, tables, nil, database.Options{})
			plan, err := s.Plan(t.Context())
			must(t, err)
			if len(plan.Conflicts) != c.conflicts {
				t.Fatalf("planned %q, want %d", plan.Conflicts, c.conflicts)
			}
			if c.conflicts > 0 {
				return
			}
			visits, stays := storeOf[visit](t, s), storeOf[stay](t, s)
			row := &visit{At: noon}
			must(t, visits.Create(t.Context(), row))
			must(t, stays.Create(t.Context(), &stay{Until: &noon}))
			if got, err := visits.Get(t.Context(), database.Eq("at", noon), database.Lte("at", noon), database.Gt("at", noon.Add(-time.Millisecond))); err != nil || !got.At.Equal(row.At) {
				t.Errorf("read %v, %v", got, err)
			}
			if n, err := stays.Delete(t.Context(), database.Lt("until", noon.Add(time.Millisecond))); n != 1 || err != nil {
				t.Errorf("deleted %d, %v", n, err)
			}
			var kind string
			must(t, db.Bun().QueryRowContext(t.Context(), `select typeof(at) from visit where id = '`+row.ID+`'`).Scan(&kind))
			if kind != "integer" {
				t.Errorf("stored as %s", kind)
			}
		})
	}
}

// What the database says about a column, and a value does not meet, is the
// value's fault, and the column is named.
func TestValuesTheEngineRefuses(t *testing.T) {
	t.Parallel()
	type row struct {
		Text    *string `db:"text"`
		Kind    *string `db:"kind"`
		Checked *string `db:"checked"`
		Number  *int64  `db:"number"`
		Secret  *string `json:"-" db:"secret,hidden"`
		ID      string  `db:"id"`
	}
	create := map[database.Engine]string{
		database.SQLite: `create table "row" ("id" text primary key, "text" text check (length("text") <= 5), "kind" text constraint known check (kind in ('a', 'b')),
			"checked" any check (checked <> ''), "number" integer check ("number" < 100000), "secret" text check (length(secret) <= 5)) strict`,
		database.Postgres: `create type kind as enum ('a', 'b'); create domain filled as text check (value <> '');
			create table "row" ("id" text primary key, "text" varchar(5), "kind" kind, "checked" filled,
			"number" bigint check ("number" < 100000), "secret" varchar(5))`,
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		execute(t, db, create[db.Engine()])
		s := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{})
		migrate(t, s)
		rows := storeOf[row](t, s)
		good := &row{Text: ptr("ééééé"), Kind: ptr("a"), Checked: ptr("c"), Number: ptr(int64(1)), Secret: ptr("s")}
		must(t, rows.Create(t.Context(), good))
		for column, value := range map[string]any{"text": "éééééé", "kind": "none", "checked": "", "number": int64(100000), "secret": "secret"} {
			bad := *good
			bad.ID = ""
			switch column {
			case "text":
				bad.Text = ptr(value.(string))
			case "kind":
				bad.Kind = ptr(value.(string))
			case "checked":
				bad.Checked = ptr(value.(string))
			case "number":
				bad.Number = ptr(value.(int64))
			case "secret":
				bad.Secret = ptr(value.(string))
			}
			wantValueError(t, "create", rows.Create(t.Context(), &bad), column)
			_, err := rows.Update(t.Context(), database.Set{column: value}, database.Eq("id", good.ID))
			wantValueError(t, "update", err, column)
			if column == "kind" && strings.Contains(err.Error(), "none") {
				t.Errorf("the error quotes the value: %v", err)
			}
			_, err = rows.UpdateOne(t.Context(), database.Set{column: value}, database.Eq("text", "ééééé"))
			wantValueError(t, "update one", err, column)
		}
		_, err := rows.Update(t.Context(), database.Set{"number": database.Add(1_000_000)}, database.Eq("id", good.ID))
		wantValueError(t, "add", err, "number")
		if db.Engine() == database.Postgres {
			_, err := rows.Count(t.Context(), database.Eq("kind", "none"))
			wantValueError(t, "condition", err, "kind")
		}
		if n, err := rows.Count(t.Context(), database.Contains("kind", "a")); n != 1 || err != nil {
			t.Errorf("searched an enum: %d, %v", n, err)
		}
	})
}

func wantValueError(t *testing.T, what string, err error, column string) {
	t.Helper()
	var refused *database.ValueError
	if !errors.As(err, &refused) || !errors.Is(err, database.ErrInvalidValue) || refused.Table != "row" || refused.Column != column || refused.Hidden != (column == "secret") {
		t.Errorf("%s: %v, want a ValueError about %s", what, err, column)
	}
}
