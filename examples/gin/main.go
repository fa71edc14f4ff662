// Command gin is the smallest honest program with sign-in on Gin:
// passwords, bearer tokens and passkeys, in a SQLite file.
//
//	export BETTER_AUTH_SECRET=$(openssl rand -base64 32)
//	go run ./examples/gin
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	ginauth "github.com/better-auth-go/better-auth/adapters/gin"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/gin-gonic/gin"
)

func main() {
	addr := flag.String("addr", "localhost:3000", "where to listen; port 0 takes a free one")
	file := flag.String("database", "auth.db", "the SQLite file; it is created if it is missing")
	flag.Parse()
	// Ctrl+C, and SIGTERM, which service managers and containers send.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, listener, *file); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends, keeping everything in a SQLite file.
func run(ctx context.Context, listener net.Listener, file string) error {
	db, err := sqlite.Open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	// Passkeys are bound to a domain, never to an IP address. Deployed, this is
	// where the world reaches the server: https://example.com.
	baseURL := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: baseURL,
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

	r := gin.New()
	if err := ginauth.Mount(r, auth); err != nil {
		return err
	}
	r.GET("/me", ginauth.RequireSession(auth), me)

	server := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		// Requests under way get a few seconds; whoever then still hangs on, such
		// as a browser that keeps a connection ready, is cut off.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		_ = errors.Join(server.Shutdown(grace), server.Close())
	}()
	log.Printf("listening on %s", baseURL)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

func me(c *gin.Context) {
	who, _ := ginauth.SessionFrom(c) // there is one: RequireSession
	c.String(http.StatusOK, "Hello %s\n", who.User.Name)
}
