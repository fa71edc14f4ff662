// Command server is the Go implementation behind the flags of the reference
// server, so that one script can drive either.
//
//	BETTER_AUTH_SECRET=... go run ./conformance/server --port 3000 --database sqlite:auth.db
//
// It prints "URL http://localhost:PORT" and then "READY", each on a line of its
// own, once it answers; before that it ends with exit code 1 and a reason.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/better-auth-go/better-auth/conformance/site"
)

func main() {
	secret := os.Getenv("BETTER_AUTH_SECRET")
	clearEnvironment()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	opts, err := site.ParseFlags(os.Args[1:], secret)
	if err == nil {
		err = run(ctx, opts, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "conformance server: %v\n", err)
		os.Exit(1)
	}
}

// clearEnvironment makes the flags the only thing that configures the server:
// the library reads these by itself.
func clearEnvironment() {
	for _, name := range []string{"BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS", "AUTH_SECRET", "BETTER_AUTH_URL", "BETTER_AUTH_TRUSTED_ORIGINS"} {
		_ = os.Unsetenv(name) // fails only for a malformed name
	}
}

// run serves until ctx ends, or stdin does where that was asked for.
func run(ctx context.Context, opts site.Options, stdin io.Reader, stdout io.Writer) error {
	// With port 0 the number is known only now, and the base URL needs it.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("localhost:%d", opts.Port))
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	served, err := site.Open(ctx, opts, url)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer served.Close()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if opts.ExitWithStdin {
		go func() {
			_, _ = io.Copy(io.Discard, stdin) // however it ends, it has ended
			cancel()
		}()
	}
	server := &http.Server{Handler: served, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Fprintf(stdout, "URL %s\nREADY\n", url)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	if err := server.Shutdown(grace); err != nil {
		return server.Close() // somebody still held a connection
	}
	return nil
}
