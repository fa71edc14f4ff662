package database_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// kinds is a user table with an added column of each type.
func kinds(t testing.TB) *database.Store[user] {
	t.Helper()
	added := []database.Column{
		{Name: "text", Type: database.String}, {Name: "flag", Type: database.Boolean}, {Name: "date", Type: database.Date}, {Name: "number", Type: database.Number},
		{Name: "big", Type: database.BigInt}, {Name: "secret", Type: database.String, Hidden: true}, {Name: "json", Type: database.JSON}, {Name: "strings", Type: database.Strings},
	}
	s := compile(t, databasetest.SQLiteMemory(t), []database.Table{database.TableOf[user]("user")}, map[string][]database.Column{"user": added}, database.Options{})
	return storeOf[user](t, s)
}

const (
	structColumns = `"name":"Ann","email":"a@b.c","emailVerified":true,"image":null,"createdAt":"2026-11-23T12:00:00.123Z","updatedAt":"0000-01-01T00:00:00.000Z",`
	ofEachType    = `"text":"x","flag":false,"date":"9999-12-31T23:59:59.999Z","number":-7,"big":9007199254740993,`
)

// own are rows in our own spelling.
var own = []string{
	`{` + structColumns + `"text":null,"flag":null,"date":null,"number":null,"big":null,"json":null,"strings":null,"id":"1"}`,
	`{` + structColumns + ofEachType + `"id":"1"}`, `{` + structColumns + `"id":"1"}`, `{}`, `{"id":""}`, `{"name":"Å ","image":"<i>","flag":true}`, `{"text":"only"}`,
}

// others are spelt otherwise, or are no rows.
var others = []string{
	``, `null`, `[]`, `{`, `{}x`, ` {}`, `{,}`, `{"name":"a",}`, `{"name":"a""email":"b"}`, `{"email":"b","name":"a"}`, `{"name":"a","name":"b"}`, `{"unknown":1}`,
	`{"name":"\u0041"}`, `{"name":"a` + "\n" + `"}`, `{"name":"` + "\xff" + `"}`, `{"name":5}`, `{"name":"a}`, `{"emailVerified":"true"}`, `{"emailVerified":truex}`, `{"image":nullx}`,
	`{"createdAt":"2026-02-29T12:00:00.000Z"}`, `{"createdAt":"2026-11-23T24:00:00.000Z"}`, `{"createdAt":"2026-11-23T12:60:00.000Z"}`, `{"createdAt":"2026-11-23T12:00:60.000Z"}`, `{"createdAt":"2026-13-23T12:00:00.000Z"}`, `{"createdAt":"2026-00-23T12:00:00.000Z"}`,
	`{"createdAt":"2026-11-23T12:00:00.0000Z"}`, `{"createdAt":"2026-11-23T12:00:00Z"}`, `{"createdAt":"2026-11-23T14:00:00.123+02:00"}`, `{"createdAt":"2026-11-23 12:00:00.000Z"}`, `{"createdAt":5}`, `{"createdAt":"2026-1x-23T12:00:00.000Z"}`,
	`{"number":2147483648}`, `{"number":007}`, `{"number":1.0}`, `{"number":-0}`, `{"big":9223372036854775808}`, `{"secret":"x"}`, `{"json":{"a":1}}`, `{"strings":["a"]}`, `{"text":"\u0000"}`,
}

// Rows in our own spelling are read in one pass, to what the decoder reads.
func TestOwnRowsAreReadAsJSON(t *testing.T) {
	t.Parallel()
	store := kinds(t)
	for i, text := range append(own, others...) {
		got, ok := store.ParseOwn([]byte(text))
		want, err := store.ParseAny([]byte(text))
		if ok && (err != nil || !reflect.DeepEqual(got, want)) {
			t.Errorf("%s: %+v\nwant %+v, %v", text, got, want, err)
		}
		if !ok && i < len(own) {
			t.Errorf("%s is not read in one pass", text)
		}
		if ok && i >= len(own) {
			t.Errorf("%s is read in one pass", text)
		}
		parsed, parsedErr := store.ParseRow([]byte(text))
		if (parsedErr == nil) != (err == nil) || err == nil && !reflect.DeepEqual(parsed, want) {
			t.Errorf("%s: ParseRow %+v, %v\nwant %+v, %v", text, parsed, parsedErr, want, err)
		}
	}
}

func FuzzParseOwn(f *testing.F) {
	for _, text := range append(own, others...) {
		f.Add([]byte(text))
	}
	store := kinds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := store.ParseOwn(text)
		if !ok {
			return
		}
		if want, err := store.ParseAny(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v, %v", text, got, want, err)
		}
	})
}

// A row that is written is read in one pass.
func TestWrittenRowsAreInOurSpelling(t *testing.T) {
	t.Parallel()
	store := kinds(t)
	u := &user{Name: "Ann", Email: "a@b.c", CreatedAt: noon, Image: ptr("https://example.com/a.png?x=1&y=<>"), ID: "1"}
	u.Extra.SetValue("date", noon)
	if got, ok := store.ParseOwn([]byte(encode(t, u))); !ok || got.Image == nil || *got.Image != *u.Image {
		t.Errorf("%+v, %t", got, ok)
	}
}

// Our own form of a date is read as package time reads it.
func TestOwnDate(t *testing.T) {
	t.Parallel()
	check := func(text string) {
		got, ok := database.OwnDate(text)
		want, err := time.Parse("2006-01-02T15:04:05.000Z", text)
		if ok != (err == nil) || ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %t; want %v, %v", text, got, ok, want, err)
		}
	}
	for day := time.Date(1895, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2105; day = day.Add(97*time.Hour + 61*time.Minute + 61_007*time.Millisecond) {
		check(day.Format("2006-01-02T15:04:05.000Z"))
	}
	const good = "2024-02-29T23:59:59.999Z"
	for i := range good {
		for _, c := range "0123456789-:TZ. x\x00" {
			check(good[:i] + string(c) + good[i+1:])
		}
	}
	for _, text := range []string{"", "Z", good + "Z", strings.Repeat("0", 24), "2100-02-29T00:00:00.000Z", "2000-02-29T00:00:00.000Z", "2023-04-31T00:00:00.000Z"} {
		check(text)
	}
}
