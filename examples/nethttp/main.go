// Command nethttp is the smallest honest program with sign-in: passwords,
// bearer tokens and passkeys on net/http, in a SQLite file.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	db, err := database.OpenSQLite("auth.db")
	if err != nil {
		return err
	}
	defer db.Close()
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: "http://localhost:3000",
		Secret:  os.Getenv("BETTER_AUTH_SECRET"),
		Schema:  betterauth.SchemaMigrate,
	}).
		Database(db).
		Plugin(emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{}), passkey.New(passkey.Config{})).
		Build(ctx)
	if err != nil {
		return err
	}
	defer auth.Close(ctx)

	mux := http.NewServeMux()
	mux.Handle("/api/auth/", auth)
	mux.Handle("/me", auth.RequireSession(http.HandlerFunc(me)))
	log.Print("listening on http://localhost:3000")
	return http.ListenAndServe("localhost:3000", mux)
}

func me(w http.ResponseWriter, r *http.Request) {
	id, _ := betterauth.SessionFrom(r.Context())
	fmt.Fprintf(w, "Hello %s\n", id.User.Name)
}
