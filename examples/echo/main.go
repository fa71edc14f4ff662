// Command echo is the smallest honest program with sign-in on Echo:
// passwords, bearer tokens and passkeys, in a SQLite file.
//
//	BETTER_AUTH_SECRET=$(openssl rand -base64 32) go run ./examples/echo
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	echoauth "github.com/better-auth-go/better-auth/adapters/echo"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/labstack/echo/v4"
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

	e := echo.New()
	if err := echoauth.Mount(e, auth); err != nil {
		return err
	}
	e.GET("/me", me, echoauth.RequireSession(auth))

	server := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
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

func me(c echo.Context) error {
	who, _ := echoauth.SessionFrom(c) // there is one: RequireSession
	return c.String(http.StatusOK, "Hello "+who.User.Name+"\n")
}
