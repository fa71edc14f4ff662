package betterauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// A value that the database refuses for what it says about a column is a client's
// mistake, and the answer names the field, unless clients do not know it.
func TestValuesTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	columns := []betterauth.AddedColumn{
		betterauth.NewField[string]("session", database.Column{Name: "theme"}),
		betterauth.NewField[string]("session", database.Column{Name: "density"}),
		betterauth.NewField[int64]("session", database.Column{Name: "zoom"}),
		betterauth.NewField[string]("session", database.Column{Name: "trail", Hidden: true}),
	}
	made := map[database.Engine]string{
		database.SQLite: `create table "session" ("id" text not null primary key, "expiresAt" text not null, "token" text not null unique,
			"createdAt" text not null, "updatedAt" text not null, "ipAddress" text, "userAgent" text check (length("userAgent") <= 50),
			"userId" text not null references "user" ("id") on delete cascade, "theme" text check (length("theme") <= 10),
			"density" text constraint known_density check ("density" in ('high', 'low')), "zoom" int check ("zoom" between 10 and 500),
			"trail" text check (length(trail) <= 3)) strict`,
		database.Postgres: `create type density as enum ('high', 'low');
			create table "session" ("id" varchar(40) not null primary key, "expiresAt" timestamp(3) not null, "token" varchar(64) not null unique,
			"createdAt" timestamp(3) not null, "updatedAt" timestamp(3) not null, "ipAddress" varchar(45), "userAgent" varchar(50),
			"userId" text not null references "user" ("id") on delete cascade, "theme" varchar(10), "density" density,
			"zoom" numeric(10) check ("zoom" between 10 and 500), "trail" varchar(3))`,
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		user := `create table "user" ("id" text not null primary key, "name" text not null, "email" text not null unique,
			"emailVerified" boolean not null, "image" text, "createdAt" timestamp not null, "updatedAt" timestamp not null)`
		for _, statement := range []string{user, made[db.Engine()]} {
			if _, err := db.Bun().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: columns}})
		alice := kit.SignedIn("alice@example.com")
		alice.Post("/update-session", map[string]any{"theme": "dark", "density": "low", "zoom": 100, "trail": "abc"}).Want(http.StatusOK)
		for field, value := range map[string]any{"theme": strings.Repeat("ä", 11), "density": "medium", "zoom": 501, "trail": "abcd"} {
			want := `{"message":"` + field + ` has a value that cannot be stored","code":"VALIDATION_ERROR"}`
			if field == "trail" {
				want = `{"message":"Validation Error","code":"VALIDATION_ERROR"}`
			}
			answer := alice.Post("/update-session", map[string]any{field: value}).Want(http.StatusBadRequest)
			if string(answer.Body) != want {
				t.Errorf("%s: %s, want %s", field, answer.Body, want)
			}
		}
		if _, answer := getSession(t, alice, ""); !strings.Contains(string(answer.Body), `"theme":"dark","density":"low","zoom":100`) {
			t.Errorf("stored: %s", answer.Body)
		}
	})
}
