// Package exampletest is the test that the example programs share: the same
// application, served by three routers. Nothing but tests imports it.
package exampletest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Program runs a program's run function on a free port and an empty database: a
// stranger is turned away, signs up, and is greeted; then it ends without an error.
func Program(t *testing.T, run func(ctx context.Context, listener net.Listener, database string) error) {
	t.Helper()
	t.Setenv("BETTER_AUTH_SECRET", "a secret of more than 32 characters")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, listener, filepath.Join(t.TempDir(), "auth.db")) }()

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	send := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequest(method, "http://"+listener.Addr().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port))
		r.Header.Set("Content-Type", "application/json")
		response, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(answer)
	}
	if status, answer := send("GET", "/me", ""); status != 401 || !strings.Contains(answer, "UNAUTHORIZED") {
		t.Errorf("GET /me of nobody: %d %s", status, answer)
	}
	if status, answer := send("POST", "/api/auth/sign-up/email", `{"name":"Ada","email":"ada@example.com","password":"correct horse"}`); status != 200 {
		t.Errorf("sign-up: %d %s", status, answer)
	}
	if status, answer := send("GET", "/me", ""); status != 200 || answer != "Hello Ada\n" {
		t.Errorf("GET /me: %d %q", status, answer)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}
