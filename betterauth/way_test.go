package betterauth_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// badge is a row of a plugin by which its user can sign in.
type badge struct {
	UserID string `json:"userId" db:"userId,index,references=user"`
	ID     string `json:"id"`
}

type badges struct{ store *database.Store[badge] }

func (b *badges) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:     "badges",
		Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[badge]("badge")}},
		Credentials: []betterauth.Credentials{{Name: "badge", Tables: []string{"badge"},
			CanSignIn: func(ctx context.Context, userID string) (bool, error) {
				return b.store.Exists(ctx, database.Eq("userId", userID))
			},
			Revoke: func(ctx context.Context, r betterauth.Revocation) error {
				_, err := b.store.Delete(ctx, database.Eq("userId", r.User.ID))
				return err
			},
		}},
	}
}

func (b *badges) Init(_ context.Context, h *betterauth.Host) (err error) {
	b.store, err = betterauth.StoreOf[badge](h)
	return err
}

func TestSignInWays(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&badges{}}})
		accounts, rows := plugintest.StoreOf[betterauth.Account](kit), plugintest.StoreOf[badge](kit)
		user, other := kit.SignedIn("a@example.com").User, kit.SignedIn("b@example.com").User
		secret := "hash"
		for _, account := range []*betterauth.Account{
			{UserID: user.ID, ProviderID: "credential", AccountID: user.ID}, // without a password it opens nothing
			{UserID: user.ID, ProviderID: "github", AccountID: "1"},
			{UserID: other.ID, ProviderID: "credential", AccountID: other.ID, Password: &secret},
		} {
			if err := accounts.Create(t.Context(), account); err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Create(t.Context(), &badge{UserID: user.ID}); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string][]string{user.ID: {"github", "badge"}, other.ID: {"credential"}, "nobody": nil} {
			if got, err := kit.Host.SignInWays(t.Context(), id); err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
		}

		dropBadges := func(ctx context.Context) error {
			_, err := rows.Delete(ctx, database.Eq("userId", user.ID))
			return err
		}
		unlink := func(ctx context.Context) error {
			_, err := accounts.Delete(ctx, database.Eq("userId", user.ID))
			return err
		}
		if err := kit.Host.KeepSignInWay(t.Context(), "nobody", dropBadges); !errors.Is(err, database.ErrNotFound) {
			t.Errorf("a missing user: %v", err)
		}
		if err := kit.Host.KeepSignInWay(t.Context(), user.ID, unlink); err != nil {
			t.Fatal(err)
		}
		if err := kit.Host.KeepSignInWay(t.Context(), user.ID, dropBadges); !errors.Is(err, betterauth.ErrLastSignInWay) {
			t.Errorf("the last way: %v", err)
		}
		// Whoever swallows the refusal does not get the removal.
		err := kit.Host.Transaction(t.Context(), func(ctx context.Context) error {
			_ = kit.Host.KeepSignInWay(ctx, user.ID, dropBadges)
			return nil
		})
		if n, countErr := rows.Count(t.Context()); n != 1 || countErr != nil || err == nil {
			t.Errorf("%d badges, %v, %v", n, countErr, err)
		}
	})
}

// Removals of different kinds at once leave one way.
func TestRemovalsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&badges{}}})
		accounts, rows := plugintest.StoreOf[betterauth.Account](kit), plugintest.StoreOf[badge](kit)
		for _, email := range []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"} {
			user := kit.SignedIn(email).User
			if err := accounts.Create(t.Context(), &betterauth.Account{UserID: user.ID, ProviderID: "github", AccountID: user.ID}); err != nil {
				t.Fatal(err)
			}
			if err := rows.Create(t.Context(), &badge{UserID: user.ID}); err != nil {
				t.Fatal(err)
			}
			var removed atomic.Int32
			var wg sync.WaitGroup
			for _, remove := range []func(context.Context) (int, error){
				func(ctx context.Context) (int, error) { return rows.Delete(ctx, database.Eq("userId", user.ID)) },
				func(ctx context.Context) (int, error) { return accounts.Delete(ctx, database.Eq("userId", user.ID)) },
			} {
				wg.Go(func() {
					err := kit.Host.KeepSignInWay(t.Context(), user.ID, func(ctx context.Context) error { _, err := remove(ctx); return err })
					switch {
					case err == nil:
						removed.Add(1)
					case !errors.Is(err, betterauth.ErrLastSignInWay):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if ways, err := kit.Host.SignInWays(t.Context(), user.ID); removed.Load() != 1 || len(ways) != 1 || err != nil {
				t.Errorf("%d removed, left %v, %v", removed.Load(), ways, err)
			}
		}
	})
}

func TestBrokenWays(t *testing.T) {
	t.Parallel()
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "x", Credentials: []betterauth.Credentials{{Name: "empty"}}}}})
	if err == nil || !strings.Contains(err.Error(), "need a Name, and a Revoke unless") {
		t.Errorf("an empty way: %v", err)
	}
	for name, has := range map[string]func(context.Context, string) (bool, error){
		"error": func(context.Context, string) (bool, error) { return true, errors.New("no answer") },
		"panic": func(context.Context, string) (bool, error) { panic("no answer") },
	} {
		kit := plugintest.New(t, betterauth.Inline{ID: "x", Credentials: []betterauth.Credentials{{Name: "w", CanSignIn: has}}})
		user := kit.SignedIn("a@example.com").User
		err := kit.Host.KeepSignInWay(t.Context(), user.ID, func(context.Context) error { return nil })
		if err == nil || errors.Is(err, betterauth.ErrLastSignInWay) || !strings.Contains(err.Error(), "credentials w of plugin x") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Mail that is known to reach somebody.
func TestMailReaches(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		for email, c := range map[string]struct{ verified, want bool }{
			"ada@example.com":               {true, true},
			"bob@example.com":               {false, false},
			"x@passkey.placeholder.invalid": {true, false},
			"x@placeholder.INVALID":         {true, false},
			"x@invalid.example":             {true, true},
			"no address":                    {true, false}, // which another program stored
		} {
			user := &betterauth.User{Name: "A", Email: "created@example.com", EmailVerified: c.verified}
			if err := kit.Users().Create(t.Context(), user); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Conn(t.Context()).ExecContext(t.Context(), `update "user" set "email" = ? where "id" = ?`, email, user.ID); err != nil {
				t.Fatal(err)
			}
			if got, err := kit.Host.MailReaches(t.Context(), user.ID); got != c.want || err != nil {
				t.Errorf("%s: %v, %v, want %v", email, got, err, c.want)
			}
		}
		if got, err := kit.Host.MailReaches(t.Context(), "nobody"); got || err != nil {
			t.Errorf("nobody: %v, %v", got, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := kit.Host.MailReaches(ctx, "nobody"); err == nil {
			t.Error("a database that does not answer is not told from a missing user")
		}
	})
	kit := plugintest.NewWith(t, plugintest.Options{NoMailer: true})
	user := &betterauth.User{Name: "A", Email: "ada@example.com", EmailVerified: true}
	if err := kit.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if got, err := kit.Host.MailReaches(t.Context(), user.ID); got || err != nil {
		t.Errorf("without a Mailer: %v, %v", got, err)
	}
}
