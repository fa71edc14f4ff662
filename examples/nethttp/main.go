// Command nethttp is the smallest honest program with sign-in on net/http:
// passwords, bearer tokens and passkeys, in a SQLite file.
//
//	BETTER_AUTH_SECRET=$(openssl rand -base64 32) go run ./examples/nethttp
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	listener, err := net.Listen("tcp", "localhost:3000")
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening on http://localhost:3000")
	if err := run(ctx, listener, "auth.db"); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends, keeping everything in a SQLite file.
func run(ctx context.Context, listener net.Listener, file string) error {
	db, err := database.OpenSQLite(file)
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
	defer auth.Close(context.WithoutCancel(ctx))

	mux := http.NewServeMux()
	nethttp.Mount(mux, auth)
	mux.Handle("GET /me", auth.RequireSession(http.HandlerFunc(me)))

	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done() // requests under way get a few seconds to finish
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

func me(w http.ResponseWriter, r *http.Request) {
	who, _ := betterauth.SessionFrom(r.Context()) // there is one: RequireSession
	fmt.Fprintf(w, "Hello %s\n", who.User.Name)
}
