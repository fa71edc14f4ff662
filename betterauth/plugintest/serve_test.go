package plugintest_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// A kit's clients reach routes of the application's own with their cookies, and
// the Auth through the application's router.
func TestServe(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t)
	alice := kit.SignedIn("alice@example.com")
	alice.Root().Get("/me").Want(http.StatusNotFound) // the Auth alone has no such route
	seen := 0
	mux := http.NewServeMux()
	mux.HandleFunc(kit.Auth.BasePath()+"/", func(w http.ResponseWriter, r *http.Request) {
		seen++
		kit.Auth.ServeHTTP(w, r)
	})
	mux.Handle("GET /me", kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
		_, _ = w.Write([]byte(who.User.Email))
	})))
	kit.With(t).Serve(mux) // for the kit and its copies
	alice.Root().Get("/me").WantBody(http.StatusOK, "alice@example.com")
	if alice.Cookie("seen") != "1" || alice.Root().Fork().Cookie("seen") != "1" {
		t.Error("the cookie of the application's route is not the browser's")
	}
	alice.Root().Fork().Get("/me").Want(http.StatusOK)
	alice.Get("/get-session").Want(http.StatusOK)
	kit.Client().Root().Get("/me").WantError(betterauth.ErrUnauthorized)
	if seen != 1 {
		t.Errorf("%d requests came to the Auth by the router", seen)
	}
}
