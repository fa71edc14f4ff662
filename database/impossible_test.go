package database_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

// values is a row with a column of each type that has values no engine, or not
// both, can store.
type values struct {
	Text    string         `db:"text,required"`
	Unique  string         `db:"unique,unique"`
	Number  int64          `db:"number"`
	Big     int64          `db:"big,bigint"`
	Date    time.Time      `db:"date"`
	Raw     jsontext.Value `db:"raw"`
	Any     any            `db:"any"`
	Strings []string       `db:"strings"`
	Numbers []float64      `db:"numbers"`
	ID      string         `db:"id"`
}

func valuesOn(t *testing.T, db *database.DB, ids database.IDStrategy) *database.Store[values] {
	t.Helper()
	s := compile(t, db, []database.Table{database.TableOf[values]("values")}, nil, database.Options{IDs: ids})
	migrate(t, s)
	return storeOf[values](t, s)
}

var noText = map[string]string{
	"NUL": "a\x00", "a lone byte": "a\xff", "half a character": "\xe2\x82", "an overlong NUL": "\xc0\x80", "a surrogate": "\xed\xa0\x80",
}

// What no row can hold is like nothing that is stored, on either engine.
func TestImpossibleTextMatchesNothing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows := valuesOn(t, db, database.RandomID)
		must(t, rows.Create(t.Context(), &values{Text: "a", Unique: "a"}))
		for name, text := range noText {
			for what, c := range map[string]struct {
				cond database.Cond
				want int
			}{
				"Eq":         {database.Eq("text", text), 0},
				"Ne":         {database.Ne("text", text), 1},
				"Lt":         {database.Lt("text", text), 0},
				"Gte":        {database.Gte("text", text), 0},
				"In":         {database.In("text", text), 0},
				"In, one of": {database.In("text", text, "a"), 1},
				"NotIn":      {database.NotIn("text", text), 1},
				"Contains":   {database.Contains("text", text), 0},
				"StartsWith": {database.StartsWith("text", text), 0},
				"EndsWith":   {database.EndsWith("text", text), 0},
				"Or":         {database.Or(database.Eq("text", text), database.Eq("text", "a")), 1},
				"id":         {database.Eq("id", text), 0},
			} {
				if n, err := rows.Count(t.Context(), c.cond); n != c.want || err != nil {
					t.Errorf("%s by %s: %d rows, %v; want %d", name, what, n, err, c.want)
				}
			}
			if _, err := rows.Take(t.Context(), database.Eq("unique", text)); !errors.Is(err, database.ErrNotFound) {
				t.Errorf("%s: Take: %v", name, err)
			}
		}
	})
}

// An order has a place for numbers and dates that no row holds.
func TestImpossibleRangesHaveAnOrder(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows := valuesOn(t, db, database.RandomID)
		must(t, rows.Create(t.Context(), &values{Date: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}))
		late, early := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
		for column, outside := range map[string][2]any{"number": {int64(math.MinInt64), int64(math.MaxInt64)}, "date": {early, late}} {
			below, above := outside[0], outside[1]
			for what, c := range map[string]struct {
				cond database.Cond
				want int
			}{
				"Eq below": {database.Eq(column, below), 0}, "Eq above": {database.Eq(column, above), 0},
				"Ne below": {database.Ne(column, below), 1}, "Ne above": {database.Ne(column, above), 1},
				"Lt below": {database.Lt(column, below), 0}, "Lt above": {database.Lt(column, above), 1},
				"Lte below": {database.Lte(column, below), 0}, "Lte above": {database.Lte(column, above), 1},
				"Gt below": {database.Gt(column, below), 1}, "Gt above": {database.Gt(column, above), 0},
				"Gte below": {database.Gte(column, below), 1}, "Gte above": {database.Gte(column, above), 0},
				"In": {database.In(column, below, above), 0}, "NotIn": {database.NotIn(column, below, above), 1},
			} {
				if n, err := rows.Count(t.Context(), c.cond); n != c.want || err != nil {
					t.Errorf("%s %s: %d rows, %v; want %d", column, what, n, err, c.want)
				}
			}
		}
	})
}

// A write that cannot be says so in one way, and leaves a transaction usable.
func TestImpossibleWrites(t *testing.T) {
	t.Parallel()
	late := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	wrong := map[string]any{"number": int64(1 << 40), "date": late}
	for name, text := range noText {
		wrong["text "+name], wrong["strings "+name] = text, []string{text}
	}
	for name, raw := range map[string]string{
		"none": "{", "NUL": `"\u0000"`, "NUL as a name": `{"\u0000":1}`, "invalid UTF-8": "\"\xff\"", "half a character": `"\ud800"`,
		"too large": "[1e400000]", "too fine": `{"a":1e-400000}`, "too large a number to read": "1e99999999999999999999",
		"too many digits": "-" + strings.Repeat("9", 140_000), "too many decimals": "0." + strings.Repeat("1", 20_000),
	} {
		wrong["raw "+name] = jsontext.Value(raw)
	}
	wrong["any invalid UTF-8"] = "\xff"
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows := valuesOn(t, db, database.RandomID)
		row := &values{Unique: "a"}
		must(t, rows.Create(t.Context(), row))
		for name, value := range wrong {
			column, _, _ := strings.Cut(name, " ")
			err := db.Transaction(t.Context(), func(ctx context.Context) error {
				_, err := rows.Update(ctx, database.Set{column: value}, database.Eq("id", row.ID))
				if !errors.Is(err, database.ErrInvalidValue) {
					t.Errorf("%s: %v", name, err)
				}
				if text := strings.Contains(name, "text") || strings.Contains(name, "strings"); text && !errors.Is(err, database.ErrInvalidText) {
					t.Errorf("%s: %v, want ErrInvalidText", name, err)
				}
				_, err = rows.Get(ctx, database.Eq("id", row.ID))
				return err
			})
			if err != nil {
				t.Errorf("%s: the transaction: %v", name, err)
			}
		}
		if err := rows.Create(t.Context(), &values{Text: "\xff"}); !errors.Is(err, database.ErrInvalidText) || strings.Contains(err.Error(), "\xff") {
			t.Errorf("Create: %v", err)
		}
		for name, raw := range map[string]string{
			"numbers in a text": `{"a":"1e400000","1e400000":"\"1e400000"}`, "every double": "[1.7976931348623157e308,5e-324,-0.0,1E+2]",
		} {
			if _, err := rows.Update(t.Context(), database.Set{"raw": jsontext.Value(raw)}, database.Eq("id", row.ID)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Ids that the engine stores as something else than text.
func TestImpossibleIDs(t *testing.T) {
	t.Parallel()
	type child struct {
		Parent string `db:"parent,references=values"`
		ID     string `db:"id"`
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := compile(t, db, []database.Table{database.TableOf[values]("values"), database.TableOf[child]("child")}, nil, database.Options{IDs: database.Serial})
		migrate(t, s)
		children := storeOf[child](t, s)
		for _, id := range []string{"x", "07", "99999999999", "\xff", "1\x00"} {
			if err := children.Create(t.Context(), &child{Parent: id}); !errors.Is(err, database.ErrInvalidValue) {
				t.Errorf("%q: %v", id, err)
			}
			if n, err := children.Count(t.Context(), database.Eq("parent", id)); n != 0 || err != nil {
				t.Errorf("%q: %d, %v", id, n, err)
			}
		}
	})
}

// What an engine refuses by itself is either the value's fault, or a failure.
func TestRefusedByTheEngine(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows := valuesOn(t, db, database.RandomID)
		// Random enough that no index compresses it.
		var long strings.Builder
		for x := uint32(1); long.Len() < 9000; x = x*1664525 + 1013904223 {
			long.WriteByte(byte('a' + (x>>16)%26))
		}
		row := &values{Unique: long.String(), Number: math.MaxInt32, Big: math.MaxInt64}
		if err := rows.Create(t.Context(), row); err != nil && !errors.Is(err, database.ErrInvalidValue) {
			t.Errorf("a text too long for an index: %v", err)
		}
		row.Unique, row.ID = "short", ""
		must(t, rows.Create(t.Context(), row))
		if _, err := rows.Update(t.Context(), database.Set{"number": database.Add(1)}, database.Eq("id", row.ID)); err != nil && !errors.Is(err, database.ErrInvalidValue) {
			t.Errorf("a number that outgrows its column: %v", err)
		}
		if db.Engine() == database.Postgres {
			execute(t, db, `alter table "values" alter column "text" type varchar(10)`)
			if _, err := rows.Update(t.Context(), database.Set{"text": strings.Repeat("a", 11)}, database.Eq("id", row.ID)); !errors.Is(err, database.ErrInvalidValue) {
				t.Errorf("a text too long for a narrow column: %v", err)
			}
		}
		execute(t, db, `drop table "values"`)
		if err := rows.Create(t.Context(), &values{Unique: "x"}); err == nil || errors.Is(err, database.ErrInvalidValue) {
			t.Errorf("no table: %v", err)
		}
	})
}

// Statements have limits, which are the same on both engines.
func TestTooMuchInACondition(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows := valuesOn(t, db, database.RandomID)
		must(t, rows.Create(t.Context(), &values{Text: "a"}))
		many := make([]any, 32_767)
		for i := range many {
			many[i] = "a"
		}
		if _, err := rows.Count(t.Context(), database.In("text", many...)); !errors.Is(err, database.ErrInvalidValue) {
			t.Errorf("too many values: %v", err)
		}
		if n, err := rows.Count(t.Context(), database.In("text", many[1:]...)); n != 1 || err != nil {
			t.Errorf("many values: %d, %v", n, err)
		}
		if _, err := rows.Count(t.Context(), database.Contains("text", strings.Repeat("a", 49_999))); !errors.Is(err, database.ErrInvalidValue) {
			t.Errorf("too long a pattern: %v", err)
		}
		if n, err := rows.Count(t.Context(), database.Contains("text", strings.Repeat("a", 49_998))); n != 0 || err != nil {
			t.Errorf("a long pattern: %d, %v", n, err)
		}
	})
}

// The name of a lock is any bytes.
func TestLockOfAnyName(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for name, text := range noText {
			if err := db.Transaction(t.Context(), func(ctx context.Context) error { return db.Lock(ctx, text) }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
