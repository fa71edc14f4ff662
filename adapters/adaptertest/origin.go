package adaptertest

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
)

// testOtherOrigin calls as a browser does for a page on another origin: it asks by
// OPTIONS first, which routers like to answer themselves.
func testOtherOrigin(t *testing.T, b Binding) {
	const page = "http://localhost:5173"
	s := newSite(t, betterauth.Config{TrustedOrigins: []string{page}})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	call := func(method, path, from, asks string) *http.Response {
		r := c.request(t.Context(), method, path, nil)
		r.Header.Set("Origin", from)
		if asks != "" {
			r.Header.Set("Access-Control-Request-Method", asks)
			r.Header.Set("Access-Control-Request-Headers", "content-type")
		}
		return c.send(r)
	}
	for _, tt := range []struct {
		method, path, from, asks string
		status                   int
		reads                    bool
	}{
		{http.MethodOptions, "/api/auth/sign-in/email", page, http.MethodPost, http.StatusNoContent, true},
		{http.MethodOptions, "/api/auth/parrot/a%2Fb", page, http.MethodGet, http.StatusNoContent, true},
		{http.MethodOptions, "/api/auth", page, http.MethodGet, http.StatusNoContent, true},
		{http.MethodOptions, "/api/auth/nothing/", page, http.MethodDelete, http.StatusNoContent, true},
		{http.MethodOptions, "/api/auth/sign-in/email", page, "", http.StatusNotFound, true},
		{http.MethodOptions, "/api/auth/sign-in/email", "https://evil.example", http.MethodPost, http.StatusNotFound, false},
		{http.MethodGet, "/api/auth/get-session", page, "", http.StatusOK, true},
		{http.MethodGet, "/api/auth/list-sessions", page, "", http.StatusUnauthorized, true},
		{http.MethodGet, "/api/auth/nothing", page, "", http.StatusNotFound, true},
		{http.MethodGet, "/api/auth/get-session", "https://evil.example", "", http.StatusOK, false},
	} {
		what := tt.method + " " + tt.path + " from " + tt.from
		response := call(tt.method, tt.path, tt.from, tt.asks)
		if response.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d", what, response.StatusCode, tt.status)
		}
		allowed, credentials := response.Header["Access-Control-Allow-Origin"], response.Header.Get("Access-Control-Allow-Credentials")
		if tt.reads && (len(allowed) != 1 || allowed[0] != page || credentials != "true") || !tt.reads && (len(allowed) != 0 || credentials != "") {
			t.Errorf("%s: lets %q read, credentials %q", what, allowed, credentials)
		}
		if vary := response.Header["Vary"]; len(vary) == 0 {
			t.Errorf("%s: no Vary", what)
		}
	}
}
