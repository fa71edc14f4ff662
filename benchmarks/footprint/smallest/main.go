// Command smallest is the smallest program with sign-in: passwords and passkeys, in a
// SQLite file. What it links is measured beside it.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

func main() {
	db, err := sqlite.Open("auth.db")
	if err != nil {
		log.Fatal(err)
	}
	auth, err := betterauth.New(betterauth.Config{BaseURL: "http://localhost:3000", Secret: os.Getenv("BETTER_AUTH_SECRET"), Schema: betterauth.SchemaMigrate}).
		Database(db).
		Plugin(emailpassword.New(emailpassword.Config{}), passkey.New(passkey.Config{RPName: "Application"})).
		Build(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:3000", auth))
}
