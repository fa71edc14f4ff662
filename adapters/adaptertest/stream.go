package adaptertest

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

func testStreaming(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	arrived := make(chan struct{})
	handle := func(w http.ResponseWriter, r *http.Request, who *betterauth.Identity) {
		if _, ok := w.(http.Flusher); !ok {
			t.Errorf("%T is no http.Flusher", w)
		}
		control := http.NewResponseController(w)
		// Supported by servers, not by wrappers: it works where they unwrap.
		if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Errorf("SetWriteDeadline: %v", err)
		}
		_, _ = io.WriteString(w, "first\n")
		if err := control.Flush(); err != nil {
			t.Errorf("Flush: %v", err)
		}
		select {
		case <-arrived:
		case <-time.After(patience):
			t.Error("what was flushed did not arrive while the handler ran")
		}
		_, _ = io.WriteString(w, "second\n")
	}
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/stream", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: handle},
	}}))
	c.signUp(s, "ada@example.com")
	// Due for its refresh: the cookie leaves with the first flush.
	s.clock.advance(48 * time.Hour)
	response := c.send(c.request(t.Context(), http.MethodGet, "/stream", nil))
	lines := bufio.NewReader(response.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "first\n" {
		t.Fatalf("first line %q, %v", line, err)
	}
	close(arrived)
	if rest, err := io.ReadAll(lines); err != nil || string(rest) != "second\n" {
		t.Errorf("rest %q, %v", rest, err)
	}
	if len(response.Cookies()) == 0 {
		t.Error("a stream lost the cookie of a prolonged session")
	}
}

func testCancellation(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	running, ended := make(chan struct{}), make(chan error, 1)
	handle := func(_ http.ResponseWriter, r *http.Request, _ *betterauth.Identity) {
		close(running)
		select {
		case <-r.Context().Done():
			ended <- r.Context().Err()
		case <-time.After(patience):
			ended <- nil
		}
	}
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/slow", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: handle},
	}}))
	c.signUp(s, "ada@example.com")
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r := c.request(ctx, http.MethodGet, "/slow", nil)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r); err == nil {
			_ = response.Body.Close()
		}
	}()
	select {
	case <-running:
	case <-answered:
		t.Fatal("the handler did not run")
	case <-time.After(patience):
		t.Fatal("the handler did not run")
	}
	leave()
	if err := <-ended; err == nil {
		t.Error("the client went away, but the handler's context did not end")
	}
	<-answered
}
