package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The program offers a provider, leads to it, and ends without an error. What follows at
// the provider is shown in a browser, in conformance/browser/social.test.mjs.
func TestProgram(t *testing.T) {
	t.Setenv("BETTER_AUTH_SECRET", "a secret of more than 32 characters")
	t.Setenv("OIDC_ISSUER", "")
	t.Setenv("GOOGLE_CLIENT_ID", "the-client")
	t.Setenv("GOOGLE_CLIENT_SECRET", "the secret")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, listener, filepath.Join(t.TempDir(), "auth.db")) }()

	browser := &http.Client{Timeout: time.Minute}
	origin := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	send := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequest(method, "http://"+listener.Addr().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
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
	for path, want := range map[string]string{"/": "Sign in with Google", "/?error=access_denied": `role="alert">`, "/page.js": "/sign-in/social"} {
		if status, answer := send("GET", path, ""); status != 200 || !strings.Contains(answer, want) || strings.Contains(answer, "Signed in as") {
			t.Errorf("GET %s: %d %s", path, status, answer)
		}
	}
	if status, answer := send("POST", "/api/auth/sign-in/social", `{"provider":"google","callbackURL":"/"}`); status != 200 || !strings.Contains(answer, "https://accounts.google.com/") {
		t.Errorf("sign-in: %d %s", status, answer)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestProgramNeedsAProvider(t *testing.T) {
	t.Setenv("OIDC_ISSUER", "")
	t.Setenv("GOOGLE_CLIENT_ID", "")
	if _, _, err := signIn(); err == nil || !strings.Contains(err.Error(), "; set GOOGLE_CLIENT_ID") {
		t.Errorf("error %v", err)
	}
	t.Setenv("GOOGLE_CLIENT_ID", "the-client")
	t.Setenv("GOOGLE_CLIENT_SECRET", "")
	if _, _, err := signIn(); err == nil {
		t.Error("a client without a secret is offered")
	}
	t.Setenv("OIDC_ISSUER", "https://id.example.com")
	if one, plugins, err := signIn(); err != nil || one.ID != "oidc" || len(plugins) != 2 {
		t.Errorf("%v, %d plugins, %v", one, len(plugins), err)
	}
}
