package genericoauth_test

import (
	"context"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/oauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
)

// A provider of OAuth by its endpoints. One of OpenID Connect needs its Issuer alone, and
// Keycloak, Okta and others have functions.
func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	providers := social.New(social.Config{})
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "http://localhost:3000",
		Secret:  "an example secret of 32 letters or more",
		Schema:  betterauth.SchemaMigrate,
	}).Database(db).Plugin(providers).Plugin(genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{
		ID: "forge", Client: oauth.Client{ID: "id", Secret: "secret"}, Scopes: []string{"user"},
		AuthorizeURL: "https://forge.example/oauth/authorize", TokenURL: "https://forge.example/oauth/token", UserInfoURL: "https://forge.example/api/user",
	}}})).Build(ctx)
	if err != nil {
		panic(err)
	}
	defer auth.Close(ctx)
	fmt.Println(providers.Providers())
	// Output: [forge]
}
