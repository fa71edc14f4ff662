package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// wantNotReady wants one check to have failed.
func wantNotReady(t *testing.T, err error, check string) {
	t.Helper()
	var failed *betterauth.NotReadyError
	if !errors.As(err, &failed) || failed.Check != check {
		t.Errorf("%v, want %s", err, check)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		for range 3 {
			if err := kit.Auth.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := kit.Auth.Ready(over); !errors.Is(err, context.Canceled) {
			t.Errorf("with a context that is over: %v", err)
		}
		if _, err := db.Conn(t.Context()).ExecContext(t.Context(), `alter table "user" drop column "image"`); err != nil {
			t.Fatal(err)
		}
		err := kit.Auth.Ready(t.Context())
		wantNotReady(t, err, "schema")
		var lacking *betterauth.SchemaError
		if !errors.As(err, &lacking) || !strings.Contains(err.Error(), "image") {
			t.Errorf("%v", err)
		}
	})
	kit := plugintest.New(t)
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	wantNotReady(t, kit.Auth.Ready(t.Context()), "database")
}

// A database that does not come back is waited for as long as ctx says, and gathers
// no checks that hang.
func TestReadyIsBounded(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	held, release := make(chan struct{}), make(chan struct{})
	go func() {
		_ = kit.DB.Transaction(context.Background(), func(context.Context) error { // SQLite in memory has one connection
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := kit.Auth.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
	}
	close(release)
	if err := kit.Auth.Ready(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A queue that would drop the next mail is not ready for it.
func TestReadyForMail(t *testing.T) {
	t.Parallel()
	const workers = 4 // at most so many mails are under way, and none of them waits in the queue
	begun, release := make(chan struct{}, 4000), make(chan struct{})
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{
		Mailer: betterauth.MailerFunc(func(context.Context, *betterauth.Message) error { begun <- struct{}{}; <-release; return nil })}})
	mail := func() { kit.Host.Mail(t.Context(), &betterauth.Message{Kind: "test", To: "a@example.com"}) }
	for range workers {
		mail()
		<-begun
	}
	for range 2000 {
		mail()
	}
	wantNotReady(t, kit.Auth.Ready(t.Context()), "mail")
	close(release)
	if err := kit.Auth.FlushMail(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := kit.Auth.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := kit.Auth.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNotReady(t, kit.Auth.Ready(t.Context()), "mail")
}

// The handler of the documentation tells nobody why.
func ExampleAuth_Ready() {
	var auth *betterauth.Auth // built before
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := auth.Ready(ctx); err != nil {
			// The cause is for the log; a client sees that it has to wait.
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
