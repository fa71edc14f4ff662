package database_test

import (
	"context"
	"crypto/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
)

// namedSchema is a name that only quotes make one, and is dropped in the end.
func namedSchema(t *testing.T, db *database.DB) string {
	name := "Test." + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		if _, err := db.Bun().ExecContext(context.WithoutCancel(t.Context()), `drop schema if exists "`+name+`" cascade`); err != nil {
			t.Error(err)
		}
	})
	return name
}

// Tables live in the schema that is named, whatever the connection's search_path
// holds under the same names.
func TestNamedSchema(t *testing.T) {
	t.Parallel()
	for _, ids := range []database.IDStrategy{database.RandomID, database.UUID, database.Serial} {
		t.Run("ids="+string(ids), func(t *testing.T) {
			t.Parallel()
			db := databasetest.Postgres(t)
			name := namedSchema(t, db)
			for _, table := range []string{"user", "session"} {
				execute(t, db, `create table "`+table+`" (trap integer)`)
			}
			s := compile(t, db, allTables(), addedColumns(), database.Options{Naming: database.Naming{Schema: name}, IDs: ids})
			plan, err := s.Plan(t.Context())
			must(t, err)
			if len(plan.Statements) == 0 || plan.Statements[0].SQL != `create schema "`+name+`"` {
				t.Fatalf("planned:\n%s", plan)
			}
			databasetest.Concurrently(3, func(int) {
				if _, err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
			if again := migrate(t, s); !again.Empty() {
				t.Errorf("planned again:\n%s", again)
			}
			users, sessions := storeOf[user](t, s), storeOf[session](t, s)
			u := &user{Name: "n", Email: "e"}
			must(t, users.Create(t.Context(), u))
			if err := users.Create(t.Context(), &user{Email: "e"}); !isUnique(err, "user", "email") {
				t.Errorf("a unique violation: %v", err)
			}
			must(t, sessions.Create(t.Context(), &session{Token: "t", UserID: u.ID, ExpiresAt: noon}))
			if _, got, err := sessionLookup(t, s).Get(t.Context(), "t"); err != nil || got.ID != u.ID {
				t.Errorf("lookup: %v, %v", got, err)
			}
			if got, err := users.UpdateOne(t.Context(), database.Set{"name": "m"}, database.Eq("name", "n")); err != nil || got.Name != "m" {
				t.Errorf("update: %v, %v", got, err)
			}
			must(t, db.Transaction(t.Context(), func(ctx context.Context) error {
				if _, err := users.GetLocked(ctx, database.Eq("id", u.ID)); err != nil {
					return err
				}
				return s.RemoveReferring(ctx, "user", u.ID)
			}))
			wantCount(t, sessions, 0)
			must(t, sessions.Create(t.Context(), &session{Token: "t", UserID: u.ID, ExpiresAt: noon}))
			if _, err := users.Take(t.Context(), database.Eq("email", "e")); err != nil {
				t.Errorf("take: %v", err)
			}
			wantCount(t, sessions, 0) // by the foreign key
			if ok, err := users.Exists(t.Context(), database.Eq("email", "e")); ok || err != nil {
				t.Errorf("exists: %v, %v", ok, err)
			}
		})
	}
}

func TestNamedSchemaRefused(t *testing.T) {
	t.Parallel()
	sqlite := databasetest.SQLiteMemory(t)
	if _, err := database.Compile(sqlite, allTables(), addedColumns(), database.Options{Naming: database.Naming{Schema: "main"}}); err == nil || !strings.Contains(err.Error(), "SQLite has no schemas") {
		t.Errorf("on SQLite: %v", err)
	}
	db := databasetest.Postgres(t)
	for _, name := range []string{"pg_catalog", "pg_mine", "information_schema", `a"b`, "a\x00", strings.Repeat("x", 64)} {
		if _, err := database.Compile(db, allTables(), addedColumns(), database.Options{Naming: database.Naming{Schema: name}}); err == nil || !strings.Contains(err.Error(), "schema") {
			t.Errorf("%q: %v", name, err)
		}
	}
	// A search_path that leads nowhere is said so.
	nowhere, err := postgres.Open(databasetest.PostgresDSN(t) + "&search_path=nowhere")
	must(t, err)
	t.Cleanup(func() { must(t, nowhere.Close()) })
	path := ""
	must(t, nowhere.Bun().QueryRowContext(t.Context(), "show search_path").Scan(&path))
	if path != "nowhere" {
		execute(t, nowhere, "set search_path = nowhere")
		nowhere.Bun().SetMaxOpenConns(1)
		execute(t, nowhere, "set search_path = nowhere")
	}
	plan, err := compile(t, nowhere, allTables(), addedColumns(), database.Options{}).Plan(t.Context())
	must(t, err)
	if !reflect.DeepEqual(plan.Conflicts, []string{"no schema of the connection's search_path exists; create one, or name one in Naming.Schema"}) {
		t.Errorf("planned %q", plan.Conflicts)
	}
}

// A pool that writes dates in another order is refused: they come back as text where
// nothing was prepared.
func TestDateStyle(t *testing.T) {
	t.Parallel()
	styled, err := postgres.Open(databasetest.PostgresDSN(t) + "&datestyle=German")
	must(t, err)
	t.Cleanup(func() { must(t, styled.Close()) })
	plan, err := compile(t, styled, allTables(), addedColumns(), database.Options{}).Plan(t.Context())
	must(t, err)
	if len(plan.Conflicts) != 1 || !strings.Contains(plan.Conflicts[0], `DateStyle is "German`) {
		t.Errorf("planned %q", plan.Conflicts)
	}
}
