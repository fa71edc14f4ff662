package apikey_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/apikey"
)

// A program's key allows what it was made for. Its text is shown once; the database
// has its hash.
func Example() {
	keys := apikey.New(apikey.Config{Prefix: "shop_"})
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
	}).Database(db).Plugin(keys).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	ada := &betterauth.User{Name: "Ada", Email: "ada@example.com"}
	if err := auth.CreateUser(ctx, ada, betterauth.NewUserOptions{}); err != nil {
		panic(err)
	}
	key, text, err := keys.Create(ctx, ada.ID, apikey.CreateInput{Permissions: apikey.Permissions{"orders": {"read"}}})
	if err != nil {
		panic(err)
	}
	fmt.Println(text[:5], key.ReferenceID == ada.ID)

	for _, action := range []string{"read", "write"} {
		_, err := keys.Verify(ctx, apikey.VerifyInput{Key: text, Permissions: apikey.Permissions{"orders": {action}}})
		fmt.Println("may", action, "orders:", err == nil)
	}
	// Output:
	// shop_ true
	// may read orders: true
	// may write orders: false
}
