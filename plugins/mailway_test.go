package plugins_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
)

// Whoever mail reaches may remove all else they sign in with, and nobody else.
func TestMailIsAWayToSignIn(t *testing.T) {
	t.Parallel()
	for id, plugin := range map[string]func() betterauth.Plugin{
		emailotp.ID:  func() betterauth.Plugin { return emailotp.New(emailotp.Config{}) },
		magiclink.ID: func() betterauth.Plugin { return magiclink.New(magiclink.Config{}) },
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{plugin()}})
				for _, c := range []struct {
					email    string
					verified bool
					want     []string
				}{
					{"ada@example.com", true, []string{id}},
					{"bob@example.com", false, nil},
					{"x@passkey.placeholder.invalid", true, nil},
				} {
					user := kit.CreateUser(c.email, c.verified)
					if ways, err := kit.Host.SignInWays(t.Context(), user.ID); err != nil || !slices.Equal(ways, c.want) {
						t.Errorf("%s: %v, %v, want %v", c.email, ways, err, c.want)
					}
					err := kit.Host.KeepSignInWay(t.Context(), user.ID, func(context.Context) error { return nil })
					if last := errors.Is(err, betterauth.ErrLastSignInWay); last != (c.want == nil) {
						t.Errorf("%s: removing the last other way: %v", c.email, err)
					}
				}
			})
		})
	}
}
