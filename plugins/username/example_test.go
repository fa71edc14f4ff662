package username_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// A name takes the place of the address at sign-in, in whatever case it is typed.
func Example() {
	names := username.New(username.Config{})
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
	}).Database(db).Plugin(emailpassword.New(emailpassword.Config{}), names).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	username.Name.Set(ada, "Countess")
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	free, err := names.Available(ctx, "COUNTESS")
	fmt.Println("still free:", free, err)

	signIn := username.SignInInput{Username: "countess", Password: "correct horse"}
	answer, err := betterauth.Call[username.SignInAnswer](ctx, auth, username.SignInUsername, signIn, betterauth.CallOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.User.Name)
	// Output:
	// still free: false <nil>
	// Ada
}
