package apikey_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/go-json-experiment/json/jsontext"
)

const day = 24 * time.Hour

// Whoever makes a key signed in recently: it outlives the session.
func TestMakingAKeyWantsAFreshSession(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, _ := site(t, db)
		ada := kit.SignedIn("ada@example.com")
		var key apikey.Answer
		ada.Post("/api-key/create", body{}).Want(http.StatusOK).Into(&key)
		kit.Clock.Advance(25 * time.Hour)
		before := kit.Rows()["apikey"]
		ada.Post("/api-key/create", body{}).WantError(betterauth.ErrSessionNotFresh)
		if after := kit.Rows()["apikey"]; len(after) != len(before) {
			t.Errorf("%d keys, %d before", len(after), len(before))
		}
		// What takes power away, or names a key, does with the session there is.
		ada.Post("/api-key/update", body{"keyId": key.ID, "enabled": false}).Want(http.StatusOK)
		ada.Post("/api-key/delete", body{"keyId": key.ID}).Want(http.StatusOK)
		kit.SignedIn("ada@example.com").Post("/api-key/create", body{}).Want(http.StatusOK)

		// In process a session that is named is held to the same, and the server itself to none.
		call := func(in apikey.CreateInput, token string) error {
			_, err := betterauth.Call[*apikey.Answer](t.Context(), kit.Auth, apikey.CreateAPIKey, in, betterauth.CallOptions{SessionToken: token})
			return err
		}
		if err := call(apikey.CreateInput{}, ada.Session.Token); !errors.Is(err, betterauth.ErrSessionNotFresh) {
			t.Errorf("with a session of yesterday: %v", err)
		}
		if err := call(apikey.CreateInput{UserID: &ada.User.ID}, ada.Session.Token); !errors.Is(err, betterauth.ErrSessionNotFresh) {
			t.Errorf("with a session of yesterday that names its user: %v", err)
		}
		if err := call(apikey.CreateInput{UserID: &ada.User.ID}, "wrong"); !errors.Is(err, apikey.ErrUnauthorizedSession) {
			t.Errorf("with a wrong token: %v", err)
		}
		if err := call(apikey.CreateInput{UserID: &ada.User.ID}, ""); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
}

// Without a session, with a forged one and with an expired one keys are neither
// made nor changed, and the code is the reference's.
func TestKeysWithoutASession(t *testing.T) {
	t.Parallel()
	kit, _ := site(t, nil)
	ada := kit.SignedIn("ada@example.com")
	var key apikey.Answer
	ada.Post("/api-key/create", body{}).Want(http.StatusOK).Into(&key)
	forged := kit.Client()
	forged.SetCookie("better-auth.session_token", ada.Session.Token+"."+kit.Host.Sign("x"))
	kit.Clock.Advance(8 * day)
	before := fmt.Sprint(kit.Rows()["apikey"])
	for _, client := range []*plugintest.Client{kit.Client(), forged, ada} {
		client.Fork().Post("/api-key/create", body{}).WantError(apikey.ErrUnauthorizedSession)
		client.Fork().Post("/api-key/update", body{"keyId": key.ID, "name": "mine"}).WantError(apikey.ErrUnauthorizedSession)
	}
	if after := fmt.Sprint(kit.Rows()["apikey"]); after != before {
		t.Errorf("%s\nbefore %s", after, before)
	}
}

// However often a key is updated, it ends at most Expiry.Max after it was made.
func TestNoUpdateGoesPastTheMaximum(t *testing.T) {
	t.Parallel()
	const most = 30 * day
	seconds := func(d time.Duration) jsontext.Value { return jsontext.Value(fmt.Sprint(int(d.Seconds()))) }
	null := jsontext.Value("null")
	tests := map[string]struct {
		expiry apikey.Expiry
		ends   *time.Duration // after it was made; nil: never
		age    time.Duration  // when it is updated
		to     jsontext.Value
		want   *betterauth.ErrorCode
	}{
		"all of it at once":            {apikey.Expiry{Max: most}, p(2 * day), 0, seconds(most), nil},
		"what is left of it":           {apikey.Expiry{Max: most}, p(2 * day), day, seconds(most - day), nil},
		"a second more than is left":   {apikey.Expiry{Max: most}, p(2 * day), day, seconds(most - day + time.Second), apikey.ErrExpiresTooLate},
		"another full one":             {apikey.Expiry{Max: most}, p(2 * day), day, seconds(most), apikey.ErrExpiresTooLate},
		"another, where keys end":      {apikey.Expiry{Default: day, Max: most}, p(2 * day), day, seconds(most), apikey.ErrExpiresTooLate},
		"for ever, where keys end":     {apikey.Expiry{Default: day, Max: most}, p(2 * day), 0, null, apikey.ErrExpiresTooLate},
		"for ever, where keys do not":  {apikey.Expiry{Max: most}, p(2 * day), day, null, nil},
		"for ever, where it never did": {apikey.Expiry{Default: day, Max: most}, nil, 0, null, apikey.ErrExpiresTooLate},
		"an end, after the maximum":    {apikey.Expiry{Max: most}, nil, 2 * most, seconds(2 * day), nil},
		"sooner, after the maximum":    {apikey.Expiry{Default: day, Max: most}, p(4 * most), 2 * most, seconds(2 * day), nil},
		"later, after the maximum":     {apikey.Expiry{Default: day, Max: most}, p(2*most + 2*day), 2 * most, seconds(3 * day), apikey.ErrExpiresTooLate},
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for name, test := range tests {
			for _, remote := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, over HTTP %t", name, remote), func(t *testing.T) {
					keys := apikey.New(apikey.Config{Expiry: test.expiry})
					kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys}})
					ada, key, _ := made(t, kit, keys, apikey.CreateInput{})
					var ends *time.Time
					if test.ends != nil {
						ends = p(key.CreatedAt.Add(*test.ends))
					}
					if _, err := plugintest.StoreOf[apikey.Key](kit).Update(t.Context(), database.Set{"expiresAt": ends}, database.Eq("id", key.ID)); err != nil {
						t.Fatal(err)
					}
					kit.Clock.Advance(test.age)
					if remote {
						answer := kit.SignedIn("ada@example.com").Post("/api-key/update", body{"keyId": key.ID, "expiresIn": test.to})
						if test.want != nil {
							answer.WantError(test.want)
						} else {
							answer.Want(http.StatusOK)
						}
					} else if _, err := keys.Update(t.Context(), ada.User.ID, apikey.UpdateInput{KeyID: key.ID, ExpiresIn: test.to}); !errors.Is(err, asError(test.want)) {
						t.Errorf("in process: %v", err)
					}
					if after := stored(t, kit, key.ID); test.want != nil && fmt.Sprint(after.ExpiresAt) != fmt.Sprint(ends) {
						t.Errorf("a refused update left the end at %v, not %v", after.ExpiresAt, ends)
					}
				})
			}
		}
	})
}

func asError(code *betterauth.ErrorCode) error {
	if code == nil {
		return nil
	}
	return code
}

// A key past its maximum can only come to an end sooner, whoever else updates it
// at the same time: of many ends the soonest stays.
func TestSoonestEndStays(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{Expiry: apikey.Expiry{Default: day, Max: 30 * day}})
		ada, key, _ := made(t, kit, keys, apikey.CreateInput{})
		store := plugintest.StoreOf[apikey.Key](kit)
		if _, err := store.Update(t.Context(), database.Set{"expiresAt": nil}, database.Eq("id", key.ID)); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(60 * day)
		const many = 20
		plugintest.AtOnce(many, func(n int) {
			in := apikey.UpdateInput{KeyID: key.ID, ExpiresIn: jsontext.Value(fmt.Sprint((2 + n) * 86400))}
			if _, err := keys.Update(t.Context(), ada.User.ID, in); err != nil && !errors.Is(err, apikey.ErrExpiresTooLate) {
				t.Error(err)
			}
		})
		if ends := stored(t, kit, key.ID).ExpiresAt; ends == nil || !ends.Equal(kit.Clock.Now().Add(2*day)) {
			t.Errorf("the key ends at %v, want %v", ends, kit.Clock.Now().Add(2*day))
		}
	})
}
