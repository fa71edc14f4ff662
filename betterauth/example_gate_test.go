package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// A gate is asked before any session is made, whatever the way to sign in. Here
// nobody signs in while the house is closed.
func ExampleSessionGate() {
	closed := &betterauth.ErrorCode{Code: "CLOSED", Message: "Come back tomorrow", Status: http.StatusForbidden}
	house := betterauth.Inline{
		ID: "house",
		Gates: []betterauth.SessionGate{{
			Name:  "opening hours",
			Check: func(*betterauth.Ctx, *betterauth.Attempt) error { return closed },
		}},
		Errors: []*betterauth.ErrorCode{closed},
	}
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{}, emailpassword.New(emailpassword.Config{}), house)
	defer done()

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{Password: "correct horse"}); err != nil {
		panic(err)
	}
	in := emailpassword.SignInInput{Email: "ada@example.com", Password: "correct horse"}
	_, err := betterauth.Call[emailpassword.SignInAnswer](ctx, auth, emailpassword.SignInEmail, in, betterauth.CallOptions{})
	fmt.Println(errors.Is(err, closed), err)
	// Output: true gate opening hours of plugin house: CLOSED: Come back tomorrow
}
