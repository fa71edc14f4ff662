package database_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// Whoever holds on to the id of somebody who is gone, such as in a token or in
// another program's table, must not find somebody else by it.
func TestIDsAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	for _, ids := range []database.IDStrategy{database.RandomID, database.UUID, database.Serial} {
		t.Run("ids="+string(ids), func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				users := storeOf[user](t, migrated(t, db, database.Options{IDs: ids}))
				seen := map[string]bool{}
				for range 3 {
					u := &user{Email: "a"}
					must(t, users.Create(t.Context(), u))
					if seen[u.ID] {
						t.Fatalf("the id %s of a deleted user is given to another", u.ID)
					}
					seen[u.ID] = true
					_, err := users.Delete(t.Context(), database.Eq("id", u.ID))
					must(t, err)
				}
			})
		})
	}
}

// referenceMade is a database with serial ids as the reference creates it, and
// what is planned for it.
func referenceMade(t *testing.T) (*database.Schema, *database.Plan) {
	t.Helper()
	db := databasetest.SQLiteFile(t)
	for _, statement := range recorded(t, "serial.sqlite.sql") {
		execute(t, db, statement)
	}
	tables, added := recordedOrder()
	s := compile(t, db, tables, added, database.Options{IDs: database.Serial})
	plan, err := s.Plan(t.Context())
	must(t, err)
	return s, plan
}

// Tables that the reference made fit, with a note about each.
func TestPlanNotesTablesThatReuseIDs(t *testing.T) {
	t.Parallel()
	s, plan := referenceMade(t)
	if !plan.Empty() || len(plan.Notes) != len(allTables()) {
		t.Fatalf("planned:\n%s", plan)
	}
	if !strings.HasPrefix(plan.Notes[0], "table user: ") || !strings.HasPrefix(plan.String(), "-- note: table user: ") {
		t.Errorf("notes:\n%s", plan)
	}
	migrated, err := s.Migrate(t.Context())
	if err != nil || len(migrated.Notes) != len(plan.Notes) {
		t.Errorf("migrated: %v, %v", migrated, err)
	}
	text := compile(t, databasetest.SQLiteMemory(t), allTables(), addedColumns(), database.Options{})
	migrate(t, text)
	if again := migrate(t, text); len(again.Notes) > 0 {
		t.Errorf("notes about text ids:\n%s", again)
	}
}

// The word counts where SQLite reads it as one.
func TestPlanReadsAutoincrement(t *testing.T) {
	t.Parallel()
	type row struct {
		Word string `db:"autoincrement"`
		ID   string `db:"id"`
	}
	for statement, notes := range map[string]int{
		`create table "row" ("id" integer primary key autoincrement, "autoincrement" text not null)`:                       0,
		`CREATE TABLE row (id INTEGER PRIMARY KEY ASC ON CONFLICT ABORT AUTOINCREMENT, "autoincrement" text NOT NULL)`:     0,
		`create table "row" ("id" integer primary key, "autoincrement" text not null)`:                                     1,
		`create table "row" ("id" integer primary key, [autoincrement] text not null default 'it''s autoincrement')`:       1,
		"create table row (id integer primary key /* no autoincrement */, `autoincrement` text not null) -- autoincrement": 1,
		`create table "row" ("id" integer primary key, "autoincrement" text not null check ("autoincrement" <> '"'))`:      1,
	} {
		db := databasetest.SQLiteMemory(t)
		execute(t, db, statement)
		plan, err := compile(t, db, []database.Table{database.TableOf[row]("row")}, nil, database.Options{IDs: database.Serial}).Plan(t.Context())
		if err != nil || !plan.Empty() || len(plan.Notes) != notes {
			t.Errorf("%s\n%v, planned %q", statement, err, plan)
		}
	}
}

// What docs/database.md says mends a table, and loses nothing.
func TestMendingATableThatReusesIDs(t *testing.T) {
	t.Parallel()
	s, _ := referenceMade(t)
	users, sessions := storeOf[user](t, s), storeOf[session](t, s)
	last := &user{Email: "a"}
	must(t, users.Create(t.Context(), last))
	must(t, sessions.Create(t.Context(), &session{Token: "t", UserID: last.ID}))

	conn, err := s.DB().Bun().DB.Conn(t.Context())
	must(t, err)
	table, _, _ := strings.Cut(strings.Join(recorded(t, "serial.sqlite.sql"), "\n"), "\n")
	table = strings.Replace(strings.Replace(table, `"user"`, `"user_new"`, 1), "primary key", "primary key autoincrement", 1)
	for _, statement := range []string{
		`pragma foreign_keys = off`, `begin immediate`, table, `insert into "user_new" select * from "user"`,
		`drop table "user"`, `alter table "user_new" rename to "user"`, `commit`, `pragma foreign_keys = on`,
	} {
		_, err := conn.ExecContext(t.Context(), statement)
		must(t, err)
	}
	must(t, conn.Close())

	plan, err := s.Plan(t.Context())
	must(t, err)
	if !plan.Empty() || len(plan.Notes) != len(allTables())-1 || strings.Contains(plan.String(), "table user:") {
		t.Errorf("planned:\n%s", plan)
	}
	if n, err := sessions.Count(t.Context(), database.Eq("userId", last.ID)); n != 1 || err != nil {
		t.Errorf("%d sessions, %v", n, err)
	}
	_, err = users.Delete(t.Context(), database.Eq("id", last.ID))
	must(t, err)
	wantCount(t, sessions, 0)
	next := &user{Email: "b"}
	must(t, users.Create(t.Context(), next))
	if next.ID == last.ID {
		t.Errorf("the id %s is used again", next.ID)
	}
}
