package admin_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Who is banned signs in by no way, until the ban ends.
func Example() {
	admins := admin.New(admin.Config{})
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
	}).Database(db).Plugin(emailpassword.New(emailpassword.Config{}), admins).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	eve := &betterauth.User{Name: "Eve", Email: "eve@example.com"}
	if err := auth.CreateUser(ctx, eve, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	signIn := func() error {
		in := emailpassword.SignInInput{Email: eve.Email, Password: "correct horse"}
		_, err := betterauth.Call[emailpassword.SignInAnswer](ctx, auth, emailpassword.SignInEmail, in, betterauth.CallOptions{})
		return err
	}
	if _, err := admins.Ban(ctx, eve.ID, "sells fake tickets", nil); err != nil {
		panic(err)
	}
	fmt.Println("refused:", errors.Is(signIn(), admin.ErrBannedUser))

	if _, err := admins.Unban(ctx, eve.ID); err != nil {
		panic(err)
	}
	fmt.Println("refused:", errors.Is(signIn(), admin.ErrBannedUser))
	// Output:
	// refused: true
	// refused: false
}
