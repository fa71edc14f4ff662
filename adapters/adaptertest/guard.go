package adaptertest

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
)

const (
	unauthorized  = `{"message":"Unauthorized","code":"UNAUTHORIZED"}`
	internalError = `{"message":"Internal server error","code":"INTERNAL_SERVER_ERROR"}`
)

// greet answers with the address of who asks, and checks that the request's
// context knows the same.
func greet(t testing.TB) func(http.ResponseWriter, *http.Request, *betterauth.Identity) {
	return func(w http.ResponseWriter, r *http.Request, who *betterauth.Identity) {
		if id, ok := betterauth.SessionFrom(r.Context()); ok != (who != nil) || id != who {
			t.Errorf("the binding's getter says %v, the request's context %v", who, id)
		}
		if who == nil {
			_, _ = io.WriteString(w, "nobody")
			return
		}
		if who.User == nil || who.Session == nil || who.Session.UserID != who.User.ID {
			t.Errorf("identity %+v", who)
			return
		}
		_, _ = io.WriteString(w, who.User.Email)
	}
}

func testRequired(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/me", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: greet(t)},
	}}))
	c.get("/me").expectJSON(t, "nobody", 401, unauthorized)
	c.cookies["better-auth.session_token"] = "forged.c2lnbmF0dXJl"
	c.get("/me").expectJSON(t, "a forged cookie", 401, unauthorized)
	c.signUp(s, "ada@example.com")
	c.get("/me").expect(t, "Ada", 200, "ada@example.com")

	// Ended on another device: refused, and the cookie goes.
	who, err := s.Session(t.Context(), c.request(t.Context(), http.MethodGet, "/me", nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sessions().RevokeAll(t.Context(), who.User.ID); err != nil {
		t.Fatal(err)
	}
	c.get("/me").expectJSON(t, "a revoked session", 401, unauthorized)
	if len(c.cookies) != 0 {
		t.Errorf("cookies of a revoked session: %v", c.cookies)
	}
}

func testOptional(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/", Guards: []Guard{{Auth: s.Auth, Required: false}}, Handle: greet(t)},
	}}))
	c.get("/").expect(t, "nobody", 200, "nobody")
	c.cookies["better-auth.session_token"] = "forged.c2lnbmF0dXJl"
	c.get("/").expect(t, "a forged cookie", 200, "nobody")
	c.signUp(s, "ada@example.com")
	c.get("/").expect(t, "Ada", 200, "ada@example.com")
}

func testDatabaseFailure(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	var ran atomic.Bool
	handle := func(http.ResponseWriter, *http.Request, *betterauth.Identity) { ran.Store(true) }
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/required", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: handle},
		{Path: "/optional", Guards: []Guard{{Auth: s.Auth, Required: false}}, Handle: handle},
	}}))
	c.signUp(s, "ada@example.com")
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/required": internalError, "/optional": internalError,
		"/api/auth/get-session": `{"message":"Failed to get session","code":"FAILED_TO_GET_SESSION"}`,
	} {
		a := c.get(path)
		a.expectJSON(t, path, 500, want)
		if set := a.Header["Set-Cookie"]; len(set) > 0 {
			t.Errorf("%s: sets cookies %v", path, set)
		}
	}
	if ran.Load() {
		t.Error("a handler ran although nobody knows who asks")
	}
}

func testRefresh(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{})
	var early atomic.Bool
	handle := func(w http.ResponseWriter, _ *http.Request, _ *betterauth.Identity) {
		early.Store(len(w.Header()["Set-Cookie"]) > 0)
		w.WriteHeader(http.StatusAccepted)
	}
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/required", Guards: []Guard{{Auth: s.Auth, Required: true}}, Handle: handle},
		{Path: "/optional", Guards: []Guard{{Auth: s.Auth, Required: false}}, Handle: handle},
	}}))
	c.signUp(s, "ada@example.com")
	a := c.get("/required")
	a.expect(t, "a new session", 202, "")
	if len(a.Cookies()) > 0 || early.Load() {
		t.Errorf("a session that is not due was prolonged: %v", a.Cookies())
	}
	// Sessions end after seven days without use: each of these is within seven
	// days of the one before, and the last is not within those of the first.
	for _, path := range []string{"/required", "/optional", "/required"} {
		s.clock.advance(5 * 24 * time.Hour)
		a := c.get(path)
		a.expect(t, path, 202, "")
		if !early.Swap(false) {
			t.Errorf("%s: no cookie in the header when the handler ran", path)
		}
		if len(a.Cookies()) != 1 || a.Cookies()[0].MaxAge != 7*24*60*60 {
			t.Errorf("%s: the cookies that arrived: %v", path, a.Cookies())
		}
	}
}

func testTwoAuths(t *testing.T, b Binding) {
	staff := newSite(t, betterauth.Config{BasePath: "/staff/auth", Secret: "the staff's secret of over 32 characters",
		Cookies: betterauth.CookieConfig{Prefix: "staff"}})
	guests := newSite(t, betterauth.Config{BasePath: "/guests/auth"})
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{staff.Auth, guests.Auth}, Routes: []Route{
		{Path: "/staff", Guards: []Guard{{Auth: staff.Auth, Required: true}}, Handle: greet(t)},
		{Path: "/guests", Guards: []Guard{{Auth: guests.Auth, Required: true}}, Handle: greet(t)},
		{Path: "/both", Guards: []Guard{{Auth: staff.Auth, Required: true}, {Auth: guests.Auth, Required: true}}, Handle: greet(t)},
		{Path: "/inner", Guards: []Guard{{Auth: staff.Auth, Required: true}, {Auth: guests.Auth, Required: false}}, Handle: greet(t)},
	}}))
	c.signUp(staff, "staff@example.com")
	c.get("/staff").expect(t, "staff", 200, "staff@example.com")
	c.get("/guests").expectJSON(t, "staff among guests", 401, unauthorized)
	c.get("/both").expectJSON(t, "staff where both are required", 401, unauthorized)
	// The handler asked who of the guests this is.
	c.get("/inner").expect(t, "staff where a guest is optional", 200, "nobody")
	c.get("/guests/auth/get-session").expectJSON(t, "the guests' session", 200, "null")
	c.signUp(guests, "guest@example.com")
	c.get("/staff").expect(t, "both among staff", 200, "staff@example.com")
	c.get("/guests").expect(t, "both among guests", 200, "guest@example.com")
	c.get("/both").expect(t, "both where both are required", 200, "guest@example.com")
	c.get("/inner").expect(t, "both where a guest is optional", 200, "guest@example.com")
}
