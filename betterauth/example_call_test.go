package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Call runs an operation in process: typed, and with the hooks, access and gates
// that it has over HTTP. SessionToken says on whose behalf.
func ExampleCall() {
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{})
	defer done()

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	session, err := auth.CreateSession(ctx, ada.ID, betterauth.SignIn{Method: "example"})
	if err != nil {
		panic(err)
	}
	as := betterauth.CallOptions{SessionToken: session.Token}
	sessions, err := betterauth.Call[[]*betterauth.Session](ctx, auth, "listSessions", betterauth.None{}, as)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(sessions), "session")

	_, err = betterauth.Call[[]*betterauth.Session](ctx, auth, "listSessions", betterauth.None{}, betterauth.CallOptions{})
	fmt.Println(err)
	// Output:
	// 1 session
	// UNAUTHORIZED: Unauthorized
}
