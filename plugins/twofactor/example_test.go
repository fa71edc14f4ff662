package twofactor_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// Once an authenticator app is set up, a right password makes no session: the answer
// asks for the second step.
func Example() {
	second := twofactor.New(twofactor.Config{})
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
	}).Database(db).Plugin(emailpassword.New(emailpassword.Config{}), second).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	as := betterauth.CallOptions{SessionToken: session.Token}
	enabled, err := betterauth.Call[twofactor.EnableAnswer](ctx, auth, "enableTwoFactor", twofactor.EnableInput{Password: "correct horse"}, as)
	if err != nil {
		panic(err)
	}
	uri, err := url.Parse(enabled.TOTPURI) // the app reads it from a QR code
	if err != nil {
		panic(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(uri.Query().Get("secret"))
	if err != nil {
		panic(err)
	}
	first := twofactor.VerifyInput{Code: betterauth.TypedCode(second.GenerateTOTP(string(secret)))}
	if _, err := betterauth.Call[twofactor.VerifiedAnswer](ctx, auth, "verifyTOTP", first, as); err != nil {
		panic(err)
	}

	signIn := emailpassword.SignInInput{Email: ada.Email, Password: "correct horse"}
	_, err = betterauth.Call[emailpassword.SignInAnswer](ctx, auth, emailpassword.SignInEmail, signIn, betterauth.CallOptions{})
	body, further := betterauth.StepUpBody(err)
	fmt.Printf("%t %+v\n", further, body)
	// Output: true {TwoFactorRedirect:true TwoFactorMethods:[totp]}
}
