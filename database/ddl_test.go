package database_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// recorded reads the statements the reference creates its schema with.
func recorded(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file)
	must(t, err)
	var out []string
	for _, s := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
		out = append(out, strings.TrimSuffix(s, ";"))
	}
	return out
}

// recordedOrder arranges tables and added columns as in the recordings with
// other ids, whose features were switched on in another order.
func recordedOrder() ([]database.Table, map[string][]database.Column) {
	tables := allTables()
	byName := map[string]database.Table{}
	for _, t := range tables {
		byName[t.Name] = t
	}
	var ordered []database.Table
	for _, name := range strings.Fields("user session account verification twoFactor organization organizationRole team " +
		"teamMember member invitation jwks walletAddress deviceCode passkey apikey rateLimit") {
		ordered = append(ordered, byName[name])
	}
	added := addedColumns()
	u := added["user"]
	anonymous := u[3]
	added["user"] = append(slices.Delete(u, 3, 4), anonymous, database.Column{Name: "lastLoginMethod", Type: database.String})
	s := added["session"]
	added["session"] = append(slices.Clone(s[1:]), s[0])
	return ordered, added
}

func TestDDLEqualsReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file   string
		ids    database.IDStrategy
		engine database.Engine
	}{
		{"schema.sqlite.sql", database.RandomID, database.SQLite},
		{"schema.postgres.sql", database.RandomID, database.Postgres},
		{"uuid.postgres.sql", database.UUID, database.Postgres},
		{"serial.postgres.sql", database.Serial, database.Postgres},
		{"serial.sqlite.sql", database.Serial, database.SQLite},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			open := databasetest.SQLiteMemory
			if c.engine == database.Postgres {
				open = databasetest.Postgres
			}
			tables, added := allTables(), addedColumns()
			if c.ids != database.RandomID {
				tables, added = recordedOrder()
			}
			s := compile(t, open(t), tables, added, database.Options{IDs: c.ids})
			plan := migrate(t, s)
			want := recorded(t, c.file)
			if c.ids == database.Serial && c.engine == database.SQLite {
				// The reference's tables give ids of deleted rows to new ones.
				for i := range want {
					want[i] = strings.Replace(want[i], `"id" integer not null primary key`, `"id" integer not null primary key autoincrement`, 1)
				}
			}
			for i, st := range plan.Statements {
				if i < len(want) && st.SQL != want[i] {
					t.Errorf("statement %d\n%s\nwant\n%s", i, st.SQL, want[i])
				}
			}
			if len(plan.Statements) != len(want) {
				t.Errorf("%d statements, want %d", len(plan.Statements), len(want))
			}
			if got := plan.String(); got != strings.Join(want, ";\n")+";\n" {
				t.Error("String differs from the statements")
			}
			if again := migrate(t, s); !again.Empty() || len(again.Notes) > 0 {
				t.Errorf("planned again:\n%s", again)
			}
		})
	}
}

// A schema the reference created is complete as it is.
func TestPlanOfReferenceSchemaIsEmpty(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, statement := range recorded(t, "schema."+string(db.Engine())+".sql") {
			execute(t, db, statement)
		}
		plan, err := compile(t, db, allTables(), addedColumns(), database.Options{}).Plan(t.Context())
		must(t, err)
		if !plan.Empty() {
			t.Errorf("planned:\n%s", plan)
		}
	})
}

func TestIndexNames(t *testing.T) {
	t.Parallel()
	columns := []database.Column{{Name: "id", Type: database.String, Required: true}}
	names := []string{"another_long_column_name", "another_long_column_nbme", "short"}
	for _, name := range names {
		columns = append(columns, database.Column{Name: name, Type: database.String})
	}
	table := database.Table{
		Name: "a_very_long_table_name_for_testing_purposes", Columns: columns,
		Indexes: []database.Index{
			{Columns: names[:1]}, {Columns: names[1:2]}, {Columns: names[:1], Unique: true}, {Columns: names[2:]},
		},
	}
	plan := migrate(t, compile(t, databasetest.SQLiteMemory(t), []database.Table{table}, nil, database.Options{}))
	var got []string
	for _, s := range plan.Statements[1:] {
		got = append(got, s.Index)
	}
	if len(got) != 4 || got[3] != "a_very_long_table_name_for_testing_purposes_short_idx" {
		t.Fatalf("indexes %q", got)
	}
	for i, suffix := range []string{"_idx", "_idx", "_uidx"} {
		prefix := "a_very_long_table_name_for_testing_purposes_anothe"
		if suffix == "_uidx" {
			prefix = prefix[:len(prefix)-1]
		}
		name := got[i]
		hash := strings.TrimSuffix(strings.TrimPrefix(name, prefix+"_"), suffix)
		if len(name) != 63 || len(hash) != 8 || strings.Trim(hash, "0123456789abcdef") != "" {
			t.Errorf("index %d is %q", i, name)
		}
	}
	if got[0] == got[1] {
		t.Error("two long names became one")
	}
}
