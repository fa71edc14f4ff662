package betterauth_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
)

// CreateUser is for programs: an import, an invitation, a first administrator. The
// address is stored without white space around it and in lower case.
func ExampleAuth_CreateUser() {
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{})
	defer done()

	ada := &betterauth.User{Name: "Ada", Email: " Ada@Example.com ", EmailVerified: true}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	fmt.Println(ada.Email, len(ada.ID))

	err := auth.CreateUser(ctx, &betterauth.User{Name: "Another", Email: "ada@example.com"}, betterauth.NewUserOptions{})
	fmt.Println(errors.Is(err, betterauth.ErrUserExists))
	// Output:
	// ada@example.com 32
	// true
}
