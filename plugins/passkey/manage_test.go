package passkey_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/google/uuid"
)

func plugins(cfg passkey.Config) []betterauth.Plugin {
	return []betterauth.Plugin{passkey.New(cfg), account.New(account.Config{})}
}

func ask(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func deletePasskey(c *plugintest.Client, id string) *plugintest.Answer {
	return c.Post("/passkey/delete-passkey", map[string]any{"id": id})
}

func TestDeletingTheLastWay(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: plugins(passkey.Config{})})
		accounts := plugintest.StoreOf[betterauth.Account](kit)
		alice, bob := kit.SignedIn("alice@example.com"), kit.SignedIn("bob@example.com")
		var first, second, his row
		a := newAuthenticator()
		register(t, alice, a, passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&first)
		register(t, bob, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&his)
		deletePasskey(alice, first.ID).WantError(passkey.ErrLastPasskey)
		deletePasskey(alice, his.ID).WantError(passkey.ErrPasskeyMissing)
		deletePasskey(alice, "unknown").WantError(passkey.ErrPasskeyMissing)
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK) // it is still there

		register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&second)
		deletePasskey(alice, first.ID).Want(http.StatusOK)
		deletePasskey(alice, second.ID).WantError(passkey.ErrLastPasskey)

		password := &betterauth.Account{UserID: alice.User.ID, ProviderID: "credential", AccountID: alice.User.ID}
		if err := accounts.Create(t.Context(), password); err != nil {
			t.Fatal(err)
		}
		deletePasskey(alice, second.ID).WantError(passkey.ErrLastPasskey) // without a password it opens nothing
		if _, err := accounts.Update(t.Context(), database.Set{"password": "hash"}, database.Eq("id", password.ID)); err != nil {
			t.Fatal(err)
		}
		deletePasskey(alice, second.ID).Want(http.StatusOK)
		if rows := list(t, bob); len(rows) != 1 {
			t.Errorf("bob has %v", rows)
		}
	})
}

func TestAllowDeletingLast(t *testing.T) {
	t.Parallel()
	kit := newKit(t, passkey.Config{AllowDeletingLast: true})
	alice := kit.SignedIn("alice@example.com")
	var made row
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&made)
	deletePasskey(alice, made.ID).Want(http.StatusOK)
	if rows := list(t, alice); len(rows) != 0 {
		t.Errorf("left %v", rows)
	}
}

// Deletions at the same time, also of other ways, leave one.
func TestDeletionsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: plugins(passkey.Config{})})
		accounts := plugintest.StoreOf[betterauth.Account](kit)
		for _, email := range []string{"a@example.com", "b@example.com", "c@example.com"} {
			c := kit.SignedIn(email)
			var ids []string
			for range 4 {
				var made row
				register(t, c, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&made)
				ids = append(ids, made.ID)
			}
			linked := &betterauth.Account{UserID: c.User.ID, ProviderID: "github", AccountID: c.User.ID}
			if err := accounts.Create(t.Context(), linked); err != nil {
				t.Fatal(err)
			}
			var deleted atomic.Int32
			var wg sync.WaitGroup
			for _, id := range ids {
				fork := c.Fork()
				wg.Go(func() {
					switch answer := deletePasskey(fork, id); {
					case answer.Status == http.StatusOK:
						deleted.Add(1)
					case answer.Code() != passkey.ErrLastPasskey.Code:
						t.Errorf("%d %s", answer.Status, answer.Body)
					}
				})
			}
			wg.Go(func() {
				// The application removes it, by whatever way.
				err := kit.Host.KeepSignInWay(t.Context(), c.User.ID, func(ctx context.Context) error {
					_, err := accounts.Delete(ctx, database.Eq("id", linked.ID))
					return err
				})
				if err == nil {
					deleted.Add(1)
				}
			})
			wg.Wait()
			if ways, err := kit.Host.SignInWays(t.Context(), c.User.ID); len(ways) != 1 || err != nil || deleted.Load() != 4 {
				t.Errorf("%s: %d removed, left %v, %v", email, deleted.Load(), ways, err)
			}
		}
	})
}

// A way of another plugin counts.
func TestAnotherPluginsWay(t *testing.T) {
	t.Parallel()
	link := betterauth.Inline{ID: "link", Credentials: []betterauth.Credentials{{Name: "link", CanSignIn: func(context.Context, string) (bool, error) { return true, nil }}}}
	kit := plugintest.New(t, passkey.New(passkey.Config{}), link)
	alice := kit.SignedIn("alice@example.com")
	var made row
	register(t, alice, newAuthenticator(), passkeytest.CreateOptions{}).Want(http.StatusOK).Into(&made)
	deletePasskey(alice, made.ID).Want(http.StatusOK)
}

func TestDetails(t *testing.T) {
	t.Parallel()
	custom := map[string]passkey.ProviderInfo{
		model:                                  {Name: "Company key", IconLight: "data:image/png;base64,AAAA"},
		"bada5566-a7aa-401f-bd96-45619a55120d": {}, // hidden
	}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: plugins(passkey.Config{TrackLastUse: true, Providers: custom})})
		alice := kit.SignedIn("alice@example.com")
		bound := passkeytest.UserPresent
		var a *passkeytest.Authenticator
		for i, create := range []struct {
			model string
			flags *passkeytest.Flags
		}{{"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", nil}, {model, &bound}, {"bada5566-a7aa-401f-bd96-45619a55120d", nil}, {otherModel.String(), nil}} {
			id := [16]byte(uuid.MustParse(create.model))
			other := newAuthenticator()
			if i == 0 {
				a = other
			}
			register(t, alice, other, passkeytest.CreateOptions{AAGUID: &id, Flags: create.flags}).Want(http.StatusOK)
			kit.Clock.Advance(time.Second)
		}
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{}).Want(http.StatusOK)
		var details []passkey.Details
		alice.Get("/passkey/describe-user-passkeys").Want(http.StatusOK).Into(&details)
		if len(details) != 4 {
			t.Fatalf("%d passkeys", len(details))
		}
		d := details[0]
		if d.Provider == nil || d.Provider.Name != "Google Password Manager" || !d.Synced || !d.BackedUp || d.LastUsedAt == nil || !d.LastUsedAt.Equal(kit.Clock.Now()) || *d.Name != "My key" {
			t.Errorf("first %+v", d)
		}
		if d := details[1]; d.Provider == nil || *d.Provider != custom[model] || d.Synced || d.BackedUp || d.LastUsedAt != nil {
			t.Errorf("second %+v", d)
		}
		for i, d := range details {
			if made := kit.Clock.Now().Add(time.Duration(i-len(details)) * time.Second); d.CreatedAt == nil || !d.CreatedAt.Equal(made) {
				t.Errorf("passkey %d was made at %v, listed with %v", i, made, d.CreatedAt)
			}
		}
		if details[2].Provider != nil || details[3].Provider != nil {
			t.Errorf("a hidden and an unknown one: %+v", details[2:])
		}
		kit.Client().Get("/passkey/describe-user-passkeys").WantError(betterauth.ErrUnauthorized)
		// A refused sign-in is no use.
		kit.Clock.Advance(time.Hour)
		count := uint32(1)
		authenticate(t, kit.Client(), a, passkeytest.GetOptions{SignCount: &count}).Want(http.StatusBadRequest)
		alice.Get("/passkey/describe-user-passkeys").Into(&details)
		if !details[0].LastUsedAt.Equal(kit.Clock.Now().Add(-time.Hour)) {
			t.Errorf("a refused sign-in counts as use: %v", details[0].LastUsedAt)
		}
	})
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for aaguid, want := range map[string]string{
		"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
		"BADA5566-A7AA-401F-BD96-45619A55120D": "1Password",
		"00000000-0000-0000-0000-000000000000": "",
		"":                                     "",
	} {
		if info, ok := passkey.Provider(aaguid); info.Name != want || ok != (want != "") {
			t.Errorf("%s: %+v", aaguid, info)
		}
	}
}

// notRegistered demands a 4xx with a code, and no passkey.
func notRegistered(t *testing.T, kit *plugintest.Kit, answer *plugintest.Answer) {
	t.Helper()
	if answer.Status < 400 || answer.Status > 499 || answer.Code() == "" {
		t.Errorf("status %d, body %s", answer.Status, answer.Body)
	}
	if n, err := plugintest.StoreOf[passkey.Passkey](kit).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passkeys, %v", n, err)
	}
}

func bentClient(change func(map[string]any)) passkeytest.Tamper {
	return passkeytest.Tamper{ClientData: change}
}
