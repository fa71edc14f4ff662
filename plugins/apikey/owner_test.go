package apikey_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

// A key is as good as its owner: whoever is banned, or gone, has none that
// works, whichever way it is checked. Looking costs nothing.
func TestKeyOfWhoIsBannedOrGone(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		keys, admins := apikey.New(apikey.Config{EnableSessions: true}), admin.New(admin.Config{})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys, admins}})
		ada, key, text := made(t, kit, keys, apikey.CreateInput{Remaining: p(int64(50))})
		machine := kit.Client()
		machine.Header.Set("X-API-Key", text)
		check := func(when string, want *betterauth.ErrorCode) {
			t.Helper()
			before := stored(t, kit, key.ID)
			_, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text})
			answer, callErr := betterauth.Call[apikey.VerifyAnswer](t.Context(), kit.Auth, apikey.VerifyAPIKey, apikey.VerifyInput{Key: text}, betterauth.CallOptions{})
			if callErr != nil {
				t.Fatalf("%s: %v", when, callErr)
			}
			if want == nil {
				if err != nil || !answer.Valid || answer.Key.ID != key.ID {
					t.Errorf("%s: %v, %+v", when, err, answer)
				}
				machine.Get("/get-session").Want(http.StatusOK)
				return
			}
			if !errors.Is(err, want) || answer.Valid || answer.Key != nil || answer.Error.Code != want.Code || answer.Error.Message != want.Message {
				t.Errorf("%s: %v, %+v", when, err, answer)
			}
			machine.Get("/get-session").WantError(want)
			if after := stored(t, kit, key.ID); *after.Remaining != *before.Remaining || *after.RequestCount != *before.RequestCount {
				t.Errorf("%s: a use that was refused was counted: %d remain of %d", when, *after.Remaining, *before.Remaining)
			}
		}
		check("to begin with", nil)
		until := kit.Clock.Now().Add(time.Hour)
		// By a server beside this one, which ends no keys.
		ban := func(until *time.Time) {
			t.Helper()
			if _, err := kit.Users().Update(t.Context(), database.Set{"banned": true, "banExpires": until}, database.Eq("id", ada.User.ID)); err != nil {
				t.Fatal(err)
			}
		}
		ban(&until)
		check("banned for an hour", apikey.ErrUserBanned)
		kit.Clock.Advance(2 * time.Hour)
		check("after the ban", nil)
		ban(nil)
		check("banned for good", apikey.ErrUserBanned)
		if _, err := admins.Unban(t.Context(), ada.User.ID); err != nil {
			t.Fatal(err)
		}
		check("forgiven", nil)
		// Another server deletes the user and knows nothing of keys.
		if _, err := kit.DB.Bun().ExecContext(t.Context(), `delete from "session"`); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.DB.Bun().ExecContext(t.Context(), `delete from "user"`); err != nil {
			t.Fatal(err)
		}
		check("gone", apikey.ErrInvalidReference)
	})
}

// banning bans a key's owner in the middle of a use of it.
type banning struct {
	users *database.Store[betterauth.User]
}

func (b *banning) ban(ctx context.Context, key *apikey.Key, _ database.Set) error {
	_, err := b.users.Update(ctx, database.Set{"banned": true}, database.Eq("id", key.ReferenceID))
	return err
}

// What is decided last about a use is whether its owner may still have one.
func TestBanDuringUse(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		keys, b := apikey.New(), &banning{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys, admin.New(admin.Config{}),
			betterauth.Inline{ID: "banning", RowHooks: []database.Hooks{database.RowHooks[apikey.Key]{BeforeUpdate: b.ban}}}}})
		_, key, text := made(t, kit, keys, apikey.CreateInput{Remaining: p(int64(50))})
		b.users = kit.Users()
		if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text}); !errors.Is(err, apikey.ErrUserBanned) {
			t.Errorf("used by somebody who was banned before it was: %v", err)
		}
		if row := stored(t, kit, key.ID); *row.Remaining != 50 {
			t.Errorf("%d remain", *row.Remaining)
		}
	})
}

// A caller's own transaction survives a key that is refused for what it is.
func TestRefusalWithinTransaction(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db)
		ada, _, text := made(t, kit, keys, apikey.CreateInput{RateLimitMax: p(int64(0))})
		err := kit.DB.Transaction(t.Context(), func(ctx context.Context) error {
			if _, err := keys.Verify(ctx, apikey.VerifyInput{Key: text}); !errors.Is(err, apikey.ErrRateLimited) {
				t.Errorf("verified with %v", err)
			}
			_, err := kit.Users().Update(ctx, database.Set{"name": "Refused"}, database.Eq("id", ada.User.ID))
			return err
		})
		user, getErr := kit.Users().Get(t.Context(), database.Eq("id", ada.User.ID))
		if err != nil || getErr != nil || user.Name != "Refused" {
			t.Errorf("%+v, %v, %v", user, err, getErr)
		}
	})
}
