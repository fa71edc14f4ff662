package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A Mailer sends what plugins have to say, in words of the application. It is called
// in the background, once what the mail is about is stored; FlushMail waits for it.
func ExampleMailerFunc() {
	mailer := betterauth.MailerFunc(func(_ context.Context, m *betterauth.Message) error {
		fmt.Printf("%s to %s, with a link: %t\n", m.Kind, m.To, m.URL != "")
		return nil
	})
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{Mailer: mailer}, emailpassword.New(emailpassword.Config{}))
	defer done()

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	in := emailpassword.RequestPasswordResetInput{Email: ada.Email}
	_, err := betterauth.Call[emailpassword.RequestPasswordResetAnswer](ctx, auth, emailpassword.RequestPasswordReset, in, betterauth.CallOptions{})
	if err != nil {
		panic(err)
	}
	if err := auth.FlushMail(ctx); err != nil {
		panic(err)
	}
	// Output: reset-password to ada@example.com, with a link: true
}
