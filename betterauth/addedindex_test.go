package betterauth_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// indexing is a plugin that needs an index.
func indexing(table string, columns ...string) betterauth.Plugin {
	return betterauth.Inline{ID: "x", Schema: betterauth.Schema{Indexes: []betterauth.AddedIndex{{Table: table, Columns: columns}}}}
}

// A migration makes what plugins need once, under the names that the application has, and
// nothing where an index serves already.
func TestAddedIndexes(t *testing.T) {
	t.Parallel()
	color := betterauth.NewField[string]("user", database.Column{Name: "color"})
	for name, test := range map[string]struct {
		plugins []betterauth.Plugin
		columns []betterauth.AddedColumn
		want    []string
	}{
		"of the core":        {plugins: []betterauth.Plugin{indexing("account", "accountId", "providerId")}, want: []string{"accounts_account_id_providerId_idx"}},
		"of the application": {plugins: []betterauth.Plugin{indexing("user", "color")}, columns: []betterauth.AddedColumn{color}, want: []string{"user_color_idx"}},
		"of two plugins": {plugins: []betterauth.Plugin{indexing("account", "accountId", "providerId"),
			betterauth.Inline{ID: "y", Schema: betterauth.Schema{Indexes: []betterauth.AddedIndex{{Table: "account", Columns: []string{"accountId", "providerId"}}}}}},
			want: []string{"accounts_account_id_providerId_idx"}},
		"that is there": {plugins: []betterauth.Plugin{indexing("session", "userId")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLiteMemory(t)
			cfg := betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, AdditionalColumns: test.columns,
				Naming: database.Naming{Tables: map[string]string{"account": "accounts"}, Columns: map[string]map[string]string{"account": {"accountId": "account_id"}}}}
			before, err := betterauth.New(cfg).Database(db).Migrations(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			with := betterauth.New(cfg).Database(db).Plugin(test.plugins...)
			plan, err := with.Migrate(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			known := before.String()
			var made []string
			for _, s := range plan.Statements {
				if s.Index != "" && !strings.Contains(known, `"`+s.Index+`"`) {
					made = append(made, s.Index)
				}
			}
			if strings.Join(made, " ") != strings.Join(test.want, " ") {
				t.Errorf("makes %v, want %v", made, test.want)
			}
			if again, err := with.Migrations(t.Context()); err != nil || !again.Empty() {
				t.Errorf("then it lacks %v, %v", again, err)
			}
		})
	}
}

// A database that lacks an index is slow, not wrong: Build says so and goes on. A unique
// index is more than speed.
func TestMissingIndexes(t *testing.T) {
	t.Parallel()
	for index, wants := range map[string]struct{ fails, warns bool }{
		"account_accountId_providerId_idx": {warns: true},
		"session_userId_idx":               {warns: true},
		"color_shade_uidx":                 {fails: true},
	} {
		t.Run(index, func(t *testing.T) {
			t.Parallel()
			db := databasetest.SQLiteMemory(t)
			plugins := []betterauth.Plugin{indexing("account", "accountId", "providerId"), betterauth.Inline{ID: "y", Schema: betterauth.Schema{
				Tables: []database.Table{database.TableOf[color]("color", database.WithIndex(database.Index{Columns: []string{"shade"}, Unique: true}))}}}}
			var log strings.Builder
			with := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, Logger: slog.New(slog.NewTextHandler(&log, nil))}).Database(db).Plugin(plugins...)
			if _, err := with.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Bun().ExecContext(t.Context(), `drop index "`+index+`"`); err != nil {
				t.Fatal(err)
			}
			auth, err := with.Build(t.Context())
			if fails := err != nil; fails != wants.fails {
				t.Fatalf("Build says %v", err)
			}
			if err != nil {
				return
			}
			if warns := strings.Contains(log.String(), index); warns != wants.warns {
				t.Errorf("the log says %s", log.String())
			}
			if err := auth.Ready(t.Context()); err != nil {
				t.Errorf("not ready: %v", err)
			}
		})
	}
}

// While PostgreSQL creates an index concurrently, and after it could not, the index is there
// and not valid: the server starts, is ready and migrates meanwhile.
func TestIndexThatIsBeingCreated(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		const name = "account_accountId_providerId_idx"
		var log strings.Builder
		with := betterauth.New(betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, Logger: slog.New(slog.NewTextHandler(&log, nil))}).
			Database(db).Plugin(indexing("account", "accountId", "providerId"))
		if _, err := with.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		// An index that is not valid counts as a partial one, which needs no superuser to make.
		statement := `drop index "` + name + `"; create index "` + name + `" on "account" ("accountId", "providerId") where "scope" is null`
		if _, err := db.Bun().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		auth, err := with.Build(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := auth.Ready(t.Context()); err != nil {
			t.Errorf("not ready: %v", err)
		}
		if _, err := with.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
		if !strings.Contains(log.String(), name) {
			t.Errorf("the log says %s", log.String())
		}
	})
}

type color struct {
	Shade string `json:"shade"`
	ID    string `json:"id"`
}
