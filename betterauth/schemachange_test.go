package betterauth_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// Whoever changes a column's type while the server runs signs nobody out and
// makes no request fail.
func TestColumnsChangeTheirTypeUnderRequests(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: sessionColumns}})
	clients := make([]*plugintest.Client, 6)
	for i := range clients {
		clients[i] = kit.SignedIn("user" + string(rune('a'+i)) + "@example.com")
	}
	at := func() {
		var wg sync.WaitGroup
		for _, client := range clients {
			wg.Go(func() {
				for range 3 {
					if answer := client.Get("/get-session"); answer.Status != http.StatusOK || string(answer.Body) == "null" {
						t.Errorf("get-session: %d %s", answer.Status, answer.Body)
					}
					if answer := client.Post("/update-session", map[string]any{"theme": "dark"}); answer.Status != http.StatusOK {
						t.Errorf("update-session: %d %s", answer.Status, answer.Body)
					}
				}
			})
		}
		wg.Wait()
	}
	at()
	for _, change := range []string{
		`alter table "user" alter column "name" type varchar(100), alter column "createdAt" type timestamp(3)`,
		`alter table "session" alter column "theme" type varchar(100), alter column "zoom" type bigint`,
		`alter table "user" add column "other" text`,
		`alter table "user" alter column "name" type text, alter column "createdAt" type timestamptz, drop column "other"`,
	} {
		if _, err := db.Bun().ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		at()
	}
}
