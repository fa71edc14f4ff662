// Command quickstart is sign-in to try out: passwords, passkeys, a list of
// devices and the mails that go with it, in one program that keeps everything
// in one SQLite file. Limits are on, as they are by default: whoever tries again
// and again waits.
//
//	go run ./examples/quickstart
//
// It also signs in with any identity provider that the environment has a client
// for; providers.go reads it. It prints the redirect URI to enter at its console.
//
//	GITHUB_CLIENT_ID=... GITHUB_CLIENT_SECRET=... go run ./examples/quickstart
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/better-auth-go/better-auth/adapters/mail/devmail"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

//go:embed page
var page embed.FS // plain HTML, CSS and ES modules, served as they are

// options are the flags.
type options struct{ addr, database, basePath string }

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "localhost:3000", "where to listen; port 0 takes a free one")
	flag.StringVar(&o.database, "database", "quickstart.db", "the SQLite file; it is created if it is missing")
	flag.StringVar(&o.basePath, "base-path", "/api/auth", "where the endpoints are; the page looks for them at the default")
	flag.Parse()
	// Ctrl+C, and SIGTERM, which service managers and containers send.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends, and tells out where.
func run(ctx context.Context, o options, out io.Writer) error {
	if err := keepPrivate(o.database, out); err != nil {
		return err
	}
	secret, err := secretFor(o.database, out)
	if err != nil {
		return err
	}
	offer, err := providersFrom(os.Getenv)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(o.database)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("%w; choose another address, such as -addr localhost:3001", err)
	}
	// Passkeys are bound to a domain, never to an IP address: whatever the
	// address listened on, the page lives at localhost.
	baseURL := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)

	// Mail is printed and shown at /dev/mail; adapters/mail/smtp really sends it.
	inbox := devmail.New(devmail.Config{Out: out})

	auth, err := betterauth.New(betterauth.Config{
		AppName:  "Better Auth Quickstart",
		BaseURL:  baseURL,
		BasePath: o.basePath,
		Secret:   secret,
		Mailer:   inbox,
		Schema:   betterauth.SchemaMigrate, // creates the tables that are missing
	}).
		Database(db).
		Plugin(emailpassword.New(emailpassword.Config{RevokeSessionsOnReset: true})).
		Plugin(emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody})).
		Plugin(bearer.New(bearer.Config{})). // the token that sign-up answers works in a header, too
		Plugin(account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}})).
		Plugin(passkey.New(passkey.Config{
			// Visitors sign up with a name and a passkey, without a password.
			Registration: passkey.Registration{AllowWithoutSession: true, ResolveUser: newcomer},
			// The page can tell password managers what became of a user's passkeys.
			UserHandle:   passkey.UserHandleStable,
			TrackLastUse: true,
		})).
		Plugin(offer.plugins()...).
		Build(ctx)
	if err != nil {
		return err
	}
	defer auth.Close(context.WithoutCancel(ctx))

	mux := http.NewServeMux()
	mux.Handle(auth.BasePath()+"/", auth)
	mux.Handle("/dev/mail", inbox)
	mux.Handle("GET /providers", offer)
	mux.Handle("/", pageHandler(baseURL))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		// Requests under way may finish; connections a browser opened and
		// never used are not waited for.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = errors.Join(server.Shutdown(grace), server.Close())
	}()
	offer.announce(out, baseURL+auth.BasePath(), baseURL)
	fmt.Fprintf(out, "Open %s in a browser; Ctrl+C stops the server.\n", baseURL)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	<-stopped
	return nil
}

// newcomer is whom a visitor's passkey is made for: somebody new, who goes by the
// name that the page sends. It never leads to an account that exists.
func newcomer(_ *betterauth.Ctx, name string) (passkey.ResolvedUser, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return passkey.ResolvedUser{}, passkey.ErrSessionRequired // somebody adds a passkey whose session has ended
	}
	return passkey.ResolvedUser{New: &passkey.NewUser{Name: name}}, nil
}
