package database_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/database/postgres"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// losing is a connection by a pooler that loses the server once, after a statement
// was executed and before its answer arrived.
type losing struct {
	net.Conn
	lose *atomic.Bool
	left io.Reader // what is still read of the pooler's last words
}

func (l *losing) Read(p []byte) (int, error) {
	if l.left != nil {
		return l.left.Read(p)
	}
	n, err := l.Conn.Read(p)
	if err == nil && bytes.Contains(p[:n], []byte("UPDATE 1")) && l.lose.CompareAndSwap(true, false) {
		// As PgBouncer says it.
		last, err := (&pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: "server conn crashed?"}).Encode(nil)
		if err != nil {
			return 0, err
		}
		l.left = bytes.NewReader(last)
		return l.left.Read(p)
	}
	return n, err
}

// What a pooler says of a server that it lost has the code of a statement that was
// refused. Nobody knows whether it was executed, so it is not sent again.
func TestStatementsOfALostServerAreNotRepeated(t *testing.T) {
	t.Parallel()
	dsn := databasetest.PostgresDSN(t)
	cfg, err := pgx.ParseConfig(dsn)
	must(t, err)
	cfg.TLSConfig, cfg.Fallbacks = nil, nil
	var lose atomic.Bool
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &losing{Conn: conn, lose: &lose}, err
	}
	pool := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = pool.Close() })
	db, err := postgres.New(bun.NewDB(pool, pgdialect.New()))
	must(t, err)
	b := newBusy(t, db)
	lose.Store(true)
	if _, err := b.factors.Update(t.Context(), database.Set{"failedVerificationCount": database.Add(1)}, database.Eq("secret", "s")); err == nil || lose.Load() {
		t.Errorf("a write whose answer was lost is reported as made: %v", err)
	}
	f, err := b.factors.Get(t.Context(), database.Eq("secret", "s"))
	must(t, err)
	if *f.FailedVerificationCount != 1 {
		t.Errorf("counted to %d by one write", *f.FailedVerificationCount)
	}
}
