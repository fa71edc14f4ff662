package oauthproxy_test

import (
	"context"
	"fmt"
	"net/url"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/oauthproxy"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// A preview sends its users to Google with the production server's callback, which is the
// one that Google knows.
func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "https://pr-7.preview.example.com",
		Secret:  "an example secret of 32 letters or more",
		Schema:  betterauth.SchemaMigrate,
	}).Database(db).
		Plugin(social.New(social.Config{Providers: []social.Provider{social.Google(social.Client{ID: "id", Secret: "secret"})}})).
		Plugin(oauthproxy.New(oauthproxy.Config{ProductionURL: "https://app.example.com", Secret: "a secret that both servers share, 0123456789"})).
		Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)

	answer, err := betterauth.Call[any](ctx, auth, social.SignInSocial, social.SignInInput{Provider: "google"}, betterauth.CallOptions{})
	if err != nil {
		panic(err)
	}
	to, err := url.Parse(answer.(social.Begun).URL)
	if err != nil {
		panic(err)
	}
	fmt.Println(to.Host, to.Query().Get("redirect_uri"))
	// Output: accounts.google.com https://app.example.com/api/auth/callback/google
}
