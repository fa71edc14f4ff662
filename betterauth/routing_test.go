package betterauth_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

func TestSkipTrailingSlashes(t *testing.T) {
	t.Parallel()
	for base, kit := range map[string]*plugintest.Kit{
		"":          plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{SkipTrailingSlashes: true, DisabledPaths: []string{"/list-sessions"}}, Plugins: []betterauth.Plugin{probe(), emailpassword.New(emailpassword.Config{})}}),
		"no prefix": plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{SkipTrailingSlashes: true, BasePath: "/", DisabledPaths: []string{"/list-sessions"}}, Plugins: []betterauth.Plugin{probe(), emailpassword.New(emailpassword.Config{})}}),
	} {
		c := kit.Client()
		for path, status := range map[string]int{
			"/ok": 200, "/ok/": 200, "/ok//": 404, "//ok/": 404, "/": 404, "": 404, "/get-session/?a=b": 200, "/nowhere/": 404,
			"/list-sessions/": 404, "/reset-password/x/?callbackURL=/": 302,
		} {
			if base != "" && path == "" {
				continue // no path at all
			}
			if a := c.Get(path); a.Status != status {
				t.Errorf("%s: %s: %d %s", base, path, a.Status, a.Body)
			}
		}
		c.Post("/echo/a/", map[string]any{"text": "x"}).Want(http.StatusOK)
	}
}

// What a query says twice is no value, also where only the check of targets reads
// it.
func TestRepeatedQueryMember(t *testing.T) {
	t.Parallel()
	kit := withPasswords(t, probe())
	c := kit.Client()
	in := map[string]any{"email": "a@example.com", "password": "password1234"}
	for query, status := range map[string]int{
		"callbackURL=/a":                                  401,
		"callbackURL=/a&callbackURL=":                     400,
		"callbackURL=/a&callbackURL=https://evil.example": 400,
		"callbackURL=&callbackURL=":                       400,
		"callbackURL=https://evil.example":                403,
		"other=a&other=b":                                 401,
	} {
		if a := c.Post("/sign-in/email?"+query, in); a.Status != status {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
	// A target in the body wins, as it does at the TypeScript server.
	in["callbackURL"] = "/b"
	c.Post("/sign-in/email?callbackURL=/a&callbackURL=/b", in).Want(http.StatusUnauthorized)
	c.Post("/reset-password?token=a&token=b", map[string]any{"newPassword": "password1234"}).WantError(betterauth.ErrValidation)
	c.Get("/reset-password/x?callbackURL=/a&callbackURL=/b").WantError(betterauth.ErrValidation)
}
