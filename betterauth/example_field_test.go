package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// NewField adds a typed column to a table of the core. Clients see it as a member of
// the user; ReadOnly keeps them from setting it.
func ExampleNewField() {
	plan := betterauth.NewField[string]("user", database.Column{Name: "plan", Default: "free", ReadOnly: true})
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL:           "http://localhost:3000",
		Secret:            "an example secret of 32 letters or more",
		Schema:            betterauth.SchemaMigrate,
		AdditionalColumns: []betterauth.AddedColumn{plan},
	}).Database(db).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

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
