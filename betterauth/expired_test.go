package betterauth_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// More rows have expired than one statement removes: all of them go, and no other.
func TestDeleteExpiredRemovesAllInParts(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		user := &betterauth.User{Name: "U", Email: "user@example.com"}
		if err := kit.Host.UserStore().Create(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		const expired, live = 1500, 10
		now := kit.Clock.Now()
		if err := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
			for i := range expired + live {
				end := now.Add(-time.Millisecond)
				if i%151 == 0 {
					end = now.Add(time.Duration(i) * time.Second) // the first one ends now
				}
				session := &betterauth.Session{UserID: user.ID, Token: fmt.Sprintf("token %d", i), ExpiresAt: end}
				if err := kit.Host.SessionStore().Create(ctx, session); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := kit.Auth.DeleteExpired(t.Context()); n != expired || err != nil {
			t.Errorf("removed %d: %v", n, err)
		}
		if n, err := kit.Host.SessionStore().Count(t.Context(), database.Gte("expiresAt", now)); n != live || err != nil {
			t.Errorf("left %d: %v", n, err)
		}
	})
}
