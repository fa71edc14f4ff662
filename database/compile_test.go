package database_test

import (
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

func TestCompileReportsEveryProblem(t *testing.T) {
	t.Parallel()
	type badOption struct {
		Text string `db:"text,shiny"`
		ID   string `db:"id"`
	}
	type badType struct {
		C  chan int `db:"c"`
		ID int      `db:"id"`
	}
	type noID struct {
		Text string `db:"text"`
	}
	type wrongDefault struct {
		N  int64  `db:"n,default=many"`
		ID string `db:"id"`
	}
	id := database.Column{Name: "id", Type: database.String, Required: true}
	text := func(name string) database.Column { return database.Column{Name: name, Type: database.String} }
	long := strings.Repeat("x", 64)
	tables := []database.Table{
		database.TableOf[note]("note"),
		database.TableOf[note]("note"),
		database.TableOf[badOption]("badOption"),
		database.TableOf[badType]("badType"),
		database.TableOf[noID]("noID"),
		database.TableOf[wrongDefault]("wrongDefault"),
		{Name: "plain", Columns: []database.Column{
			id, text("a"), text("a"), text("A"), text(""), text(long), text("q\"q"), text("n\x00"),
			{Name: "shape", Type: "circle"},
			{Name: "ref", Type: database.String, References: &database.Reference{Table: "nowhere", Column: "id"}},
			{Name: "ref2", Type: database.String, References: &database.Reference{Table: "note", Column: "none"}},
			{Name: "ref3", Type: database.String, References: &database.Reference{Table: "note", Column: "id", OnDelete: "explode"}},
			{Name: "ref4", Type: database.String, Required: true, References: &database.Reference{Table: "note", Column: "id", OnDelete: "set null"}},
			{Name: "ref5", Type: database.String, References: &database.Reference{Table: "note", Column: "text"}},
			{Name: "when", Type: database.Number, DefaultNow: true},
			{Name: "d", Type: database.Number, Default: "x"},
		}, Indexes: []database.Index{{Columns: []string{"ghost"}}, {}}},
		{Name: "clash", ModelName: "PLAIN", Columns: []database.Column{id}},
		{Name: "left", Columns: []database.Column{id, {Name: "r", Type: database.String, References: &database.Reference{Table: "right", Column: "id"}}}},
		{Name: "right", Columns: []database.Column{id, {Name: "l", Type: database.String, References: &database.Reference{Table: "left", Column: "id"}}}},
	}
	extra := map[string][]database.Column{"note": {text("more")}, "missing": {text("x")}}
	naming := database.Naming{Tables: map[string]string{"typo": "x"}, Columns: map[string]map[string]string{"note": {"typo": "x"}}}
	_, err := database.Compile(databasetest.SQLiteMemory(t), tables, extra, database.Options{Naming: naming, IDs: "roman"})
	if err == nil {
		t.Fatal("no error")
	}
	problems := []error{err}
	for name, other := range otherProblems(t) {
		if other == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		problems = append(problems, other)
	}
	asRecorded(t, problems)
	for _, want := range []string{
		`unknown id strategy "roman"`,
		"table note: is declared twice",
		`table badOption: database_test.badOption: field Text: unknown option "shiny"`,
		"table badType: database_test.badType: field C: no column type for the Go type chan int",
		"column id: must be a string",
		"table noID: has no id column",
		"option default=many is not a number",
		"table plain: column a: is declared twice",
		`table plain: column A: has the same physical name "A" as column a`,
		"table plain: a column has no name",
		"table plain: column " + long + ": the column name",
		`is longer than 63 bytes`,
		"holds a NUL byte or a double quote",
		`table plain: column shape: unknown type "circle"`,
		`table plain: column ref: refers to table "nowhere"`,
		"table plain: column ref2: refers to note.none, which does not exist",
		`table plain: column ref3: unknown action on delete "explode"`,
		"table plain: column ref4: is required and cannot be set null",
		"table plain: column ref5: refers to note.text, which is not unique",
		"table plain: column when: only a date",
		"table plain: column d: default: a string is not a number",
		"table plain: column ghost: is indexed but does not exist",
		"table plain: an index has no columns",
		`table clash: has the same physical name "PLAIN" as table plain`,
		"tables refer to each other in a cycle: left → right → left",
		"table note: column more: is added, but database_test.note has no field of type database.Extra",
		"table missing: columns are added to a table that does not exist",
		`table typo: is named "x" by Config.Naming but does not exist`,
		`table note: column typo: is named "x" by Config.Naming but does not exist`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestStoreOfUnknownRow(t *testing.T) {
	t.Parallel()
	s := compile(t, databasetest.SQLiteMemory(t), []database.Table{database.TableOf[note]("note")}, nil, database.Options{})
	if _, err := database.StoreOf[wideNote](s); err == nil || !strings.Contains(err.Error(), "database_test.wideNote") {
		t.Errorf("got %v, want an error that names the type", err)
	}
}

func TestTableOfTags(t *testing.T) {
	t.Parallel()
	type row struct {
		A       string     `json:"jsonName,omitempty"`
		B       *string    `json:"-" db:"b,unique,hidden,readonly,fieldname=bee"`
		Skipped string     `db:"-"`
		C       []string   `db:"c,required"`
		D       *time.Time `db:"d,references=user.mail:set null,now,touch,index"`
		E       int32      `db:"e,bigint"`
		ID      string     `db:"id"`
		Extra   database.Extra
		private int
	}
	_ = row{}.private
	got := database.TableOf[row]("t", database.WithModelName("tt"), database.WithColumn("e", func(c *database.Column) { c.Default = 3 }))
	want := []database.Column{
		{Name: "jsonName", Type: database.String, Required: true},
		{Name: "b", Type: database.String, Unique: true, Hidden: true, ReadOnly: true, FieldName: "bee"},
		{Name: "c", Type: database.Strings, Required: true},
		{Name: "d", Type: database.Date, References: &database.Reference{Table: "user", Column: "mail", OnDelete: "set null"}, DefaultNow: true, Touch: true, Index: true},
		{Name: "e", Type: database.BigInt, Required: true, Default: 3},
		{Name: "id", Type: database.String, Required: true},
	}
	if got.ModelName != "tt" || len(got.Columns) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		if g := got.Columns[i]; !equalColumns(g, w) {
			t.Errorf("column %d\n%+v, want\n%+v", i, g, w)
		}
	}
}

func equalColumns(a, b database.Column) bool {
	if (a.References == nil) != (b.References == nil) || a.References != nil && *a.References != *b.References {
		return false
	}
	return a.Name == b.Name && a.Type == b.Type && a.Required == b.Required && a.Unique == b.Unique &&
		a.Index == b.Index && a.DefaultNow == b.DefaultNow && a.Touch == b.Touch && a.Default == b.Default &&
		a.Hidden == b.Hidden && a.ReadOnly == b.ReadOnly && a.FieldName == b.FieldName
}
