package bearer_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
)

// A client without cookies sends the token of its session in a header.
func Example() {
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
	}).Database(db).Plugin(bearer.New(bearer.Config{})).Build(ctx)
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
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+session.Token)

	who, err := auth.Session(ctx, r)
	if err != nil {
		panic(err)
	}
	fmt.Println(who.User.Name)
	// Output: Ada
}
