package database_test

import (
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/go-json-experiment/json/jsontext"
)

func TestAppendString(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         `""`,
		"plain":                    `"plain"`,
		"<a href=\"x\">&</a>":      `"<a href=\"x\">&</a>"`,
		"\\/":                      `"\\/"`,
		"\b\f\n\r\t\v\x00\x1f":     `"\b\f\n\r\t\u000b\u0000\u001f"`,
		"\x7f\u2028\u2029é😀\ufeff": "\"\x7f\u2028\u2029é😀\ufeff\"",
		"a\xffb":                   "\"a\ufffdb\"",
		"\xed\xa0\x80":             "\"\ufffd\ufffd\ufffd\"",
	} {
		if got := string(database.AppendString(nil, in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := string(database.AppendString([]byte("x="), "y")); got != `x="y"` {
		t.Errorf("append: %s", got)
	}
}

func TestAppendTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -5*3600)
	for _, c := range []struct {
		in   time.Time
		want string
	}{
		{time.Date(2026, 11, 23, 9, 9, 36, 560_999_999, time.UTC), `"2026-11-23T09:09:36.560Z"`},
		{time.Date(2026, 1, 2, 22, 0, 0, 0, zone), `"2026-01-03T03:00:00.000Z"`},
		{time.Date(7, 1, 2, 3, 4, 5, 6_000_000, time.UTC), `"0007-01-02T03:04:05.006Z"`},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), `"+010000-01-01T00:00:00.000Z"`},
		{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), `"-000001-01-01T00:00:00.000Z"`},
		{time.UnixMilli(-1), `"1969-12-31T23:59:59.999Z"`},
	} {
		if got := string(database.AppendTime(nil, c.in)); got != c.want {
			t.Errorf("%v: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestAppendRow(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 9, 36, 560_000_000, time.UTC)
	s := migrated(t, databasetest.SQLiteMemory(t), database.Options{})
	u := &user{Name: "Ann <\"x\">", Email: "a@b.c", CreatedAt: at, UpdatedAt: at, ID: "id1"}
	const before = `{"name":"Ann <\"x\">","email":"a@b.c","emailVerified":false,"image":null,` +
		`"createdAt":"2026-11-23T09:09:36.560Z","updatedAt":"2026-11-23T09:09:36.560Z","id":"id1"}`
	if got := encode(t, u); got != before {
		t.Errorf("never stored:\n%s\nwant\n%s", got, before)
	}
	u.Extra.SetValue("banExpires", at)
	must(t, storeOf[user](t, s).Create(t.Context(), u))
	const after = `{"name":"Ann <\"x\">","email":"a@b.c","emailVerified":false,"image":null,` +
		`"createdAt":"2026-11-23T09:09:36.560Z","updatedAt":"2026-11-23T09:09:36.560Z",` +
		`"username":null,"displayUsername":null,"twoFactorEnabled":false,"isAnonymous":false,"role":null,"banned":false,` +
		`"banReason":null,"banExpires":"2026-11-23T09:09:36.560Z","phoneNumber":null,"phoneNumberVerified":null,"id":"id1"}`
	if got := encode(t, u); got != after {
		t.Errorf("stored:\n%s\nwant\n%s", got, after)
	}
	loaded, err := storeOf[user](t, s).Get(t.Context(), database.Eq("id", "id1"))
	must(t, err)
	if got := encode(t, loaded); got != after {
		t.Errorf("loaded:\n%s\nwant\n%s", got, after)
	}
	if got, want := encode(t, &account{AccountID: "a", Password: ptr("hash"), CreatedAt: at, UpdatedAt: at, ID: "i"}),
		`{"accountId":"a","providerId":"","userId":"","scope":null,"createdAt":"2026-11-23T09:09:36.560Z","updatedAt":"2026-11-23T09:09:36.560Z","id":"i"}`; got != want {
		t.Errorf("hidden columns:\n%s\nwant\n%s", got, want)
	}
}

func TestAppendRowKinds(t *testing.T) {
	t.Parallel()
	type row struct {
		ID      string            `db:"id"` // first in the struct, last in the output
		Raw     jsontext.Value    `db:"raw"`
		RawN    *jsontext.Value   `db:"rawN"`
		Map     map[string]string `db:"map"`
		Strings []string          `db:"strings"`
		Floats  []float64         `db:"floats"`
		Int     *int64            `db:"int"`
		Nil     *time.Time        `db:"nil"`
		Secret  string            `json:"-" db:"secret,hidden"`
	}
	got := encode(t, &row{
		ID: "i", Raw: jsontext.Value("{ \"a\" : [1, \"\\u00e9<\"] }"), RawN: ptr(jsontext.Value("true")),
		Map: map[string]string{"b": "&", "a": ""}, Strings: []string{"<"}, Floats: []float64{1, 1.5, 1e21}, Int: ptr(int64(-7)), Secret: "s",
	})
	const want = `{"raw":{"a":[1,"é<"]},"rawN":true,"map":{"a":"","b":"&"},"strings":["<"],"floats":[1,1.5,1e+21],"int":-7,"nil":null,"id":"i"}`
	if got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	if _, err := database.AppendRow(nil, row{}); err == nil {
		t.Error("not a pointer: no error")
	}
	if _, err := database.AppendRow(nil, ptr(1)); err == nil {
		t.Error("not a struct: no error")
	}
	if out, err := database.AppendRow([]byte("x"), &row{Raw: jsontext.Value("{")}); err == nil || string(out) != "x" {
		t.Errorf("invalid JSON: %q, %v", out, err)
	}
	type only struct {
		Extra database.Extra
	}
	if got := encode(t, &only{}); got != "{}" {
		t.Errorf("no columns: %s", got)
	}
}

func encode(t *testing.T, row any) string {
	t.Helper()
	out, err := database.AppendRow([]byte("x"), row)
	must(t, err)
	return string(out[1:])
}

func BenchmarkAppendRow(b *testing.B) {
	u := &user{Name: "Ann", Email: "a@b.c", CreatedAt: noon, UpdatedAt: noon, ID: "id1"}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := database.AppendRow(buf, u); err != nil {
			b.Fatal(err)
		}
	}
}
