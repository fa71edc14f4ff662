package adaptertest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/plugins/passkey"
)

func testRoundTrip(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	c.get("/api/auth/get-session").expectJSON(t, "get-session of nobody", 200, "null")
	c.signUp(s, "ada@example.com")
	a := c.get("/api/auth/get-session")
	a.expectJSON(t, "get-session", 200, "*")
	if !strings.Contains(a.body, `"email":"ada@example.com"`) {
		t.Errorf("get-session: %s", a.body)
	}
	stranger := c.do(http.MethodPost, "/api/auth/sign-in/email", `{"email":"ada@example.com","password":"wrong horse"}`)
	stranger.expectJSON(t, "wrong password", 401, `{"message":"Invalid email or password","code":"INVALID_EMAIL_OR_PASSWORD"}`)
	c.do(http.MethodPost, "/api/auth/sign-out", "{}").expectJSON(t, "sign-out", 200, `{"success":true}`)
	if len(c.cookies) != 0 {
		t.Errorf("cookies after sign-out: %v", c.cookies)
	}
	c.get("/api/auth/get-session").expectJSON(t, "get-session after sign-out", 200, "null")
}

// notFound answers what no operation serves.
const notFound = `{"message":"Not found","code":"NOT_FOUND"}`

func testNotFound(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{
		Auths: []*betterauth.Auth{s.Auth},
		Routes: []Route{{Path: "/api/authors", Handle: func(w http.ResponseWriter, _ *http.Request, _ *betterauth.Identity) {
			_, _ = io.WriteString(w, "Ada")
		}}},
	}))
	for _, path := range []string{
		"", "/", "/nothing", "/nothing/", "/ok/", "/ok/more", "/sign-up", "/sign-up/email/more", "/OK",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions, http.MethodDelete} {
			want := notFound
			if method == http.MethodHead {
				want = ""
			}
			c.do(method, "/api/auth"+path, "").expect(t, method+" "+path, 404, want)
		}
	}
	// Paths that exist, by methods that do not.
	for _, method := range []string{http.MethodOptions, http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodPost} {
		c.do(method, "/api/auth/ok", "").expect(t, method+" /ok", 404, notFound)
	}
	// What answers GET answers HEAD, with the same header and no body.
	head, get := c.do(http.MethodHead, "/api/auth/ok", ""), c.get("/api/auth/ok")
	head.expect(t, "HEAD /ok", 200, "")
	for _, name := range []string{"Content-Length", "Content-Type", "Cache-Control"} {
		if head.Header.Get(name) != get.Header.Get(name) || get.Header.Get(name) == "" {
			t.Errorf("HEAD /ok: %s %q, GET: %q", name, head.Header.Get(name), get.Header.Get(name))
		}
	}
	c.get("/api/authors").expect(t, "a path that only begins like the base path", 200, "Ada")
}

func testEncodedPaths(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	for _, text := range []string{"plain", "a%20b", "a%2Fb", "%25", "%C3%A9", "a+b", "a:b"} {
		c.get("/api/auth/parrot/"+text).expectJSON(t, text, 200, `{"text":"`+text+`"}`)
	}
	// Another spelling of a route is not that route.
	for _, path := range []string{"/api/auth/%6Fk", "/api/auth/ok%2F", "/api/auth%2Fok", "/api/%61uth/ok", "/api/auth/ok%00", "/api/auth/get%2Dsession"} {
		c.get(path).expect(t, path, 404, "*")
	}
	// A router may send the client to the clean path, but not serve this one.
	for _, path := range []string{"/api/auth//ok", "//api/auth/ok", "/api/auth/./ok", "/api/auth/x/../ok", "/api/auth/%2e%2e/auth/ok"} {
		if a := c.get(path); a.StatusCode < 300 || a.StatusCode >= 500 {
			t.Errorf("%s: status %d, body %q", path, a.StatusCode, a.body)
		}
	}
}

func testOtherBasePath(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{BasePath: "/v1/people/identity"})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	c.get("/v1/people/identity/ok").expectJSON(t, "/ok", 200, `{"ok":true}`)
	c.signUp(s, "ada@example.com")
	c.get("/v1/people/identity/list-sessions").expectJSON(t, "list-sessions", 200, "*")
	c.get("/v1/people/identity").expect(t, "the base path", 404, notFound)
	c.get("/v1/people/identity/nothing").expect(t, "an unknown path", 404, notFound)
	c.get("/api/auth/ok").expect(t, "the default base path", 404, "*")
}

// The base path may be the whole server.
func testRootBasePath(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{BasePath: "/"})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	c.get("/ok").expectJSON(t, "/ok", 200, `{"ok":true}`)
	c.get("/").expect(t, "the base path", 404, notFound)
	c.get("/nothing").expect(t, "an unknown path", 404, notFound)
}

func testDocuments(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	documents := passkey.New(passkey.Config{
		RelatedOrigins: []string{"https://example.de"}, Pages: passkey.Pages{Manage: "https://example.com/passkeys"},
	}).WellKnown()
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Documents: documents}))
	for path, body := range map[string]string{
		passkey.RelatedOriginsPath: `{"origins":["https://example.de"]}`,
		passkey.EndpointsPath:      `{"manage":"https://example.com/passkeys"}`,
	} {
		c.get(path).expectJSON(t, path, 200, body)
		c.do(http.MethodHead, path, "").expect(t, "HEAD "+path, 200, "")
		c.do(http.MethodPost, path, "").expect(t, "POST "+path, 405, "")
		c.get("/api/auth"+path).expect(t, "under the base path, "+path, 404, notFound)
	}
	c.get("/api/auth/ok").expectJSON(t, "/ok", 200, `{"ok":true}`)
}

func testTooLarge(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}}))
	const want = `{"message":"Request body is too large","code":"PAYLOAD_TOO_LARGE"}`
	large := []byte(`{"name":"` + strings.Repeat("x", 8*bodyLimit) + `"}`)
	for name, body := range map[string]io.Reader{
		"with a length": bytes.NewReader(large),
		"chunked":       io.MultiReader(bytes.NewReader(large)),
	} {
		response := c.send(c.request(t.Context(), http.MethodPost, "/api/auth/sign-up/email", body))
		raw, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		answer{response, string(raw)}.expectJSON(t, name, 413, want)
	}
}
