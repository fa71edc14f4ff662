package betterauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// sessionColumns are added to the session: some that a client may set, one
// that it may not, one that it does not see.
var sessionColumns = []betterauth.AddedColumn{
	betterauth.NewField[string]("session", database.Column{Name: "theme"}),
	betterauth.NewField[int64]("session", database.Column{Name: "zoom", Required: true, Default: int64(100)}),
	betterauth.NewField[string]("session", database.Column{Name: "device", ReadOnly: true}),
	betterauth.NewField[string]("session", database.Column{Name: "trail", Hidden: true}),
}

func TestUpdateSession(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{
			AdditionalColumns: sessionColumns,
			Session:           betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}},
		}})
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		kit.Clock.Advance(time.Minute)
		answer := alice.Post("/update-session", map[string]any{"theme": "dark", "trail": "x", "unknown": 1, "token": "stolen", "userId": bob.User.ID}).Want(http.StatusOK)
		want := `{"session":{"expiresAt":"2026-01-09T03:04:05.000Z","token":"` + alice.Session.Token +
			`","createdAt":"2026-01-02T03:04:05.000Z","updatedAt":"2026-01-02T03:05:05.000Z","ipAddress":"","userAgent":"","userId":"` + alice.User.ID +
			`","theme":"dark","zoom":100,"device":null,"id":"` + alice.Session.ID + `"}}`
		if string(answer.Body) != want {
			t.Errorf("got  %s\nwant %s", answer.Body, want)
		}
		if ck := answer.SetCookie(sessionCookie); ck == nil || ck.MaxAge != 7*24*3600 {
			t.Errorf("session cookie %v", ck)
		}
		if answer.SetCookie(cacheCookie) == nil {
			t.Error("the copy in the browser is not renewed")
		}
		if _, answer := getSession(t, alice, ""); !strings.Contains(string(answer.Body), `"theme":"dark"`) {
			t.Errorf("cached: %s", answer.Body)
		}
		if row, err := plugintest.StoreOf[betterauth.Session](kit).Get(t.Context(), database.Eq("id", alice.Session.ID)); err != nil || row.UserID != alice.User.ID {
			t.Errorf("stored %+v, %v", row, err)
		}
		if _, answer := getSession(t, bob, ""); !strings.Contains(string(answer.Body), `"theme":null`) {
			t.Errorf("bob: %s", answer.Body)
		}
		alice.Post("/update-session", map[string]any{"theme": nil}).Want(http.StatusOK)
		if _, answer := getSession(t, alice, "?disableCookieCache=1"); !strings.Contains(string(answer.Body), `"theme":null`) {
			t.Errorf("stored: %s", answer.Body)
		}
	})
}

func TestUpdateSessionRefuses(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{AdditionalColumns: sessionColumns}})
	alice := kit.SignedIn("alice@example.com")
	for name, c := range map[string]struct {
		body any
		want string
	}{
		"nothing":             {map[string]any{}, `{"message":"No fields to update"}`},
		"nothing declared":    {map[string]any{"token": "x", "expiresAt": "2030-01-01T00:00:00.000Z", "id": "x"}, `{"message":"No fields to update"}`},
		"an unset read-only":  {map[string]any{"device": ""}, `{"message":"No fields to update"}`},
		"read-only":           {map[string]any{"device": "d", "theme": "dark"}, `{"message":"device is not allowed to be set","code":"FIELD_NOT_ALLOWED"}`},
		"a required one gone": {map[string]any{"zoom": nil}, `{"message":"zoom is required","code":"MISSING_FIELD"}`},
		"of another type":     {map[string]any{"zoom": "large"}, `{"message":"zoom is not a valid number","code":"VALIDATION_ERROR"}`},
		"array":               {[]string{}, `{"message":"[body] Invalid input: expected record, received array","code":"VALIDATION_ERROR"}`},
		"no body":             {nil, `{"message":"[body] Invalid input: expected record, received undefined","code":"VALIDATION_ERROR"}`},
	} {
		answer := alice.Fork().Post("/update-session", c.body).Want(http.StatusBadRequest)
		if string(answer.Body) != c.want || len(answer.Cookies) != 0 {
			t.Errorf("%s: %s, cookies %v", name, answer.Body, answer.Cookies)
		}
	}
	kit.Client().Post("/update-session", map[string]any{"theme": "dark"}).WantError(betterauth.ErrUnauthorized)
}

// A session that is still cached but ended does not come back by being
// updated, nor does an update keep an outdated copy of the user.
func TestUpdateSessionAsksTheDatabase(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
		AdditionalColumns: sessionColumns,
		Session:           betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}},
	}})
	alice := kit.SignedIn("alice@example.com")
	getSession(t, alice, "")
	if _, err := kit.Users().Update(t.Context(), database.Set{"name": "Renamed"}, database.Eq("id", alice.User.ID)); err != nil {
		t.Fatal(err)
	}
	if _, answer := getSession(t, alice, ""); strings.Contains(string(answer.Body), "Renamed") {
		t.Fatal("the session is not cached")
	}
	alice.Post("/update-session", map[string]any{"theme": "dark"}).Want(http.StatusOK)
	if _, answer := getSession(t, alice, ""); !strings.Contains(string(answer.Body), "Renamed") {
		t.Errorf("an update kept the outdated user: %s", answer.Body)
	}
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
		t.Fatal(err)
	}
	answer := alice.Post("/update-session", map[string]any{"theme": "light"}).WantError(betterauth.ErrFailedToGetSession)
	for _, name := range []string{sessionCookie, cacheCookie} {
		if ck := answer.SetCookie(name); ck == nil || ck.MaxAge >= 0 {
			t.Errorf("%s stays: %v", name, ck)
		}
	}
}
