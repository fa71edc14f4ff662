package betterauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// required is an application with a page for those who satisfy the requirements.
func required(t *testing.T, cfg betterauth.Config, requirements ...betterauth.Requirement) *plugintest.Kit {
	t.Helper()
	kit := plugintest.NewWith(t, plugintest.Options{Config: cfg})
	mux := http.NewServeMux()
	mux.Handle(kit.Auth.BasePath()+"/", kit.Auth)
	mux.Handle("/mine", kit.Auth.Require(requirements...)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		_, _ = w.Write([]byte(who.User.Email))
	})))
	kit.Serve(mux)
	return kit
}

// The copy in the cookie cache, which other reads believe, opens nothing here.
func TestRequireAsksTheDatabase(t *testing.T) {
	t.Parallel()
	kit := required(t, betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}})
	alice := kit.SignedIn("alice@example.com")
	getSession(t, alice, "") // which leaves a copy in the browser
	alice.Fork().Root().Get("/mine").WantBody(http.StatusOK, "alice@example.com")
	if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), alice.User.ID); err != nil {
		t.Fatal(err)
	}
	if id, _ := getSession(t, alice.Fork(), ""); id == nil {
		t.Fatal("there is no copy to believe")
	}
	alice.Root().Get("/mine").WantError(betterauth.ErrUnauthorized)
	if alice.Cookie(sessionCookie) != "" || alice.Cookie(cacheCookie) != "" {
		t.Error("the cookies of a session that ended stay")
	}
}

// A session that is due is prolonged, also in the browser, and also for somebody who
// may not do what they ask for.
func TestRequireProlongsTheSession(t *testing.T) {
	t.Parallel()
	kit := required(t, betterauth.Config{}, func(_ *http.Request, who *betterauth.Identity) error {
		if who.User.Email != "alice@example.com" {
			return betterauth.ErrForbidden
		}
		return nil
	})
	for email, want := range map[string]int{"alice@example.com": http.StatusOK, "bob@example.com": http.StatusForbidden} {
		c := kit.SignedIn(email)
		if answer := c.Root().Get("/mine").Want(want); len(answer.Cookies) != 0 {
			t.Errorf("%s: a young session set cookies: %v", email, answer.Cookies)
		}
		kit.Clock.Advance(25 * time.Hour)
		if ck := c.Root().Get("/mine").Want(want).SetCookie(sessionCookie); ck == nil || ck.MaxAge != 7*24*3600 {
			t.Errorf("%s: the cookie is %v", email, ck)
		}
	}
}
