package oauth_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

// A provider closes connections that are idle. A code that is sent at that moment would be
// lost, so a connection is not used again after a pause, and is within a flow.
func TestConnectionsAreNotKeptForLater(t *testing.T) {
	t.Parallel()
	type requests struct{}
	closed := make(chan struct{}, 10)
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if n := r.Context().Value(requests{}).(*atomic.Int64).Add(1); n > 2 {
			panic(http.ErrAbortHandler) // as one that closes while the request is on its way
		}
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		connections.Add(1)
		return context.WithValue(ctx, requests{}, new(atomic.Int64))
	}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	caller := oauth.NewCaller(&http.Client{}, time.Now)
	post := func() {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("code=1"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := caller.Do(r, false); err != nil {
			t.Fatal(err)
		}
	}
	post()
	post()
	if n := connections.Load(); n != 1 {
		t.Errorf("two calls in a row made %d connections", n)
	}
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Fatal("the connection is kept")
	}
	post()
}
