package account_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var told []string
		note := func(format string, args ...any) error { told = append(told, fmt.Sprintf(format, args...)); return nil }
		s := newSite(t, account.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
			betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
				betterauth.On(func(_ context.Context, e account.Updated) error { return note("updated %s %v", e.UserID, e.Columns) }),
				betterauth.On(func(_ context.Context, e account.Unlinked) error {
					return note("unlinked %s %s %s", e.UserID, e.AccountID, e.ProviderID)
				}),
			}}}})
		want := func(facts ...string) {
			t.Helper()
			if !slices.Equal(told, facts) {
				t.Errorf("told %q, want %q", told, facts)
			}
			told = nil
		}
		c := s.SignedIn("a@example.com")
		c.Post("/update-user", map[string]any{"name": "New", "image": nil}).Want(http.StatusOK)
		want("updated " + c.User.ID + " [image name]")
		c.Post("/update-user", map[string]any{"name": 7}).Want(http.StatusBadRequest)
		want()

		password, other := s.link(c.User, betterauth.ProviderCredential), s.link(c.User, "github")
		c.Post("/unlink-account", map[string]any{"accountId": other.ID}).Want(http.StatusOK)
		want("unlinked " + c.User.ID + " " + other.ID + " github")
		c.Post("/unlink-account", map[string]any{"accountId": password.ID}).WantError(account.ErrLastAccount)
		want()
	})
}
