package betterauth_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

type targetInput struct {
	CallbackURL string `query:"callbackURL"`
}

// A link is followed only to a place that is trusted. What was decoded once is meant
// as it is then.
func TestLinkTargetsAreChecked(t *testing.T) {
	t.Parallel()
	follow := func(_ *betterauth.Ctx, in targetInput) (betterauth.Redirect, error) {
		return betterauth.Redirect{URL: in.CallbackURL}, nil
	}
	plugin := betterauth.Inline{ID: "links", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "checked", Method: http.MethodGet, Path: "/checked", Access: betterauth.Public, CheckTargets: true}, follow),
		betterauth.Handle(betterauth.Operation{ID: "unchecked", Method: http.MethodGet, Path: "/unchecked", Access: betterauth.Public}, follow),
	}}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{plugin},
		Config: betterauth.Config{TrustedOrigins: []string{"https://app.example.com", "myapp://"}}})
	for target, trusted := range map[string]bool{
		"":                           true,
		"/home":                      true,
		"/home?to=%2F%2Fx&path=C%5C": true,
		"/100%":                      true,
		plugintest.BaseURL + "/x":    true,
		"https://app.example.com/a?next=https%3A%2F%2Fevil.example#%5C": true,
		"myapp://open":                         true,
		"https://evil.example":                 false,
		"https%3A%2F%2Fevil.example":           false,
		"//evil.example":                       false,
		"/%2Fevil.example":                     false,
		"/%252Fevil.example":                   true, // a path of this site
		"/%5Cevil.example":                     false,
		"/%09/evil.example":                    true, // the same; a tab would be stripped
		"/\t/evil.example":                     false,
		"https://app.example.com%2F@evil.test": false,
		"javascript:alert(1)":                  false,
		"home":                                 false,
	} {
		for _, name := range []string{"callbackURL", "newUserCallbackURL", "errorCallbackURL"} {
			query := url.Values{"callbackURL": {"/fine"}}
			query.Set(name, target)
			answer := kit.Client().Get("/checked?" + query.Encode())
			if trusted {
				answer.Want(http.StatusFound)
			} else {
				answer.WantError(betterauth.ErrInvalidCallbackURL)
			}
		}
		kit.Client().Get("/unchecked?" + url.Values{"callbackURL": {target}}.Encode()).Want(http.StatusFound)
	}
	// Of several values none may be a way around the check.
	kit.Client().Get("/checked?callbackURL=/&errorCallbackURL=/&errorCallbackURL=//evil.example").WantError(betterauth.ErrInvalidCallbackURL)
	// What is wrong with the input is said first, as in the reference.
	kit.Client().Get("/checked?errorCallbackURL=//evil.example").WantError(betterauth.ErrValidation)
}

func TestLinkTargetsInProcess(t *testing.T) {
	t.Parallel()
	plugin := betterauth.Inline{ID: "links", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "checked", Method: http.MethodGet, Path: "/checked", Access: betterauth.Public, CheckTargets: true},
			func(_ *betterauth.Ctx, in targetInput) (betterauth.Redirect, error) {
				return betterauth.Redirect{URL: in.CallbackURL}, nil
			}),
	}}
	kit := plugintest.New(t, plugin)
	got, err := betterauth.Call[betterauth.Redirect](t.Context(), kit.Auth, "checked", targetInput{"https://elsewhere.example"}, betterauth.CallOptions{})
	if err != nil || got.URL != "https://elsewhere.example" {
		t.Errorf("%+v, %v", got, err)
	}
}
