package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// rewriting changes the address of rows that are about to be written.
func rewriting(to *string) betterauth.Plugin {
	return betterauth.Inline{ID: "rewriting", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.User]{BeforeCreate: func(_ context.Context, u *betterauth.User) error {
			if *to != "" {
				u.Email = *to
			}
			return nil
		}},
		database.RowHooks[betterauth.User]{BeforeUpdate: func(_ context.Context, _ *betterauth.User, set database.Set) error {
			if *to != "" {
				set["email"] = *to
			}
			return nil
		}},
	}}
}

// Whoever makes a user in Go, and however, makes one who can sign in, and whose
// address is taken from then on.
func TestEveryWayToAUserIsOne(t *testing.T) {
	t.Parallel()
	const password = "password1234"
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		hooked, administrators, passwords := "", admin.New(admin.Config{}), emailpassword.New(emailpassword.Config{})
		kit := plugintest.NewWith(t, plugintest.Options{DB: db,
			Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
			Plugins: []betterauth.Plugin{passwords, administrators, rewriting(&hooked)}})
		ctx := t.Context()
		ways := map[string]func(email string) error{
			"CreateUser": func(email string) error {
				return kit.Auth.CreateUser(ctx, &betterauth.User{Name: "Ada", Email: email}, betterauth.NewUserOptions{Password: password})
			},
			"admin.Create": func(email string) error {
				return administrators.Create(ctx, &betterauth.User{Name: "Ada", Email: email}, password)
			},
			"a store": func(email string) error {
				user := &betterauth.User{Name: "Ada", Email: email}
				if err := kit.Users().Create(ctx, user); err != nil {
					return err
				}
				set, err := passwords.PreparePassword(ctx, password)
				if err != nil {
					return err
				}
				return set(ctx, user.ID)
			},
			"a hook": func(email string) error {
				hooked = email
				defer func() { hooked = "" }()
				return kit.Auth.CreateUser(ctx, &betterauth.User{Name: "Ada", Email: "else@example.com"}, betterauth.NewUserOptions{Password: password})
			},
			"sign-up": func(email string) error {
				return answerError(kit.Client().Post("/sign-up/email", map[string]any{"name": "Ada", "email": email, "password": password}))
			},
			"an update": func(email string) error {
				user := &betterauth.User{Name: "Ada", Email: "before@example.com"}
				if err := kit.Auth.CreateUser(ctx, user, betterauth.NewUserOptions{Password: password}); err != nil {
					return err
				}
				_, err := kit.Users().UpdateOne(ctx, database.Set{"email": email}, database.Eq("id", user.ID))
				return err
			},
			"admin.Update": func(email string) error {
				user := &betterauth.User{Name: "Ada", Email: "before@example.com"}
				if err := kit.Auth.CreateUser(ctx, user, betterauth.NewUserOptions{Password: password}); err != nil {
					return err
				}
				_, err := administrators.Update(ctx, user.ID, database.Set{"email": email})
				return err
			},
			"a hook on an update": func(email string) error {
				user := &betterauth.User{Name: "Ada", Email: "before@example.com"}
				if err := kit.Auth.CreateUser(ctx, user, betterauth.NewUserOptions{Password: password}); err != nil {
					return err
				}
				hooked = email
				defer func() { hooked = "" }()
				_, err := kit.Users().UpdateOne(ctx, database.Set{"name": "Countess"}, database.Eq("id", user.ID))
				return err
			},
		}
		for name, make := range ways {
			t.Run(name, func(t *testing.T) {
				for given, stored := range map[string]string{
					"ada@example.com":          "ada@example.com",
					" \tAda@EXAMPLE.com\n":     "ada@example.com",
					"\u00a0ada@example.com":    "ada@example.com", // as pasted from a page
					"ada":                      "",
					"  ":                       "",
					"ada@localhost":            "",
					"\u212aada@example.com":    "", // KELVIN SIGN, which is "k" in lower case
					"ada lovelace@example.com": "",
					"ada@example.com, b@c.com": "",
					"ada@example.com\x00":      "",
				} {
					if _, err := kit.Users().Delete(ctx, database.NotNull("id")); err != nil {
						t.Fatal(err)
					}
					err := make(given)
					if stored == "" {
						if err == nil {
							t.Errorf("%q is accepted", given)
						}
						if n, err := kit.Users().Count(ctx, database.Ne("email", "before@example.com")); n != 0 || err != nil {
							t.Errorf("%q leaves %d users, %v", given, n, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%q: %v", given, err)
						continue
					}
					user, err := kit.Auth.UserByEmail(ctx, " ADA@example.com ")
					if err != nil || user.Email != stored {
						t.Fatalf("%q is stored as %+v, %v", given, user, err)
					}
					for _, typed := range []string{"ada@example.com", "ADA@example.com ", given} {
						kit.Client().Post("/sign-in/email", map[string]any{"email": typed, "password": password}).Want(http.StatusOK)
					}
					for other, again := range ways {
						if err := again("ADA@example.com"); err == nil {
							t.Errorf("%q is taken again by %s", given, other)
						}
					}
				}
			})
		}
	})
}

// answerError is the error of an answer, nil for a success.
func answerError(a *plugintest.Answer) error {
	if a.Status >= 400 {
		return errors.New(string(a.Body))
	}
	return nil
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		refused, refusing := errors.New("not this one"), false
		kit := plugintest.NewWith(t, plugintest.Options{DB: db,
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
			Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), betterauth.Inline{ID: "refusing", RowHooks: []database.Hooks{
				database.RowHooks[betterauth.Account]{AfterCreate: func(context.Context, *betterauth.Account) error {
					if refusing {
						return refused
					}
					return nil
				}}}}}})
		ctx := t.Context()
		created := kit.Clock.Now().AddDate(-3, 0, 0)
		ada := &betterauth.User{Name: "Ada", Email: "Ada@Example.com", EmailVerified: true, CreatedAt: created}
		if err := kit.Auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
			t.Fatal(err)
		}
		if ada.ID == "" || ada.Email != "ada@example.com" || !ada.EmailVerified || !ada.CreatedAt.Equal(created) {
			t.Errorf("created %+v", ada)
		}
		for name, test := range map[string]struct {
			user     *betterauth.User
			password string
			want     error
		}{
			"nobody":             {nil, "", nil},
			"no address":         {&betterauth.User{Name: "Bob"}, "", betterauth.ErrInvalidEmail},
			"taken":              {&betterauth.User{Name: "Bob", Email: " ADA@example.com"}, "", betterauth.ErrUserExists},
			"a short password":   {&betterauth.User{Name: "Bob", Email: "bob@example.com"}, "short", emailpassword.ErrPasswordTooShort},
			"refused at the end": {&betterauth.User{Name: "Bob", Email: "bob@example.com"}, "refused password", refused},
		} {
			refusing = test.want == refused
			err := kit.Auth.CreateUser(ctx, test.user, betterauth.NewUserOptions{Password: test.password})
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("%s: %v", name, err)
			}
			if test.user != nil && (test.user.ID != "" || test.user.Email == "ada@example.com") {
				t.Errorf("%s: the caller's user is changed: %+v", name, test.user)
			}
			if n, err := kit.Users().Count(ctx); n != 1 || err != nil {
				t.Errorf("%s: %d users, %v", name, n, err)
			}
		}

		refusing = false

		// In the application's own transaction.
		undone := errors.New("undone")
		err := kit.DB.Transaction(ctx, func(ctx context.Context) error {
			if err := kit.Auth.CreateUser(ctx, &betterauth.User{Name: "Bob", Email: "bob@example.com"}, betterauth.NewUserOptions{}); err != nil {
				t.Error(err)
			}
			return undone
		})
		if n, countErr := kit.Users().Count(ctx); n != 1 || !errors.Is(err, undone) {
			t.Errorf("%d users, %v, %v", n, err, countErr)
		}
	})
	bare := plugintest.New(t)
	err := bare.Auth.CreateUser(t.Context(), &betterauth.User{Name: "Ada", Email: "ada@example.com"}, betterauth.NewUserOptions{Password: "password1234"})
	if !errors.Is(err, betterauth.ErrNoPasswords) {
		t.Errorf("without a plugin that keeps passwords: %v", err)
	}
}

// An address that another program stored stays usable where it is not changed.
func TestAddressFromElsewhere(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		alice := kit.SignedIn("alice@example.com")
		if _, err := db.Conn(t.Context()).ExecContext(t.Context(), `update "user" set "email" = 'Alice@localhost'`); err != nil {
			t.Fatal(err)
		}
		user, err := kit.Users().UpdateOne(t.Context(), database.Set{"name": "Al", "email": "Alice@localhost"}, database.Eq("id", alice.User.ID))
		if err != nil || user.Name != "Al" || user.Email != "Alice@localhost" {
			t.Errorf("%+v, %v", user, err)
		}
		_, err = kit.Users().UpdateOne(t.Context(), database.Set{"email": "alice@localhost"}, database.Eq("id", alice.User.ID))
		if !errors.Is(err, betterauth.ErrInvalidEmail) {
			t.Errorf("another such address: %v", err)
		}
	})
}
