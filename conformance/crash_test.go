package conformance_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// rounds is how often the server is killed: a number, and not a time, so that as
// much is proven on a busy machine.
const rounds = 15

// The server is killed at random moments under load, again and again, on one
// database. Whenever it comes back there is nothing half-written, everything it
// had answered with 200 is there, and it answers again.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		acknowledged := &ledger{}
		for range rounds {
			at := startGo(t, db, "--with", "insecure-cheap-passwords")
			inspect(t, db, acknowledged)
			comesBack(t, at, acknowledged)
			bombard(t, at, acknowledged)
			if t.Failed() {
				return
			}
		}
		at := startGo(t, db, "--with", "insecure-cheap-passwords")
		inspect(t, db, acknowledged)
		comesBack(t, at, acknowledged)
		stopped(t, at)

		t.Logf("%d rounds, %d sign-ups and %d passkeys acknowledged, %d requests cut off",
			rounds, len(acknowledged.users), len(acknowledged.passkeys), acknowledged.cutOff)
		if len(acknowledged.users) < rounds || len(acknowledged.passkeys) < rounds || acknowledged.cutOff < rounds {
			t.Error("too little happened to show anything")
		}
	})
}

// bombard sends sign-ups and passkey registrations, and kills the server a
// random time after a random number of them: counting keeps the load the same
// on a busy machine.
func bombard(t *testing.T, at *server, acknowledged *ledger) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	killed, enough := make(chan struct{}), make(chan struct{})
	load := &load{at: at, client: &http.Client{Transport: transport}, ledger: acknowledged, killed: killed}
	acknowledged.signal(5+rand.IntN(60), enough)

	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() { load.repeat(ctx, t, load.signUp) })
		workers.Go(func() { load.repeat(ctx, t, load.addPasskey) })
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Errorf("the load was not done within %v", patience)
	}
	time.Sleep(rand.N(5 * time.Millisecond))
	close(killed) // before the kill, so that no worker takes it for a fault
	at.kill()
	workers.Wait()
}

// comesBack shows that the server works: somebody signs in whose sign-up was
// acknowledged, their session goes on, and somebody new signs up.
func comesBack(t *testing.T, at *server, acknowledged *ledger) {
	t.Helper()
	at.visitor().must(t, "GET", "/ok", nil)
	if known, ok := acknowledged.anybody(); ok {
		at.visitor().must(t, "POST", "/sign-in/email", known.credentials())
		v := at.visitor()
		v.cookies = known.cookies()
		if got := v.must(t, "GET", "/get-session", nil); string(got) == "null" {
			t.Errorf("the session of %s is gone", known.email)
		}
	}
	load := &load{at: at, client: http.DefaultClient, ledger: acknowledged}
	if err := load.signUp(t.Context()); err != nil {
		t.Error(err)
	}
}
