package apikey_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		var told []string
		note := func(what, userID, keyID string) error { told = append(told, what+" "+userID+" "+keyID); return nil }
		keys := apikey.New()
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys,
			betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
				betterauth.On(func(_ context.Context, e apikey.Created) error { return note("created", e.UserID, e.KeyID) }),
				betterauth.On(func(_ context.Context, e apikey.Updated) error { return note("updated", e.UserID, e.KeyID) }),
				betterauth.On(func(_ context.Context, e apikey.Deleted) error { return note("deleted", e.UserID, e.KeyID) }),
			}}}})
		want := func(facts ...string) {
			t.Helper()
			slices.Sort(told)
			if slices.Sort(facts); !slices.Equal(told, facts) {
				t.Errorf("told %q, want %q", told, facts)
			}
			told = nil
		}
		ada, key, text := made(t, kit, keys, apikey.CreateInput{})
		want("created " + ada.User.ID + " " + key.ID)
		if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text}); err != nil {
			t.Error(err)
		}
		want() // a use is none
		if _, err := keys.Update(t.Context(), ada.User.ID, apikey.UpdateInput{KeyID: key.ID, Name: p("renamed")}); err != nil {
			t.Error(err)
		}
		want("updated " + ada.User.ID + " " + key.ID)
		if err := keys.Delete(t.Context(), "nobody", apikey.DeleteInput{KeyID: key.ID}); !errors.Is(err, apikey.ErrKeyNotFound) {
			t.Errorf("another's key: %v", err)
		}
		undone := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
			if err := keys.Delete(ctx, ada.User.ID, apikey.DeleteInput{KeyID: key.ID}); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		if !errors.Is(undone, context.Canceled) {
			t.Error(undone)
		}
		want()
		if err := keys.Delete(t.Context(), ada.User.ID, apikey.DeleteInput{KeyID: key.ID}); err != nil {
			t.Error(err)
		}
		want("deleted " + ada.User.ID + " " + key.ID)

		// With the user each of theirs goes.
		var theirs []string
		for range 2 {
			key, _, err := keys.Create(t.Context(), ada.User.ID, apikey.CreateInput{})
			if err != nil {
				t.Fatal(err)
			}
			theirs = append(theirs, "deleted "+ada.User.ID+" "+key.ID)
		}
		told = nil
		if _, err := kit.Users().Delete(t.Context(), database.Eq("id", ada.User.ID)); err != nil {
			t.Error(err)
		}
		want(theirs...)
	})
}
