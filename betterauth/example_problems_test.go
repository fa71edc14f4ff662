package betterauth_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Build reports every problem at once, each with the plugin and the item it is about.
func ExampleBuilder_Build() {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	passwords := emailpassword.Config{MinLength: 12, MaxLength: 8}
	_, err = betterauth.New(betterauth.Config{Secret: "too short", BaseURL: "localhost"}).
		Database(db).
		Plugin(emailpassword.New(passwords)).
		Build(context.Background())

	var problem *betterauth.Problem
	fmt.Println(errors.As(err, &problem))
	fmt.Println(err)
	// Output:
	// true
	// betterauth: cannot build:
	// config BaseURL: "localhost" is not an http or https URL, or has a query, a fragment or a user; write it like https://example.com
	// config Secret: has 9 characters; at least 32 are needed, such as the output of: openssl rand -base64 32
	// plugin email-password: config: MinLength and MaxLength leave no password; set 0 <= MinLength <= MaxLength
}
