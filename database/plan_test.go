package database_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// note is the smallest table; wideNote is its next version.
type note struct {
	Text string `db:"text"`
	ID   string `db:"id"`
}

type wideNote struct {
	Text     string     `db:"text"`
	Kind     string     `db:"kind,default=it's plain,index"`
	Count    int64      `db:"count,default=7"`
	Done     bool       `db:"done,default=true"`
	Slug     *string    `db:"slug,unique"`
	Seen     *time.Time `db:"seen"`
	MadeAt   time.Time  `db:"madeAt,now"`
	ChangeAt time.Time  `db:"changeAt,touch"`
	ParentID *string    `db:"parentId,references=note"`
	ID       string     `db:"id"`
}

func TestMigrateAddsColumnsToRows(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		old := compile(t, db, []database.Table{database.TableOf[note]("note")}, nil, database.Options{})
		migrate(t, old)
		row := &note{Text: "kept"}
		must(t, storeOf[note](t, old).Create(t.Context(), row))

		now := func() time.Time { return noon }
		s := compile(t, db, []database.Table{database.TableOf[wideNote]("note")}, nil, database.Options{Now: now})
		if plan := migrate(t, s); len(plan.Statements) < 8 {
			t.Errorf("planned only:\n%s", plan)
		}
		notes := storeOf[wideNote](t, s)
		got, err := notes.Get(t.Context(), database.Eq("id", row.ID))
		must(t, err)
		if got.Text != "kept" || got.Kind != "it's plain" || got.Count != 7 || !got.Done || got.Slug != nil ||
			got.Seen != nil || got.MadeAt.IsZero() || got.ChangeAt.IsZero() {
			t.Errorf("after the migration: %+v", got)
		}
		must(t, notes.Create(t.Context(), &wideNote{Slug: ptr("one")}))
		if err := notes.Create(t.Context(), &wideNote{Slug: ptr("one")}); !isUnique(err, "note", "slug") {
			t.Errorf("an added unique column: %v", err)
		}
		if plan := migrate(t, s); !plan.Empty() {
			t.Errorf("planned again:\n%s", plan)
		}
	})
}

func TestPlanConflicts(t *testing.T) {
	t.Parallel()
	type required struct {
		Text   string `db:"text"`
		Owner  string `db:"owner"`
		Number int64  `db:"number"`
		ID     string `db:"id"`
	}
	type nullable struct {
		Text *string `db:"text"`
		ID   string  `db:"id"`
	}
	table := []database.Table{database.TableOf[required]("note")}
	for name, c := range map[string]struct {
		before string
		tables []database.Table
		want   string
	}{
		"required without a default": {
			`create table note (id text primary key, text text, number integer); insert into note values ('1', 'x', 1)`,
			table, "column owner: is required and missing",
		},
		"incompatible type": {
			`create table note (id text primary key, text text, owner text, number text)`,
			table, "column number: has the type text",
		},
		"unknown not null column": {
			`create table note (id text primary key, text text, owner text, number integer, issuer text not null)`,
			table, "column issuer: is unknown, NOT NULL",
		},
		"not null where ours may be absent": {
			`create table note (id text primary key, text text not null)`,
			[]database.Table{database.TableOf[nullable]("note")}, "column text: is NOT NULL",
		},
		"no primary key": {
			`create table note (id text, text text)`,
			[]database.Table{database.TableOf[nullable]("note")}, "column id: is not the primary key",
		},
		"a view": {
			`create view note as select 'x' as text`,
			table, "is a view",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				for _, statement := range strings.Split(c.before, ";") {
					execute(t, db, statement)
				}
				s := compile(t, db, c.tables, nil, database.Options{})
				plan, err := s.Migrate(t.Context())
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %v, want one with %q", err, c.want)
				}
				if plan == nil || !strings.Contains(plan.String(), "-- conflict: table note: ") || plan.Empty() {
					t.Errorf("plan %v", plan)
				}
			})
		})
	}
	t.Run("nullable or defaulted unknown columns are fine", func(t *testing.T) {
		t.Parallel()
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			execute(t, db, `create table note (id text primary key, text text, a text, b integer not null default 1)`)
			s := compile(t, db, []database.Table{database.TableOf[nullable]("note")}, nil, database.Options{})
			if plan := migrate(t, s); !plan.Empty() {
				t.Errorf("planned:\n%s", plan)
			}
			must(t, storeOf[nullable](t, s).Create(t.Context(), &nullable{}))
		})
	})
}

// What is wrong with other tables is not the planner's business.
func TestPlanIgnoresOtherTables(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLiteMemory(t)
	execute(t, db, `create table base (id text)`)
	execute(t, db, `create view broken as select * from base`)
	execute(t, db, `drop table base`)
	migrate(t, compile(t, db, []database.Table{database.TableOf[note]("note")}, nil, database.Options{}))
}

// A required column can be added to a table without rows.
func TestMigrateEmptyTable(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		execute(t, db, `create table note (id text primary key not null)`)
		s := compile(t, db, []database.Table{database.TableOf[note]("note")}, nil, database.Options{})
		migrate(t, s)
		must(t, storeOf[note](t, s).Create(t.Context(), &note{Text: "x"}))
	})
}

// A unique constraint that an existing table lacks is added, because the code
// relies on it; an index under another name is recognized.
func TestMigrateRecognizesIndexes(t *testing.T) {
	t.Parallel()
	type row struct {
		Mail string `db:"mail,unique"`
		Name string `db:"name,index"`
		ID   string `db:"id"`
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		execute(t, db, `create table rows (id text primary key, mail text not null, name text not null)`)
		execute(t, db, `create index by_name on rows (name, mail)`)
		execute(t, db, `create unique index partial on rows (mail) where name <> ''`)
		s := compile(t, db, []database.Table{database.TableOf[row]("rows")}, nil, database.Options{})
		plan := migrate(t, s)
		if got, want := plan.String(), "create unique index \"rows_mail_uidx\" on \"rows\" (\"mail\");\n"; got != want {
			t.Errorf("planned\n%s\nwant\n%s", got, want)
		}
	})
}

func TestNaming(t *testing.T) {
	t.Parallel()
	naming := database.Naming{
		Style:   database.SnakePlural,
		Tables:  map[string]string{"account": "linked Accounts"},
		Columns: map[string]map[string]string{"account": {"userId": "owner"}},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := migrated(t, db, database.Options{Naming: naming})
		for _, c := range [][4]string{
			{"user", "emailVerified", "users", "email_verified"},
			{"verification", "expiresAt", "verifications", "expires_at"},
			{"twoFactor", "backupCodes", "two_factors", "backup_codes"},
			{"passkey", "credentialID", "passkeys", "credential_id"},
			{"account", "userId", "linked Accounts", "owner"},
			{"walletAddress", "chainId", "wallet_addresses", "chain_id"},
			{"apikey", "key", "apikeys", "key"},
			{"jwks", "id", "jwks", "id"},
			{"none", "id", "", ""},
			{"user", "none", "users", ""},
		} {
			if table, column := s.Physical(c[0], c[1]); table != c[2] || column != c[3] {
				t.Errorf("%s.%s is %s.%s, want %s.%s", c[0], c[1], table, column, c[2], c[3])
			}
		}
		if plan := migrate(t, s); !plan.Empty() {
			t.Errorf("planned again:\n%s", plan)
		}
		u := &user{Name: "n", Email: "e"}
		must(t, storeOf[user](t, s).Create(t.Context(), u))
		accounts := storeOf[account](t, s)
		must(t, accounts.Create(t.Context(), &account{AccountID: "a", ProviderID: "p", UserID: u.ID}))
		got, err := accounts.UpdateOne(t.Context(), database.Set{"scope": "x"}, database.Eq("userId", u.ID))
		if err != nil || got.Scope == nil || *got.Scope != "x" {
			t.Errorf("renamed columns: %+v, %v", got, err)
		}
		if err := storeOf[user](t, s).Create(t.Context(), &user{Email: "e"}); !isUnique(err, "user", "email") {
			t.Errorf("a unique violation does not use logical names: %v", err)
		}
	})
}

func TestConcurrentMigrations(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(t *testing.T) func() (*database.DB, error){
		"sqlite": func(t *testing.T) func() (*database.DB, error) {
			path := filepath.Join(t.TempDir(), "a b?.db")
			return func() (*database.DB, error) { return sqlite.Open(path) }
		},
		"postgres": func(t *testing.T) func() (*database.DB, error) {
			dsn := databasetest.PostgresDSN(t)
			return func() (*database.DB, error) { return postgres.Open(dsn) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := dsn(t)
			worked := make([]bool, 10)
			databasetest.Concurrently(len(worked), func(i int) {
				db, err := open()
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				s, err := database.Compile(db, allTables(), addedColumns(), database.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				plan, err := s.Migrate(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				worked[i] = !plan.Empty()
			})
			n := 0
			for _, w := range worked {
				if w {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d migrations did something, want 1", n)
			}
		})
	}
}
