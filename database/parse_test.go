package database_test

import (
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

func TestParseRow(t *testing.T) {
	t.Parallel()
	s := migrated(t, databasetest.SQLiteMemory(t), database.Options{})
	users := storeOf[user](t, s)
	u := &user{Name: "Ann", Email: "a@b.c", EmailVerified: true, Image: ptr("<i>")}
	u.Extra.SetValue("banExpires", noon)
	u.Extra.SetValue("role", "admin")
	must(t, users.Create(t.Context(), u))
	text := encode(t, u)
	got, err := users.ParseRow([]byte(strings.Replace(text, "{", `{"unknown":1,`, 1)))
	must(t, err)
	if again := encode(t, got); again != text {
		t.Errorf("read back\n%s\nwant\n%s", again, text)
	}
	a, err := storeOf[account](t, s).ParseRow([]byte(`{"accountId":"x","password":"secret"}`))
	if err != nil || a.AccountID != "x" || a.Password != nil {
		t.Errorf("a hidden column was read: %+v, %v", a, err)
	}
	for _, bad := range []string{"", "[]", "{", `{"name":5}`, `{"createdAt":"soon"}`, `{"role":5}`, `{"banExpires":1}`} {
		if _, err := users.ParseRow([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestColumnParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  database.Type
		raw  string
		want any
		ok   bool
	}{
		{database.String, `"x"`, "x", true},
		{database.String, `1`, nil, false},
		{database.String, `null`, nil, true},
		{database.Number, `7`, int64(7), true},
		{database.Number, `7.5`, nil, false},
		{database.BigInt, `9007199254740993`, int64(9007199254740993), true},
		{database.Boolean, `true`, true, true},
		{database.Boolean, `"true"`, nil, false},
		{database.Date, `"2026-11-23T12:00:00.000Z"`, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), true},
		{database.Date, `5`, nil, false},
		// Of the right type, but nothing the column can hold.
		{database.String, `"x\u0000"`, nil, false},
		{database.String, `"x\\u0000"`, `x\u0000`, true},
		{database.Strings, `["x","\u0000"]`, nil, false},
		{database.JSON, `{"\u0000":1}`, nil, false},
		{database.JSON, `[1e400000]`, nil, false},
		{database.Number, `2147483647`, int64(2147483647), true},
		{database.Number, `2147483648`, nil, false},
		{database.BigInt, `9223372036854775808`, nil, false},
		{database.Date, `"9999-12-31T23:00:00-05:00"`, nil, false},
	} {
		got, err := database.Column{Name: "c", Type: c.typ}.Parse(jsontext.Value(c.raw))
		if (err == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("%s %s: %v, %v", c.typ, c.raw, got, err)
		}
	}
}
