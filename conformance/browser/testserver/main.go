// Command testserver serves passwords, bearer tokens and passkeys at a base
// path of one's choice, for tests that compare with documented clients.
// Rate limits are off.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

// options are the flags.
type options struct {
	addr, file, basePath string
	challengeTTL         time.Duration
	noVerification       bool
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "localhost:0", "where to listen")
	flag.StringVar(&o.file, "database", ":memory:", "the SQLite file")
	flag.StringVar(&o.basePath, "base-path", "/auth", "where the endpoints are")
	flag.DurationVar(&o.challengeTTL, "challenge-ttl", 0, "how long a ceremony may take (default 5m)")
	flag.BoolVar(&o.noVerification, "disable-verification", false, "switch WebAuthn verification off")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	db, err := sqlite.Open(o.file)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	auth, err := betterauth.New(betterauth.Config{
		BaseURL:   url,
		BasePath:  o.basePath,
		Secret:    "a secret of forty characters for testing",
		Schema:    betterauth.SchemaMigrate,
		RateLimit: betterauth.RateLimitConfig{Disabled: true},
		Failures:  betterauth.FailuresConfig{Disabled: true},
	}).
		Database(db).
		Plugin(emailpassword.New(emailpassword.Config{}), bearer.New(bearer.Config{})).
		Plugin(passkey.New(passkey.Config{ChallengeTTL: o.challengeTTL, DisableVerification: o.noVerification})).
		Build(ctx)
	if err != nil {
		return err
	}
	defer auth.Close(context.WithoutCancel(ctx))

	mux := http.NewServeMux()
	mux.Handle(auth.BasePath()+"/", auth)
	// An empty page on the server's own origin, for scripts to run in.
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>Test</title><link rel="icon" href="data:,">`)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Println(url)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}
