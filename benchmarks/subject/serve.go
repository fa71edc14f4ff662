package subject

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// The names of the subjects that are programs of this module.
const (
	KindOurs       = "ours"
	KindEverything = "everything"
	KindHashing    = "hashing"
	KindBare       = "bare"
	KindWebAuthn   = "go-webauthn"
	KindScs        = "scs"
	// KindScsPrepared is [ScsPrepared].
	KindScsPrepared = "scs-prepared"
)

// Handler makes the subject of that name.
func Handler(ctx context.Context, kind string, db *database.DB, cache string) (http.Handler, error) {
	switch kind {
	case KindOurs:
		return Ours(ctx, db, cache)
	case KindEverything:
		return OursWithEverything(ctx, db, cache)
	case KindHashing:
		return OursHashing(ctx, db)
	case KindBare:
		return Bare(ctx, db)
	case KindWebAuthn:
		return WebAuthn(ctx, db)
	case KindScs:
		return Scs(ctx, db)
	case KindScsPrepared:
		return ScsPrepared(ctx, db)
	}
	return nil, fmt.Errorf("no subject %q", kind)
}

// Serve runs one subject on a free port of localhost until input ends. It prints what [start] waits for.
func Serve(ctx context.Context, kind, dbName, cache string, input io.Reader, output io.Writer) error {
	db, err := Open(dbName)
	if err != nil {
		return err
	}
	defer db.Close()
	handler, err := Handler(ctx, kind, db, cache)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(BasePath+"/", handler)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		_ = server.Close()
	}()
	fmt.Fprintf(output, "URL http://%s\nREADY\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
