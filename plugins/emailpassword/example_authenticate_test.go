package emailpassword_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A login page of the application's own asks for the user that a password is of, and
// signs them in by Auth.SignIn.
func ExampleEmailPassword_Authenticate() {
	passwords := emailpassword.New(emailpassword.Config{})
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL:  "http://localhost:3000",
		Secret:   "an example secret of 32 letters or more",
		Schema:   betterauth.SchemaMigrate,
		Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}, // for examples and tests only
	}).Database(db).Plugin(passwords).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	user, err := passwords.Authenticate(ctx, "ada@example.com", "correct horse")
	fmt.Println(user.ID == ada.ID, err)

	_, err = passwords.Authenticate(ctx, "ada@example.com", "wrong horse")
	fmt.Println(err)
	// Output:
	// true <nil>
	// INVALID_EMAIL_OR_PASSWORD: Invalid email or password
}
