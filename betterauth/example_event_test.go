package betterauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
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
	auth, done := exampleAuth(betterauth.Config{}, admins, audit)
	defer done()

	eve := &betterauth.User{Name: "Eve", Email: "eve@example.com"}
	if err := auth.CreateUser(ctx, eve, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	if _, err := admins.Ban(ctx, eve.ID, "sells fake tickets", nil); err != nil {
		panic(err)
	}
	// Output: banned: sells fake tickets
}
