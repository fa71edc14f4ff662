package emailpassword_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// A database that somebody else made may be too narrow for what a later sign-up
// keeps. That tells nobody that the address is taken, and is as if the later sign-up
// had been refused.
func TestLaterSignUpThatDoesNotFit(t *testing.T) {
	t.Parallel()
	const table = `create table "verification" ("id" text primary key, "identifier" text not null, "value" VALUE not null,
		"expiresAt" DATE not null, "createdAt" DATE not null, "updatedAt" DATE not null)`
	kinds := map[database.Engine]*strings.Replacer{
		database.SQLite:   strings.NewReplacer("VALUE", `text check (length("value") <= 255)`, "DATE", "date"),
		database.Postgres: strings.NewReplacer("VALUE", "varchar(255)", "DATE", "timestamptz"),
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		if _, err := db.Bun().ExecContext(t.Context(), kinds[db.Engine()].Replace(table)); err != nil {
			t.Fatal(err)
		}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db,
			Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
			Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}), emailverification.New(emailverification.Config{})}})
		signUp := func(password string) {
			t.Helper()
			kit.Client().Post("/sign-up/email", map[string]any{"name": strings.Repeat("A", 300), "email": "a@example.com", "password": password}).Want(http.StatusOK)
		}
		signUp("first-password")
		link := kit.Route(kit.Mail())
		signUp("later-password")
		if !strings.Contains(kit.Log.String(), "a value that its column cannot hold") {
			t.Error("whoever runs the application is not told")
		}
		// Who follows the link may be who was refused: nobody's password stays.
		kit.Client().Get(link).WantRedirect("/")
		for _, password := range []string{"first-password", "later-password"} {
			kit.Client().Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": password}).WantError(emailpassword.ErrInvalidCredentials)
		}
	})
}
