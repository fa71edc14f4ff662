package conformance_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestServerControls(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db testDatabase) {
		at := startGo(t, db, "--base-path", "/auth", "--cookie-cache", "jwt")
		control := at.visitor()
		control.base = at.url
		if got := control.must(t, "GET", "/__health", nil); string(got) != `{"ok":true}` {
			t.Errorf("health: %s", got)
		}
		if status, _, err := control.send(t.Context(), "GET", "/api/auth/ok", nil); err != nil || status != http.StatusNotFound {
			t.Errorf("another base path: %d %v", status, err)
		}

		v, somebody := at.visitor(), knownUser{email: "ada@example.com"}
		v.base = at.url + "/auth"
		v.must(t, "POST", "/sign-up/email", somebody.credentials())
		if v.cookies["better-auth.session_data"] == "" {
			t.Error("no cookie cache, though it was asked for")
		}
		v.must(t, "GET", "/passkey/generate-register-options", nil)
		control.must(t, "POST", "/__test/reset-state", nil)
		if got := v.must(t, "GET", "/get-session?disableCookieCache=true", nil); string(got) != "null" {
			t.Errorf("a session is left: %s", got)
		}
		database := db.opened(t).Bun()
		for _, table := range []string{"user", "session", "account", "verification", "passkey"} {
			var n int
			if err := database.QueryRowContext(t.Context(), `select count(*) from "`+table+`"`).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s holds %d rows: %v", table, n, err)
			}
		}
		v.must(t, "POST", "/sign-up/email", somebody.credentials())
		stopped(t, at)
		if _, _, err := control.send(t.Context(), "GET", "/__health", nil); err == nil {
			t.Error("the server goes on after its standard input ended")
		}
	})
}

func TestServerRefusesToStart(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the Go server and runs it as a process; run it without -short")
	}
	path, err := goServer()
	if err != nil {
		t.Fatal(err)
	}
	for reason, args := range map[string][]string{
		"--port N is required":          {},
		"compact, jwt or jwe":           {"--port", "0", "--cookie-cache", "plain"},
		"give sqlite:PATH or postgres:": {"--port", "0", "--database", "mysql://localhost/x"},
		"unexpected \"surprise\"":       {"--port", "0", "surprise"},
		"without a path":                {"--port", "0", "--origin", "http://localhost:3000/path"},
		"no feature surprise":           {"--port", "0", "--with", "fields,surprise"},
		"connect":                       {"--port", "0", "--database", "postgres://postgres@localhost:1/x"},
		"flag provided but not defined": {"--port", "0", "--surprise"},
	} {
		if _, err := launch(t, path, args...); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v: %v does not say %q", args, err, reason)
		}
	}
}
