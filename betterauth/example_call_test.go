package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Call runs an operation in process: typed, and with the hooks, access and gates
// that it has over HTTP. SessionToken says on whose behalf.
func ExampleCall() {
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
	}).Database(db).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

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
