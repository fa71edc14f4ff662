package apikey_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/go-json-experiment/json/jsontext"
)

type body map[string]any

func p[T any](v T) *T { return &v }

func site(t *testing.T, db *database.DB, configs ...apikey.Config) (*plugintest.Kit, *apikey.Keys) {
	t.Helper()
	keys := apikey.New(configs...)
	kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
		account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}}), keys}})
	return kit, keys
}

// made makes a key for Ada, server-only fields included.
func made(t *testing.T, kit *plugintest.Kit, keys *apikey.Keys, in apikey.CreateInput) (*plugintest.Client, *apikey.Key, string) {
	t.Helper()
	ada := kit.SignedIn("ada@example.com")
	key, text, err := keys.Create(t.Context(), ada.User.ID, in)
	if err != nil {
		t.Fatal(err)
	}
	return ada, key, text
}

func stored(t *testing.T, kit *plugintest.Kit, id string) *apikey.Key {
	t.Helper()
	key, err := plugintest.StoreOf[apikey.Key](kit).Get(t.Context(), database.Eq("id", id))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// atOnce runs f n times at once and counts how often it succeeded; any other
// error than refused fails the test.
func atOnce(t *testing.T, n int, refused *betterauth.ErrorCode, f func() error) int {
	t.Helper()
	var passed atomic.Int32
	plugintest.AtOnce(n, func(int) {
		switch err := f(); {
		case err == nil:
			passed.Add(1)
		case !errors.Is(err, refused):
			t.Errorf("refused with %v", err)
		}
	})
	return int(passed.Load())
}

// Of a hundred uses at once as many succeed as there are, whichever limit it is,
// at the first window and at later ones.
func TestExactUnderConcurrency(t *testing.T) {
	t.Parallel()
	const uses = 100
	tests := map[string]struct {
		in      apikey.CreateInput
		want    int
		refused *betterauth.ErrorCode
		again   time.Duration // after which as many succeed again
	}{
		"rate limit": {apikey.CreateInput{RateLimitMax: p(int64(10)), RateLimitTimeWindow: p(int64(60000))}, 10, apikey.ErrRateLimited, time.Hour},
		"remaining":  {apikey.CreateInput{RateLimitEnabled: p(false), Remaining: p(int64(10))}, 10, apikey.ErrUsageExceeded, 0},
		"refilled": {apikey.CreateInput{RateLimitEnabled: p(false), Remaining: p(int64(10)), RefillAmount: p(int64(10)), RefillInterval: p(int64(60000))},
			10, apikey.ErrUsageExceeded, time.Hour},
		"both":      {apikey.CreateInput{RateLimitMax: p(int64(7)), Remaining: p(int64(10))}, 7, apikey.ErrRateLimited, 0},
		"neither":   {apikey.CreateInput{RateLimitEnabled: p(false)}, uses, nil, time.Hour},
		"a maximum": {apikey.CreateInput{RateLimitMax: p(int64(0))}, 0, apikey.ErrRateLimited, time.Hour},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				_, key, text := made(t, kit.With(t), keys, test.in)
				verify := func() error {
					_, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text})
					if test.in.Remaining != nil && test.in.RefillAmount == nil && errors.Is(err, apikey.ErrInvalidKey) {
						return apikey.ErrUsageExceeded // it was used up, and is gone
					}
					return err
				}
				if got := atOnce(t, uses, test.refused, verify); got != test.want {
					t.Errorf("%d of %d uses succeeded, want %d", got, uses, test.want)
				}
				if test.again > 0 {
					kit.Clock.Advance(test.again)
					if got := atOnce(t, uses, test.refused, verify); got != test.want {
						t.Errorf("later %d of %d uses succeeded, want %d", got, uses, test.want)
					}
				}
				row, err := plugintest.StoreOf[apikey.Key](kit).Get(t.Context(), database.Eq("id", key.ID))
				if err == nil && row.Remaining != nil && *row.Remaining < 0 {
					t.Errorf("%d uses remain", *row.Remaining)
				}
			})
		}
	})
}

// A use that the rate limit refuses takes nothing from those that remain.
func TestRefusedUseCostsNothing(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil)
	_, key, text := made(t, kit, keys, apikey.CreateInput{RateLimitMax: p(int64(1)), Remaining: p(int64(5))})
	for range 3 {
		_, _ = keys.Verify(t.Context(), apikey.VerifyInput{Key: text})
	}
	if row := stored(t, kit, key.ID); *row.Remaining != 4 || *row.RequestCount != 1 {
		t.Errorf("%d remain after %d uses", *row.Remaining, *row.RequestCount)
	}
}

// The same over HTTP, where a request with a key is a use of it: a hundred at
// once on a key with a limit of ten.
func TestHundredRequests(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{EnableSessions: true, RateLimit: apikey.RateLimit{Max: 10}})
		_, _, text := made(t, kit, keys, apikey.CreateInput{})
		got := atOnce(t, 100, apikey.ErrRateLimited, func() error {
			client := kit.Client()
			client.Header.Set("X-API-Key", text)
			answer := client.Get("/get-session")
			switch {
			case answer.Status == http.StatusOK && strings.Contains(string(answer.Body), "ada@example.com"):
				return nil
			case answer.Status == http.StatusTooManyRequests && answer.Code() == "RATE_LIMITED" && strings.Contains(string(answer.Body), `"details":{"tryAgainIn":86400000}`):
				return apikey.ErrRateLimited
			}
			return errors.New(string(answer.Body))
		})
		if got != 10 {
			t.Errorf("%d of 100 requests passed, want 10", got)
		}
	})
}

// What a key may do, and what it may not: it is nobody who signed in.
func TestWhatAKeyMayDo(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{EnableSessions: true, RateLimit: apikey.RateLimit{Disabled: true}})
	ada, key, text := made(t, kit, keys, apikey.CreateInput{})
	machine := kit.Client()
	machine.Header.Set("X-API-Key", text)

	var seen betterauth.Identity
	machine.Get("/get-session").Want(http.StatusOK).Into(&seen)
	if seen.User.Email != "ada@example.com" || seen.Session.ID != key.ID || seen.Session.Token != text || seen.Session.UserID != ada.User.ID {
		t.Errorf("the session is %+v of %+v", seen.Session, seen.User)
	}
	for _, path := range []string{"/get-session?disableCookieCache=true", "/list-accounts", "/api-key/list", "/api-key/get?id=" + key.ID} {
		if answer := machine.Get(path).Want(http.StatusOK); len(answer.Cookies) > 0 {
			t.Errorf("%s sets %v", path, answer.Cookies)
		}
	}
	machine.Get("/list-sessions").WantError(betterauth.ErrUnauthorized)
	for path, in := range map[string]body{
		"/revoke-session": {"token": ada.Session.Token}, "/revoke-sessions": {}, "/revoke-other-sessions": {}, "/update-session": {"a": 1},
		"/update-user": {"name": "Eve"}, "/change-email": {"newEmail": "eve@example.com"}, "/delete-user": {}, "/unlink-account": {"providerId": "credential"},
		"/api-key/create": {}, "/api-key/update": {"keyId": key.ID, "name": "mine"}, "/api-key/delete": {"keyId": key.ID},
	} {
		if answer := machine.Post(path, in); answer.Status < 400 || answer.Status >= 500 {
			t.Errorf("%s answers %d %s", path, answer.Status, answer.Body)
		}
	}
	ada.Get("/list-sessions").Want(http.StatusOK)
	if stored(t, kit, key.ID).Name != nil {
		t.Error("the key changed itself")
	}
	if strings.Contains(kit.Log.String(), text) {
		t.Error("the key is in the log")
	}
}

// A key that is wrong is refused wherever it is sent, and nothing falls back to
// the cookie beside it.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{EnableSessions: true, Expiry: apikey.Expiry{Min: time.Second}})
	ada, _, good := made(t, kit, keys, apikey.CreateInput{})
	_, off, disabled := made(t, kit, keys, apikey.CreateInput{})
	if _, err := keys.Update(t.Context(), ada.User.ID, apikey.UpdateInput{KeyID: off.ID, Enabled: p(false)}); err != nil {
		t.Fatal(err)
	}
	_, late, expired := made(t, kit, keys, apikey.CreateInput{ExpiresIn: p(5.0)})
	_, done, spent := made(t, kit, keys, apikey.CreateInput{Remaining: p(int64(0))})
	kit.Clock.Advance(6 * time.Second)
	for text, want := range map[string]*betterauth.ErrorCode{
		"short":                 {Code: "INVALID_API_KEY", Status: http.StatusForbidden},
		strings.Repeat("x", 64): apikey.ErrInvalidKey,
		disabled:                apikey.ErrKeyDisabled,
		expired:                 apikey.ErrKeyExpired,
		spent:                   apikey.ErrUsageExceeded,
	} {
		client := ada.Fork()
		client.Header.Set("X-API-Key", text)
		if answer := client.Get("/get-session").WantError(want); len(answer.Cookies) > 0 {
			t.Errorf("cookies %v", answer.Cookies)
		}
	}
	client := ada.Fork()
	client.Header.Set("X-API-Key", "short")
	client.Get("/ok").Want(http.StatusForbidden)
	client.Header.Set("X-API-Key", good)
	client.Get("/ok").Want(http.StatusOK)
	// What will never be good again is gone, and so is unknown now.
	for text, id := range map[string]string{expired: late.ID, spent: done.ID} {
		client.Header.Set("X-API-Key", text)
		client.Get("/get-session").WantError(apikey.ErrInvalidKey)
		if n, err := plugintest.StoreOf[apikey.Key](kit).Count(t.Context(), database.Eq("id", id)); n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
	}
}

// A program's own handlers see who a key is of, and that it is one.
func TestOwnHandlers(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{EnableSessions: true})
	_, key, text := made(t, kit, keys, apikey.CreateInput{})
	guarded := kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := betterauth.SessionFrom(r.Context())
		_, _ = w.Write([]byte(id.Source + " " + id.Session.ID))
	}))
	for sent, want := range map[string]string{text: "api-key " + key.ID, strings.Repeat("x", 64): `"INVALID_API_KEY"`, "": `"UNAUTHORIZED"`} {
		r := httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/", nil)
		r.Header.Set("X-API-Key", sent)
		w := httptest.NewRecorder()
		if guarded.ServeHTTP(w, r); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
}

// A key ends with its owner, and stands for nobody who is banned.
func TestOwnerGone(t *testing.T) {
	t.Parallel()
	banned := betterauth.NewField[bool]("user", database.Column{Name: "banned"})
	keys := apikey.New(apikey.Config{EnableSessions: true})
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{keys,
		betterauth.Inline{ID: "bans", Schema: betterauth.Schema{Columns: []betterauth.AddedColumn{banned}}}}})
	ada, key, text := made(t, kit, keys, apikey.CreateInput{})
	machine := kit.Client()
	machine.Header.Set("X-API-Key", text)
	machine.Get("/get-session").Want(http.StatusOK)
	if _, err := kit.Users().Update(t.Context(), database.Set{"banned": true}, database.Eq("id", ada.User.ID)); err != nil {
		t.Fatal(err)
	}
	machine.Get("/get-session").WantError(apikey.ErrUserBanned)
	ada.Post("/api-key/delete", body{"keyId": key.ID}).WantError(apikey.ErrUserBanned)
	if _, err := kit.Users().Delete(t.Context(), database.Eq("id", ada.User.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text}); !errors.Is(err, apikey.ErrInvalidKey) {
		t.Errorf("a key outlived its owner: %v", err)
	}
}

// The hash of a key is no key, also where another configuration stores plainly.
func TestHashIsNoKey(t *testing.T) {
	t.Parallel()
	kit, keys := site(t, nil, apikey.Config{ConfigID: "default", InsecurePlainKeys: true}, apikey.Config{ConfigID: "hashed"})
	_, key, text := made(t, kit, keys, apikey.CreateInput{ConfigID: p("hashed")})
	if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: stored(t, kit, key.ID).Hash}); !errors.Is(err, apikey.ErrInvalidKey) {
		t.Errorf("the hash: %v", err)
	}
	if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text, ConfigID: p("hashed")}); err != nil {
		t.Errorf("the key: %v", err)
	}
	if _, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text, ConfigID: p("default")}); !errors.Is(err, apikey.ErrInvalidKey) {
		t.Errorf("the key as another's: %v", err)
	}
}

// Metadata of the legacy form reads as what was meant, and is repaired.
func TestLegacyMetadata(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{EnableMetadata: true})
		ada, key, text := made(t, kit, keys, apikey.CreateInput{Metadata: jsontext.Value(`{"a": 1}`)})
		reads := map[string]func() string{
			"get":  func() string { return string(ada.Get("/api-key/get?id=" + key.ID).Want(http.StatusOK).Body) },
			"list": func() string { return string(ada.Get("/api-key/list").Want(http.StatusOK).Body) },
			"update": func() string {
				return string(ada.Post("/api-key/update", body{"keyId": key.ID, "name": "n"}).Want(http.StatusOK).Body)
			},
			"verify": func() string {
				row, err := keys.Verify(t.Context(), apikey.VerifyInput{Key: text})
				if err != nil {
					t.Fatal(err)
				}
				return `"metadata":` + string(row.MetadataValue())
			},
		}
		for name, read := range reads {
			for left, want := range map[string]string{`"{\"a\":2}"`: `{"a":2}`, `"not JSON"`: "null", "neither": "null", "": "null", `{"b":[1]}`: `{"b":[1]}`} {
				if _, err := plugintest.StoreOf[apikey.Key](kit).Update(t.Context(), database.Set{"metadata": left}, database.Eq("id", key.ID)); err != nil {
					t.Fatal(err)
				}
				if got := read(); !strings.Contains(got, `"metadata":`+want) {
					t.Errorf("%s of %s: %s", name, left, got)
				}
				after := left
				if left == `"{\"a\":2}"` {
					after = want
				}
				if got := stored(t, kit, key.ID).Metadata; *got != after {
					t.Errorf("%s leaves %s as %s", name, left, *got)
				}
			}
		}
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit, keys := site(t, db, apikey.Config{Expiry: apikey.Expiry{Min: time.Second}})
		ada, _, _ := made(t, kit, keys, apikey.CreateInput{ExpiresIn: p(5.0)})
		made(t, kit, keys, apikey.CreateInput{})
		left := func(want int) {
			t.Helper()
			if n, err := plugintest.StoreOf[apikey.Key](kit).Count(t.Context()); n != want || err != nil {
				t.Errorf("%d keys, want %d, %v", n, want, err)
			}
		}
		kit.Clock.Advance(6 * time.Second)
		ada.Get("/api-key/list").Want(http.StatusOK)
		left(2) // the last sweep was less than ten seconds ago
		kit.Clock.Advance(6 * time.Second)
		ada.Get("/api-key/list").Want(http.StatusOK)
		left(1)
		made(t, kit, keys, apikey.CreateInput{ExpiresIn: p(1.0)})
		kit.Clock.Advance(2 * time.Second)
		answer, err := betterauth.Call[apikey.SweepAnswer](t.Context(), kit.Auth, apikey.DeleteAllExpiredAPIKeys, nil, betterauth.CallOptions{})
		if err != nil || !answer.Success {
			t.Errorf("%+v, %v", answer, err)
		}
		left(1)
	})
}
