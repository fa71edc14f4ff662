package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// Migrations says what a database lacks, before anything is created: a deployment
// prints it, or runs it by another tool.
func ExampleBuilder_Migrations() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	builder := betterauth.New(betterauth.Config{BaseURL: "http://localhost:3000", Secret: "an example secret of 32 letters or more"}).Database(db)

	plan, err := builder.Migrations(ctx)
	if err != nil {
		panic(err)
	}
	for _, statement := range plan.Statements {
		if statement.Column == "" && statement.Index == "" {
			fmt.Println("create", statement.Table)
		}
	}
	if _, err := builder.Migrate(ctx); err != nil {
		panic(err)
	}
	plan, err = builder.Migrations(ctx)
	fmt.Println("nothing left:", plan.Empty(), err)
	// Output:
	// create user
	// create session
	// create account
	// create verification
	// nothing left: true <nil>
}
