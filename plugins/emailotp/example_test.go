package emailotp_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
)

// A code in a mail signs in, and signs up who is new. A person may type it with a
// space.
func Example() {
	var code string
	mailer := betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error {
		code = m.Code
		return nil
	})
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "http://localhost:3000",
		Secret:  "an example secret of 32 letters or more",
		Schema:  betterauth.SchemaMigrate,
		Mailer:  mailer,
	}).Database(db).Plugin(emailotp.New(emailotp.Config{})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ask := emailotp.SendInput{Email: "ada@example.com", Type: emailotp.TypeSignIn}
	if _, err := betterauth.Call[betterauth.Success](ctx, auth, emailotp.SendVerificationOTP, ask, betterauth.CallOptions{}); err != nil {
		panic(err)
	}
	if err := auth.FlushMail(ctx); err != nil {
		panic(err)
	}
	typed := betterauth.TypedCode(code[:3] + " " + code[3:])
	signIn := emailotp.SignInInput{Email: "ada@example.com", OTP: typed}
	answer, err := betterauth.Call[emailotp.SignInAnswer](ctx, auth, emailotp.SignIn, signIn, betterauth.CallOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.User.Email, "is verified:", answer.User.EmailVerified)
	// Output: ada@example.com is verified: true
}
