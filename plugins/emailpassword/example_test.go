package emailpassword_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Somebody signs up, and signs in with the right password only.
func Example() {
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
	}).Database(db).Plugin(emailpassword.New(emailpassword.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	signUp := emailpassword.SignUpInput{Name: "Ada", Email: "ada@example.com", Password: "correct horse"}
	up, err := betterauth.Call[emailpassword.SignUpAnswer](ctx, auth, emailpassword.SignUpEmail, signUp, betterauth.CallOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(up.User.Name, "has a session:", up.Token != nil)

	for _, password := range []string{"correct horse", "wrong horse"} {
		signIn := emailpassword.SignInInput{Email: "ada@example.com", Password: password}
		_, err := betterauth.Call[emailpassword.SignInAnswer](ctx, auth, emailpassword.SignInEmail, signIn, betterauth.CallOptions{})
		fmt.Println(password, "is refused:", errors.Is(err, emailpassword.ErrInvalidCredentials))
	}
	// Output:
	// Ada has a session: true
	// correct horse is refused: false
	// wrong horse is refused: true
}
