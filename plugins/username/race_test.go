package username_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// late takes a username between the check that finds it free and the statement
// that sets it.
func late(take func(ctx context.Context) error) betterauth.Plugin {
	var once sync.Once
	interfere := func(ctx context.Context, email string) (err error) {
		if email == "late@example.com" {
			once.Do(func() { err = take(ctx) })
		}
		return err
	}
	return betterauth.Inline{ID: "late", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{BeforeCreate: func(ctx context.Context, u *betterauth.User) error { return interfere(ctx, u.Email) }},
		database.RowHooks[betterauth.User]{BeforeUpdate: func(ctx context.Context, u *betterauth.User, _ database.Set) error { return interfere(ctx, u.Email) }},
	}}
}

// The unique index decides, and its answer is the one of the check, at sign-up
// and later; nothing is left of the loser.
func TestTakenAfterTheCheck(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var kit *plugintest.Kit
		take := func(ctx context.Context) error {
			user := &betterauth.User{Name: "E", Email: "early@example.com"}
			username.Name.Set(user, "wanted")
			return kit.Users().Create(ctx, user)
		}
		kit = site(t, username.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{late(take)}})
		answer := kit.Client().Post("/sign-up/email", signUp("late@example.com", "Wanted")).WantError(username.ErrTaken)
		if n, err := kit.Users().Count(t.Context()); n != 0 || err != nil || len(answer.Cookies) > 0 {
			t.Errorf("%d users, cookies %v, %v", n, answer.Cookies, err)
		}
	})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var kit *plugintest.Kit
		take := func(ctx context.Context) error {
			_, err := kit.Users().Update(ctx, database.Set{"username": "wanted"}, database.Eq("email", "early@example.com"))
			return err
		}
		kit = site(t, username.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{late(take)}})
		kit.SignedIn("early@example.com")
		user := &betterauth.User{Name: "L", Email: "latecomer@example.com"}
		if err := kit.Users().Create(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.Users().Update(t.Context(), database.Set{"email": "late@example.com"}, database.Eq("id", user.ID)); err != nil {
			t.Fatal(err)
		}
		kit.SignedInAs(user).Post("/update-user", body{"username": "Wanted"}).WantError(username.ErrTaken)
		wantNames(t, kit, "late@example.com", "", "")
	})
}

// Of 16 who want one username at once, at sign-up and later, one gets it.
func TestOneGetsIt(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{}, plugintest.Options{DB: db})
		var clients []*plugintest.Client
		for i := range 16 {
			if i%2 == 0 {
				clients = append(clients, kit.Client())
			} else {
				clients = append(clients, kit.SignedIn(fmt.Sprintf("late%d@example.com", i)))
			}
		}
		var won atomic.Int32
		plugintest.AtOnce(16, func(i int) {
			var answer *plugintest.Answer
			if i%2 == 0 {
				answer = clients[i].Post("/sign-up/email", signUp(fmt.Sprintf("new%d@example.com", i), "Wanted"))
			} else {
				answer = clients[i].Post("/update-user", body{"username": "Wanted"})
			}
			switch {
			case answer.Status == http.StatusOK:
				won.Add(1)
			case answer.Code() != username.ErrTaken.Code || answer.Status != username.ErrTaken.Status:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d got it", won.Load())
		}
	})
}

// Of 16 first usernames for one user, set at once where they are for good, one
// stays; neither null nor another replaces it.
func TestOneIsForGood(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := site(t, username.Config{Immutable: true}, plugintest.Options{DB: db})
		ada := kit.SignedIn("ada@example.com")
		var clients []*plugintest.Client
		for range 16 {
			clients = append(clients, ada.Fork())
		}
		var won atomic.Int32
		var winner atomic.Value
		plugintest.AtOnce(16, func(i int) {
			name := fmt.Sprintf("first%d", i)
			switch answer := clients[i].Post("/update-user", body{"username": name}); {
			case answer.Status == http.StatusOK:
				won.Add(1)
				winner.Store(name)
			case answer.Code() != username.ErrImmutable.Code:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		if won.Load() != 1 {
			t.Fatalf("%d stayed", won.Load())
		}
		for _, other := range []any{nil, "another", 7} {
			ada.Post("/update-user", body{"username": other}).WantError(username.ErrImmutable)
		}
		ada.Post("/update-user", body{"username": winner.Load(), "displayUsername": "Ada"}).Want(http.StatusOK)
		wantNames(t, kit, "ada@example.com", winner.Load().(string), "Ada")
	})
}

// What counts is the username that stands when the new one is written, not the
// one that the request found.
func TestSetForGoodMeanwhile(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var kit *plugintest.Kit
		meanwhile := betterauth.BeforeMembers(account.UpdateUser, func(*betterauth.Ctx, betterauth.Members) error {
			_, err := kit.Users().Update(t.Context(), database.Set{"username": "first"}, database.Eq("email", "ada@example.com"))
			return err
		})
		kit = site(t, username.Config{Immutable: true}, plugintest.Options{DB: db,
			Plugins: []betterauth.Plugin{betterauth.Inline{ID: "meanwhile", Before: []betterauth.BeforeHook{meanwhile}}}})
		kit.SignedIn("ada@example.com").Post("/update-user", body{"username": "second"}).WantError(username.ErrImmutable)
		wantNames(t, kit, "ada@example.com", "first", "")
	})
}

// A sign-in that was about to succeed when its password was replaced does not.
func TestSignInAgainstReset(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		hasher, passwords := &plugintest.SlowHasher{}, emailpassword.New(emailpassword.Config{})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db,
			Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hasher}},
			Plugins: []betterauth.Plugin{passwords, account.New(account.Config{}), username.New(username.Config{})}})
		user := kit.SignedIn("a@example.com").User
		kit.SignedInAs(user).Post("/update-user", body{"username": "ada"}).Want(http.StatusOK)
		if err := passwords.ReplacePassword(t.Context(), user.ID, "password1234"); err != nil {
			t.Fatal(err)
		}
		hasher.Meanwhile = func() {
			if err := passwords.ReplacePassword(t.Context(), user.ID, "password5678"); err != nil {
				t.Error(err)
			}
		}
		answer := kit.Client().Post("/sign-in/username", signIn("ada", "password1234")).WantError(username.ErrInvalidCredentials)
		if len(answer.Cookies) > 0 {
			t.Errorf("cookies %v", answer.Cookies)
		}
		kit.Client().Post("/sign-in/username", signIn("ada", "password5678")).Want(http.StatusOK)
		// A user who is deleted in between is nobody.
		hasher.Meanwhile = func() {
			if _, err := kit.Users().Delete(t.Context(), database.Eq("id", user.ID)); err != nil {
				t.Error(err)
			}
		}
		kit.Client().Post("/sign-in/username", signIn("ada", "password5678")).WantError(username.ErrInvalidCredentials)
	})
}
