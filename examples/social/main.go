// Command social is the smallest honest program that signs in at an identity provider:
// net/http, a SQLite file and one page, without passwords.
//
// Create an application at the provider's console with the redirect URI
// http://localhost:3000/api/auth/callback/google, and start the program with what the
// console shows:
//
//	export BETTER_AUTH_SECRET=$(openssl rand -base64 32)
//	GOOGLE_CLIENT_ID=... GOOGLE_CLIENT_SECRET=... go run ./examples/social
//
// For any provider of OpenID Connect set OIDC_ISSUER, OIDC_CLIENT_ID and
// OIDC_CLIENT_SECRET instead; its redirect URI ends with /callback/oidc.
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

	"github.com/better-auth-go/better-auth/adapters/nethttp"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/genericoauth"
	"github.com/better-auth-go/better-auth/plugins/social"
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
	provider, plugins, err := signIn()
	if err != nil {
		return err
	}
	db, err := sqlite.Open(file)
	if err != nil {
		return err
	}
	defer db.Close()
	// The provider sends browsers back to this address. Deployed, it is where the world
	// reaches the server: https://example.com.
	baseURL := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	auth, err := betterauth.New(betterauth.Config{
		BaseURL: baseURL,
		Secret:  os.Getenv("BETTER_AUTH_SECRET"),
		Schema:  betterauth.SchemaMigrate,
	}).
		Database(db).
		Plugin(plugins...).
		Build(ctx)
	if err != nil {
		return err
	}
	defer auth.Close(context.WithoutCancel(ctx))

	mux := http.NewServeMux()
	nethttp.Mount(mux, auth)
	mux.Handle("GET /{$}", auth.OptionalSession(page(provider)))
	mux.HandleFunc("GET /page.js", script)

	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
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
	log.Printf("listening on %s; the provider's redirect URI is %s%s/callback/%s", baseURL, baseURL, auth.BasePath(), provider.ID)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// choice is the provider that the page offers.
type choice struct{ ID, Name string }

// signIn reads which provider there is, and returns the plugins that sign in with it.
func signIn() (choice, []betterauth.Plugin, error) {
	if issuer := os.Getenv("OIDC_ISSUER"); issuer != "" {
		return choice{"oidc", "OpenID Connect"}, []betterauth.Plugin{
			social.New(social.Config{EncryptTokens: true}),
			genericoauth.New(genericoauth.Config{Providers: []genericoauth.Provider{{
				ID: "oidc", Issuer: issuer, Scopes: []string{"openid", "email", "profile"},
				Client: social.Client{ID: os.Getenv("OIDC_CLIENT_ID"), Secret: os.Getenv("OIDC_CLIENT_SECRET")},
			}}}),
		}, nil
	}
	client := social.Client{ID: os.Getenv("GOOGLE_CLIENT_ID"), Secret: os.Getenv("GOOGLE_CLIENT_SECRET")}
	if client.ID == "" || client.Secret == "" {
		return choice{}, nil, errors.New("no provider is configured; set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET, or OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
	}
	return choice{"google", "Google"}, []betterauth.Plugin{
		social.New(social.Config{Providers: []social.Provider{social.Google(client)}, EncryptTokens: true}),
	}, nil
}
