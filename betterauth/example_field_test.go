package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// NewField adds a typed column to a table of the core. Clients see it as a member of
// the user; ReadOnly keeps them from setting it.
func ExampleNewField() {
	plan := betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free", ReadOnly: true})
	ctx := context.Background()
	auth, done := exampleAuth(betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{plan}})
	defer done()

	ada, bob := &betterauth.User{Name: "Ada", Email: "ada@example.com"}, &betterauth.User{Name: "Bob", Email: "bob@example.com"}
	plan.Set(ada, "team")
	for _, user := range []*betterauth.User{ada, bob} {
		if err := auth.CreateUser(ctx, user, betterauth.NewUserOptions{}); err != nil {
			panic(err)
		}
		value, ok := plan.Get(user)
		fmt.Println(user.Name, value, ok)
	}
	// Output:
	// Ada team true
	// Bob free true
}
