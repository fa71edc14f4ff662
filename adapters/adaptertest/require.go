package adaptertest

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

const forbidden = `{"message":"You are not allowed to do this","code":"FORBIDDEN"}`

func testRequirements(t *testing.T, b Binding) {
	s := newSite(t, betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}})
	var ran atomic.Int32
	byName := func(name string) betterauth.Requirement {
		return func(_ *http.Request, who *betterauth.Identity) error {
			if who.User.Name != name {
				return betterauth.ErrForbidden
			}
			return nil
		}
	}
	onPath := func(r *http.Request, _ *betterauth.Identity) error {
		if !strings.HasPrefix(r.URL.Path, "/for-") {
			return errors.New("the request is another one")
		}
		return nil
	}
	handle := func(w http.ResponseWriter, r *http.Request, who *betterauth.Identity) {
		ran.Add(1)
		greet(t)(w, r, who)
	}
	c := serve(t, b(t, App{Auths: []*betterauth.Auth{s.Auth}, Routes: []Route{
		{Path: "/for-ada", Handle: handle, Guards: []Guard{{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{onPath, byName("Ada")}}}},
		{Path: "/for-bob", Handle: handle, Guards: []Guard{{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{onPath, byName("Bob")}}}},
		{Path: "/for-both", Handle: handle, Guards: []Guard{{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{byName("Ada"), byName("Bob")}}}},
		{Path: "/broken", Handle: handle, Guards: []Guard{{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{onPath}}}},
		{Path: "/panics", Handle: handle, Guards: []Guard{{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{
			func(*http.Request, *betterauth.Identity) error { panic("of the test") }}}}},
	}}))
	c.get("/for-ada").expectJSON(t, "nobody", 401, unauthorized)
	c.signUp(s, "ada@example.com")
	c.get("/for-ada").expect(t, "somebody who may", 200, "ada@example.com")
	c.get("/for-bob").expectJSON(t, "somebody who may not", 403, forbidden)
	c.get("/for-both").expectJSON(t, "somebody who satisfies one of two", 403, forbidden)
	c.get("/broken").expectJSON(t, "a requirement that fails", 500, internalError)
	c.get("/panics").expectJSON(t, "a requirement that panics", 500, internalError)
	// What was taken from somebody is gone at once, though their cookie says else.
	users, err := betterauth.StoreOf[betterauth.User](s.Auth)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := users.Update(t.Context(), database.Set{"name": "Eve"}, database.Eq("email", "ada@example.com")); err != nil {
		t.Fatal(err)
	}
	c.get("/for-ada").expectJSON(t, "somebody who may no longer", 403, forbidden)
	if n := ran.Load(); n != 1 {
		t.Errorf("the handler ran %d times", n)
	}
}
