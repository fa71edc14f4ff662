package social_test

import (
	"context"
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
	"github.com/better-auth-go/better-auth/plugins/social"
)

// refreshing is a provider that refreshes tokens, with what its token endpoint answers to
// refresh token.
func refreshing(t testing.TB, answer func(refreshToken string) string) social.Provider {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer(r.FormValue("refresh_token"))))
	}))
	t.Cleanup(server.Close)
	p := tiny(t)
	p.ID, p.TokenURL = "refreshing", server.URL
	return p
}

// A token with 5 s left is refreshed and one with more is not; a refresh that gives no new
// refresh token keeps the old one.
func TestTokenIsRefreshedInTime(t *testing.T) {
	t.Parallel()
	for name, encrypt := range map[string]bool{"plain": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			plugin := social.New(social.Config{EncryptTokens: encrypt, Providers: []social.Provider{refreshing(t, func(token string) string {
				calls.Add(1)
				if token != "rt.1" {
					t.Errorf("the refresh token is %q", token)
				}
				return `{"access_token":"at.2","expires_in":60}`
			})}})
			kit := plugintest.New(t, plugin)
			c := kit.SignedIn("ada@example.com")
			// As it was stored before tokens were encrypted.
			accounts, ends := plugintest.StoreOf[betterauth.Account](kit), kit.Clock.Now().Add(time.Minute)
			access, refresh := "at.1", "rt.1"
			row := &betterauth.Account{UserID: c.User.ID, ProviderID: "refreshing", AccountID: "ada", AccessToken: &access, RefreshToken: &refresh, AccessTokenExpiresAt: &ends}
			if err := accounts.Create(t.Context(), row); err != nil {
				t.Fatal(err)
			}
			source := plugin.TokenSource(t.Context(), c.User.ID, "refreshing")
			want := func(token string, asked int32) {
				t.Helper()
				got, err := source.Token()
				if err != nil || got.AccessToken != token || got.Type() != "Bearer" || calls.Load() != asked {
					t.Errorf("%+v, %v, after %d refreshes", got, err, calls.Load())
				}
			}
			kit.Clock.Advance(55 * time.Second)
			want("at.1", 0)
			kit.Clock.Advance(time.Millisecond)
			want("at.2", 1)
			want("at.2", 1)
			kit.Clock.Advance(time.Minute)
			want("at.2", 2) // with the refresh token that it kept
			stored, err := accounts.Get(t.Context(), database.Eq("id", row.ID))
			if err != nil {
				t.Fatal(err)
			}
			if sealed := *stored.AccessToken != "at.2"; sealed != encrypt {
				t.Errorf("stored: %s", *stored.AccessToken)
			}
			var answer social.RefreshedTokens
			c.Post("/refresh-token", map[string]any{"accountId": row.ID}).Want(http.StatusOK).Into(&answer)
			if answer.AccessToken != "at.2" || answer.RefreshToken != "rt.1" || answer.AccountID != row.ID || answer.ProviderID != "refreshing" {
				t.Errorf("%+v", answer)
			}
		})
	}
}

// What an older secret encrypted is read with it, and what no secret did is refused.
func TestTokensOfOlderSecrets(t *testing.T) {
	t.Parallel()
	const older, newer = "an older secret, which was fine 0123456789", "a newer secret, which is finer 0123456789"
	db := databasetest.SQLiteMemory(t)
	o := plugintest.Options{DB: db, Config: betterauth.Config{Secrets: []betterauth.Secret{{Version: 1, Value: older}}}}
	o.Plugins = []betterauth.Plugin{social.New(social.Config{EncryptTokens: true, Providers: []social.Provider{tiny(t)}})}
	kit := plugintest.NewWith(t, o)
	signInAt(t, kit.Client(), "ada")

	o.Config.Secrets = []betterauth.Secret{{Version: 2, Value: newer}, {Version: 1, Value: older}}
	plugin := social.New(social.Config{EncryptTokens: true, Providers: []social.Provider{tiny(t)}})
	o.Plugins = []betterauth.Plugin{plugin}
	kit = plugintest.NewWith(t, o)
	user := kit.User("ada@example.com")
	accounts := plugintest.StoreOf[betterauth.Account](kit)
	row, err := accounts.Get(t.Context(), database.Eq("userId", user.ID))
	if err != nil || !strings.HasPrefix(*row.AccessToken, "$ba$1$") {
		t.Fatalf("%+v, %v", row, err)
	}
	if token, err := plugin.TokenSource(t.Context(), user.ID, "tiny").Token(); err != nil || token.AccessToken != "at-ada" {
		t.Errorf("%+v, %v", token, err)
	}
	if _, err := accounts.Update(t.Context(), database.Set{"accessToken": "$ba$7$" + (*row.AccessToken)[6:]}, database.Eq("id", row.ID)); err != nil {
		t.Fatal(err)
	}
	c := kit.SignedInAs(user)
	c.Post("/get-access-token", map[string]any{"accountId": row.ID}).WantError(social.ErrNoAccessToken)
	if _, err := plugin.TokenSource(t.Context(), user.ID, "tiny").Token(); !errors.Is(err, social.ErrNoAccessToken) {
		t.Error(err)
	}
	if _, err := plugin.TokenSource(t.Context(), user.ID, "other").Token(); !errors.Is(err, social.ErrAccountNotFound) {
		t.Error(err)
	}
}

// unstorable is a database that fails to store accounts while failing.
type unstorable struct{ failing atomic.Bool }

func (u *unstorable) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "unstorable", RowHooks: []database.Hooks{database.RowHooks[betterauth.Account]{
		BeforeUpdate: func(context.Context, *betterauth.Account, database.Set) error {
			if u.failing.Load() {
				return errors.New("the database does not answer")
			}
			return nil
		}}}}
}

// A database that fails is a failure of this server, and no statement about the account. A
// provider that refuses, and an account that is gone, are.
func TestRefreshOverAFailingDatabase(t *testing.T) {
	t.Parallel()
	answer := atomic.Pointer[string]{}
	granted, refused := `{"access_token":"at.2","refresh_token":"rt.2","expires_in":60}`, `{"error":"invalid_grant"}`
	answer.Store(&granted)
	db := &unstorable{}
	kit := plugintest.New(t, db, social.New(social.Config{Providers: []social.Provider{refreshing(t, func(string) string { return *answer.Load() })}}))
	c := kit.SignedIn("ada@example.com")
	accounts, ends := plugintest.StoreOf[betterauth.Account](kit), kit.Clock.Now().Add(time.Second)
	access, refresh := "at.1", "rt.1"
	row := &betterauth.Account{UserID: c.User.ID, ProviderID: "refreshing", AccountID: "ada", AccessToken: &access, RefreshToken: &refresh, AccessTokenExpiresAt: &ends}
	if err := accounts.Create(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	named := map[string]any{"accountId": row.ID}
	db.failing.Store(true)
	c.Post("/get-access-token", named).WantError(betterauth.ErrInternal)
	c.Post("/refresh-token", named).WantError(betterauth.ErrInternal)
	c.Get("/account-info?accountId=" + row.ID).WantError(betterauth.ErrInternal)
	db.failing.Store(false)
	answer.Store(&refused)
	c.Post("/get-access-token", named).WantError(social.ErrNoAccessToken)
	c.Post("/refresh-token", named).WantError(social.ErrNotRefreshed)
	answer.Store(&granted)
	c.Post("/refresh-token", named).Want(http.StatusOK)
}
