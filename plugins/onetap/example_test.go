package onetap_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/onetap"
	"github.com/better-auth-go/better-auth/plugins/social"
)

func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "https://app.example.com",
		Secret:  "an example secret of 32 letters or more",
		Schema:  betterauth.SchemaMigrate,
	}).Database(db).
		Plugin(social.New(social.Config{Providers: []social.Provider{social.Google(social.Client{ID: "123.apps.googleusercontent.com", Secret: "secret"})}})).
		Plugin(onetap.New(onetap.Config{})).
		Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	_, err = betterauth.Call[*onetap.SignedIn](ctx, auth, onetap.Callback, onetap.Input{IDToken: "not Google's"}, betterauth.CallOptions{})
	fmt.Println(errors.Is(err, onetap.ErrInvalidToken))
	// Output: true
}
