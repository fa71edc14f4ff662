package database_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

// Rows in the forms the reference, and older or foreign programs, leave.
func TestReadsForeignRows(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 23, 9, 9, 36, 560_000_000, time.UTC)
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		ctx := t.Context()
		yes := "1"
		if s.DB().Engine() == database.Postgres {
			yes = "true"
		}
		execute(t, s.DB(), `insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "banned", "banExpires")
			values ('id1', 'Ann', 'a@b.c', `+yes+`, '2026-11-23T09:09:36.560Z', '2026-11-23T09:09:36.560Z', `+yes+`, '2026-11-23T09:09:36.560Z')`)
		users := storeOf[user](t, s)
		got, err := users.Get(ctx, database.Eq("createdAt", want), database.Eq("emailVerified", true), database.Lte("updatedAt", want))
		must(t, err)
		banned, _ := got.Extra.Value("banned")
		expires, _ := got.Extra.Value("banExpires")
		if !got.CreatedAt.Equal(want) || !got.EmailVerified || banned != true || expires != want {
			t.Errorf("%+v", got)
		}
		if s.DB().Engine() != database.SQLite {
			return
		}
		for form, date := range map[string]any{
			"RFC 3339":     "2026-11-23T10:09:36.56+01:00",
			"SQL":          "2026-11-23 09:09:36.560",
			"microseconds": "2026-11-23T09:09:36.560999Z",
			"unix ms":      want.UnixMilli(),
			"unix ms text": fmt.Sprint(want.UnixMilli()),
			"time.String":  "2026-11-23 09:09:36.56 +0000 UTC",
		} {
			execute(t, s.DB(), `update "user" set "createdAt" = ?`, date)
			got, err := users.Get(ctx, database.Eq("id", "id1"))
			if err != nil || !got.CreatedAt.Equal(want) {
				t.Errorf("%s: %v, %v", form, got, err)
			}
		}
		execute(t, s.DB(), `update "user" set "createdAt" = 'soon'`)
		if _, err := users.Get(ctx, database.Eq("id", "id1")); err == nil || errors.Is(err, database.ErrNotFound) {
			t.Errorf("a broken date: %v", err)
		}
		// And what this package writes is what the reference compares with.
		must(t, users.Create(ctx, &user{Email: "x", CreatedAt: want, EmailVerified: true}))
		var date, typ string
		var flag int
		row := s.DB().Bun().DB.QueryRowContext(ctx, `select "createdAt" || '', typeof("createdAt"), "emailVerified" from "user" where "email" = 'x'`)
		if err := row.Scan(&date, &typ, &flag); err != nil || date != "2026-11-23T09:09:36.560Z" || typ != "text" || flag != 1 {
			t.Errorf("stored %q as %s, flag %d, %v", date, typ, flag, err)
		}
	})
}

func TestExtraCopies(t *testing.T) {
	t.Parallel()
	s := migrated(t, databasetest.SQLiteMemory(t), database.Options{})
	u := &user{Email: "a"}
	u.Extra.SetValue("role", "user")
	must(t, storeOf[user](t, s).Create(t.Context(), u))
	other := *u
	other.Extra.SetValue("role", "admin")
	if v, _ := u.Extra.Value("role"); v != "user" {
		t.Errorf("changing a copy changed the original to %v", v)
	}
	if names := u.Extra.Columns(); len(names) != 10 || names[0] != "username" || names[9] != "phoneNumberVerified" {
		t.Errorf("columns %q", names)
	}
	if names := new(user).Extra.Columns(); names != nil {
		t.Errorf("columns of a new row: %q", names)
	}
	other.Extra.SetValue("role", nil)
	if v, ok := other.Extra.Value("role"); ok {
		t.Errorf("NULL is %v", v)
	}
}

func TestJSONColumns(t *testing.T) {
	t.Parallel()
	type point struct{ X, Y int }
	type row struct {
		Point  point          `db:"point"`
		PointN *point         `db:"pointN"`
		Any    any            `db:"any"`
		Raw    jsontext.Value `db:"raw,required"`
		List   []point        `db:"list"`
		Ints   []int64        `db:"ints"`
		ID     string         `db:"id"`
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{})
		migrate(t, s)
		rows := storeOf[row](t, s)
		r := &row{Point: point{1, 2}, Any: "text", Raw: jsontext.Value("null"), List: []point{{3, 4}}, Ints: []int64{5}}
		must(t, rows.Create(t.Context(), r))
		got, err := rows.UpdateOne(t.Context(), database.Set{"pointN": point{6, 7}, "ints": []int{8}}, database.Eq("id", r.ID))
		must(t, err)
		if got.Point != r.Point || *got.PointN != (point{6, 7}) || got.Any != "text" || string(got.Raw) != "null" ||
			got.List[0] != r.List[0] || got.Ints[0] != 8 {
			t.Errorf("%+v", got)
		}
		for name, raw := range map[string]jsontext.Value{"missing": nil, "invalid": jsontext.Value("{"), "NUL": jsontext.Value(`"\u0000"`)} {
			if err := rows.Create(t.Context(), &row{Raw: raw}); err == nil {
				t.Errorf("%s JSON: no error", name)
			}
		}
		must(t, rows.Create(t.Context(), &row{Raw: jsontext.Value(`"\\u0000"`)}))
	})
}
