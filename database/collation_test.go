package database_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// What a column's collation or type makes of text does not change what an order
// and a search mean.
func TestOrderWhateverTheCollation(t *testing.T) {
	t.Parallel()
	type row struct {
		Text *string `db:"text"`
		ID   string  `db:"id"`
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		types := []string{"text collate nocase", "varchar(20) collate rtrim"}
		if db.Engine() == database.Postgres {
			types = []string{`text collate "en-x-icu"`, `varchar(20) collate "sv-x-icu"`, `text collate "C"`}
		}
		for _, typ := range types {
			execute(t, db, `drop table if exists "row"`)
			execute(t, db, `create table "row" ("id" text primary key, "text" `+typ+`)`)
			s := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{})
			migrate(t, s)
			rows := storeOf[row](t, s)
			want := []string{"B", "Z", "a", "b", "z", "Ä", "Å", "ä"}
			for _, text := range []string{"ä", "b", "Z", "Å", "a", "z", "B", "Ä"} {
				must(t, rows.Create(t.Context(), &row{Text: &text}))
			}
			list, err := rows.List(t.Context(), database.Query{Order: []database.Order{{Column: "text"}}})
			must(t, err)
			var got []string
			for _, r := range list {
				got = append(got, *r.Text)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: sorted %q, want %q", typ, got, want)
			}
			for name, c := range map[string]struct {
				where database.Cond
				want  int
			}{
				"lt":   {database.Lt("text", "a"), 2},
				"gt":   {database.Gt("text", "z"), 3},
				"has":  {database.Contains("text", "b"), 1},
				"fold": {database.ContainsFold("text", "B"), 2},
				"Ä":    {database.ContainsFold("text", "ä"), 1},
			} {
				if n, err := rows.Count(t.Context(), c.where); n != c.want || err != nil {
					t.Errorf("%s, %s: %d, %v; want %d", typ, name, n, err, c.want)
				}
			}
		}
	})
}

// A collation that takes different texts for one is no place for tokens.
func TestLooseCollations(t *testing.T) {
	t.Parallel()
	type row struct {
		Text *string `db:"text"`
		ID   string  `db:"id"`
	}
	db := databasetest.Postgres(t)
	execute(t, db, `create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`)
	execute(t, db, `create table "row" ("id" text primary key, "text" text collate loose)`)
	plan, err := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{}).Plan(t.Context())
	must(t, err)
	if len(plan.Conflicts) != 1 || !strings.Contains(plan.Conflicts[0], "its collation is nondeterministic") {
		t.Errorf("planned %q", plan.Conflicts)
	}
}

// A lookup by equality is served by the index.
func TestEqualityUsesIndexes(t *testing.T) {
	t.Parallel()
	eachSchema(t, func(t *testing.T, s *database.Schema) {
		explain := "explain query plan "
		if s.DB().Engine() == database.Postgres {
			explain = "explain "
			execute(t, s.DB(), "set enable_seqscan = off")
			s.DB().Bun().SetMaxOpenConns(1)
			execute(t, s.DB(), "set enable_seqscan = off")
		}
		for column, table := range map[string]string{"token": "session", "email": "user", "userId": "session", "identifier": "verification"} {
			text := database.Explained(s, table, database.Eq(column, "x"))
			rows, err := s.DB().Bun().DB.QueryContext(t.Context(), explain+text, "x")
			must(t, err)
			plan := ""
			columns, err := rows.Columns()
			must(t, err)
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				must(t, rows.Scan(cells...))
				last, _ := (*(cells[len(cells)-1].(*any))).(string)
				plan += last + "\n"
			}
			must(t, rows.Close())
			if !indexed.MatchString(plan) {
				t.Errorf("%s.%s: %s is planned as\n%s", table, column, text, plan)
			}
		}
	})
}

var indexed = regexp.MustCompile(`Index (Only )?Scan|USING (COVERING )?INDEX`)
