package betterauth_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A schema that is named and missing is a problem of Build, or is made, and then
// serves requests.
func TestTablesInANamedSchema(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	name := "test_" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		if _, err := db.Bun().ExecContext(context.WithoutCancel(t.Context()), `drop schema if exists "`+name+`" cascade`); err != nil {
			t.Error(err)
		}
	})
	cfg := betterauth.Config{BaseURL: plugintest.BaseURL, Secret: plugintest.Secret, Naming: database.Naming{Schema: name}}
	_, err := betterauth.New(cfg).Database(db).Build(t.Context())
	var missing *betterauth.SchemaError
	if !errors.As(err, &missing) || !strings.Contains(missing.Plan.String(), `create schema "`+name+`";`) {
		t.Errorf("verified: %v, want the statement that makes the schema", err)
	}
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{Naming: cfg.Naming, Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	client := kit.Client()
	client.Post("/sign-up/email", map[string]any{"name": "A", "email": "a@example.com", "password": "password 1234"}).Want(http.StatusOK)
	if answer := client.Get("/get-session").Want(http.StatusOK); !strings.Contains(string(answer.Body), "a@example.com") {
		t.Errorf("session: %s", answer.Body)
	}
	if rows := kit.Rows(); len(rows["session"]) != 1 || len(rows["account"]) != 1 {
		t.Errorf("stored: %v", rows)
	}
	if _, err := betterauth.New(cfg).Database(db).Build(t.Context()); err != nil {
		t.Errorf("built again: %v", err)
	}
	cfg.Naming.Schema = "pg_catalog"
	if _, err := betterauth.New(cfg).Database(db).Build(t.Context()); err == nil || !strings.Contains(err.Error(), `"pg_catalog" is PostgreSQL's own`) {
		t.Errorf("PostgreSQL's own schema: %v", err)
	}
}
