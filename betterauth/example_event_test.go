package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// An application hears what plugins emit by a plugin that it writes in place. A
// subscriber is called once the change is durable: the place for audit logs.
func ExampleOn() {
	admins := admin.New(admin.Config{})
	audit := betterauth.Inline{
		ID: "audit",
		Events: []betterauth.Subscriber{
			betterauth.On(func(_ context.Context, e admin.UserBanned) error {
				fmt.Println("banned:", e.Reason)
				return nil
			}),
		},
	}
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
	}).Database(db).Plugin(admins, audit).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	eve := &betterauth.User{Name: "Eve", Email: "eve@example.com"}
	if err := auth.CreateUser(ctx, eve, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	if _, err := admins.Ban(ctx, eve.ID, "sells fake tickets", nil); err != nil {
		panic(err)
	}
	// Output: banned: sells fake tickets
}
