package database_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

type (
	nickname string
	odd      struct {
		Key      string         `db:"key,unique"`
		Text     string         `db:"text"`
		TextN    *string        `db:"textN"`
		Named    nickname       `db:"named"`
		Number   int64          `db:"number"`
		BigN     *int64         `db:"bigN,bigint"`
		Flag     bool           `db:"flag"`
		FlagN    *bool          `db:"flagN"`
		Date     time.Time      `db:"date"`
		DateN    *time.Time     `db:"dateN"`
		JSON     jsontext.Value `db:"json"`
		Strings  []string       `db:"strings"`
		ParentID *string        `db:"parentId,references=odd"`
		ID       string         `db:"id"`
		Extra    database.Extra
	}
)

// stored are values that another program may have left in a column, as SQL.
var stored = []string{
	"null", "''", "'plain'", `'"'`, `'\'`, `'a"b\"c/d\u0041'`, "char(0)", "'a' || char(0) || 'b'", "char(1,8,9,10,11,12,13,27,31,127,128,8232,65533,128512)",
	"cast(x'ff41c328' as text)", "'null'", "'true'", "'false'", "','", "']'", "'[]'", "'{}'", `'["a","b"]'`, "'[1,2.5]'", `'{"k":"v"}'`, `'{"k":'`,
	"0", "1", "-1", "5", "2147483648", "9223372036854775807", "-9223372036854775808", "'1'", "'0'", "'007'", "'1e3'",
	"0.0", "1.0", "1.5", "0.1+0.2", "1e20", "1e300", "9e999", "-9e999", "1700000000000.0", "1700000000000",
	"'2026-11-23T12:00:00.123Z'", "'2026-11-23 12:00:00'", "' 2026-11-23T12:00:00.123456+02:00 '", "'2026-02-30T12:00:00.000Z'", "'1700000000000'",
	"x''", "x'00'", "x'01'", "x'31'", "x'22'", "cast('plain' as blob)", "jsonb('[1,2]')", "jsonb('\"a\"')",
}

// A lookup says of each value what an ordinary statement says of it.
func TestPackedRowsAreThoseOfOrdinaryStatements(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLiteMemory(t)
	var added []database.Column
	for _, typ := range []database.Type{database.String, database.Number, database.BigInt, database.Boolean, database.Date, database.JSON, database.Strings, database.Numbers} {
		added = append(added, database.Column{Name: "extra_" + strings.Trim(string(typ), "[]") + fmt.Sprint(len(added)), Type: typ})
	}
	table := database.TableOf[odd]("odd")
	s := compile(t, db, []database.Table{table}, map[string][]database.Column{"odd": added}, database.Options{})
	store := storeOf[odd](t, s)
	ordinary := storeOf[odd](t, database.WithoutPacking(compile(t, db, []database.Table{table}, map[string][]database.Column{"odd": added}, database.Options{})))
	lookup, err := database.LookupOf(store, store, "parentId", "key")
	must(t, err)

	// Columns without a type hold whatever they are given.
	var names, values []string
	for _, c := range append(table.Columns, added...) {
		names = append(names, `"`+c.Name+`"`)
		values = append(values, map[database.Type]string{database.String: "'x'", database.Date: "'2026-11-23T12:00:00.000Z'"}[c.Type])
		if values[len(values)-1] == "" {
			values[len(values)-1] = "null"
		}
	}
	execute(t, db, "create table odd ("+strings.Join(names, ", ")+")")
	execute(t, db, "insert into odd ("+strings.Join(names, ", ")+") values ("+strings.Join(values, ", ")+")")
	execute(t, db, `update odd set "id" = 'x', "parentId" = 'x', "key" = 'x'`)

	packed, readable := 0, 0
	for i, name := range names {
		if name == `"id"` || name == `"parentId"` || name == `"key"` {
			continue
		}
		for _, value := range stored {
			execute(t, db, "update odd set "+name+" = "+value)
			want, wantErr := ordinary.Get(t.Context(), database.Eq("key", "x"))
			// A row knows the schema that it was read with.
			normal, normalErr := store.Get(t.Context(), database.Eq("key", "x"))
			if fmt.Sprint(normalErr) != fmt.Sprint(wantErr) || !sameRow(normal, want) {
				t.Errorf("%s = %s: %+v, %v\nwant %+v, %v", name, value, normal, normalErr, want, wantErr)
			}
			got, parent, unpacked := lookup.GetPacked(t.Context(), "x")
			err := unpacked
			if unpacked != nil {
				got, parent, err = lookup.Get(t.Context(), "x")
			}
			if (err == nil) != (wantErr == nil) || !sameRow(got, want) || err == nil && !sameRow(parent, want) {
				t.Errorf("%s = %s: %+v, %v\nwant %+v, %v", name, value, got, err, want, wantErr)
			}
			if wantErr == nil {
				readable++
			}
			if unpacked == nil {
				packed++
			} else if wantErr == nil && strings.HasPrefix(value, "'") && (name == `"text"` || name == `"extra_string0"`) {
				t.Errorf("%s = %s is not read as one text: %v", name, value, unpacked)
			}
		}
		execute(t, db, "update odd set "+name+" = "+values[i])
	}
	if packed < readable*4/5 || packed == readable { // blobs are readable
		t.Errorf("%d of %d rows were read as one text", packed, readable)
	}
}

// sameRow compares rows of two schemas with the same columns.
func sameRow(a, b *odd) bool {
	if a == nil || b == nil {
		return a == b
	}
	valuesOf := func(o *odd) (values []any) {
		for _, name := range o.Extra.Columns() {
			value, _ := o.Extra.Value(name)
			values = append(values, value)
		}
		return values
	}
	plainA, plainB := *a, *b
	plainA.Extra, plainB.Extra = database.Extra{}, database.Extra{}
	return reflect.DeepEqual(plainA, plainB) && reflect.DeepEqual(valuesOf(a), valuesOf(b))
}

// SQLite takes a bounded number of arguments of a function.
func TestManyColumnsAreNotPacked(t *testing.T) {
	t.Parallel()
	for n, packs := range map[int]bool{3: true, 120: false} {
		var added []database.Column
		for i := range n {
			added = append(added, database.Column{Name: fmt.Sprint("added", i), Type: database.String})
		}
		s := compile(t, databasetest.SQLiteMemory(t), []database.Table{database.TableOf[user]("user"), database.TableOf[session]("session")},
			map[string][]database.Column{"user": added}, database.Options{})
		migrate(t, s)
		u := &user{Email: "a"}
		u.Extra.SetValue("added2", "two")
		must(t, storeOf[user](t, s).Create(t.Context(), u))
		must(t, storeOf[session](t, s).Create(t.Context(), &session{Token: "t", UserID: u.ID, ExpiresAt: noon}))
		lookup := sessionLookup(t, s)
		_, got, err := lookup.Get(t.Context(), "t")
		must(t, err)
		if two, _ := got.Extra.Value("added2"); two != "two" || lookup.Packs() != packs {
			t.Errorf("%d columns: %v, packs %t", n, two, lookup.Packs())
		}
	}
}

// The ordinary statement answers where the other one cannot, such as after a
// column was renamed under it or by a connection that ended.
func TestLookupWithoutPacking(t *testing.T) {
	t.Parallel()
	s := migrated(t, databasetest.SQLiteMemory(t), database.Options{})
	lookup := sessionLookup(t, s)
	execute(t, s.DB(), `alter table "session" rename column "token" to "other"`)
	if _, _, err := lookup.Get(t.Context(), "t"); err == nil || !strings.Contains(err.Error(), "database: session") {
		t.Errorf("%v", err)
	}
	execute(t, s.DB(), `alter table "session" rename column "other" to "token"`)
	if _, _, err := lookup.Get(t.Context(), "t"); err != database.ErrNotFound {
		t.Errorf("%v", err)
	}
}
