package betterauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// caller is an operation that answers who calls, "the server" for nobody.
func caller(id string, access betterauth.Access) betterauth.Endpoint {
	return betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodGet, Path: "/caller/" + id, Access: access},
		func(c *betterauth.Ctx, _ betterauth.None) (string, error) {
			if c.Identity() == nil {
				return "the server", nil
			}
			return c.Identity().User.Email, nil
		})
}

// An operation that only the server may call without a session demands one of
// every request, and of every call that names one or is lent a request.
func TestAccessExceptInProcess(t *testing.T) {
	t.Parallel()
	const ada = "ada@example.com"
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		reader := &badgeReader{}
		kit := plugintest.NewWith(t, plugintest.Options{
			DB:     db,
			Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, MaxAge: 48 * time.Hour}}},
			Plugins: []betterauth.Plugin{
				betterauth.Inline{ID: "callers", Endpoints: []betterauth.Endpoint{
					caller("stored", betterauth.WithStoredSessionOrInProcess), caller("fresh", betterauth.WithFreshSessionOrInProcess),
				}},
				betterauth.Inline{ID: "badges", Sources: []betterauth.SessionSource{betterauth.IdentitySource("badge",
					func(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
						if c.Request().Header.Get("X-Badge") == "" {
							return nil, false, nil
						}
						user, err := reader.users.Get(c, database.Eq("email", ada))
						if err != nil {
							return nil, false, err
						}
						return &betterauth.Identity{User: user, Session: &betterauth.Session{UserID: user.ID, CreatedAt: c.Now(), ExpiresAt: c.Now().Add(time.Hour)}}, true, nil
					})}},
			},
		})
		reader.users = kit.Users()

		old := kit.SignedIn(ada)
		old.Get("/get-session").Want(http.StatusOK) // which leaves a copy in the browser
		kit.Clock.Advance(25 * time.Hour)
		revoked := kit.SignedIn(ada)
		revoked.Get("/get-session").Want(http.StatusOK)
		if _, err := plugintest.StoreOf[betterauth.Session](kit).Delete(t.Context(), database.Eq("id", revoked.Session.ID)); err != nil {
			t.Fatal(err)
		}
		fresh := kit.SignedIn(ada)
		forged := kit.Client()
		forged.SetCookie("better-auth.session_token", fresh.Session.Token+".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
		badge := kit.Client()
		badge.Header.Set("X-Badge", "ada")

		for name, test := range map[string]struct {
			client        *plugintest.Client
			stored, fresh *betterauth.ErrorCode // nil: it is let in
		}{
			"nobody":          {kit.Client(), betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"a forged one":    {forged, betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"a revoked one":   {revoked, betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"one vouched":     {badge, betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"one of before":   {old, nil, betterauth.ErrSessionNotFresh},
			"one of just now": {fresh, nil, nil},
		} {
			for op, want := range map[string]*betterauth.ErrorCode{"stored": test.stored, "fresh": test.fresh} {
				// A call that is lent a request is that request's.
				lent, err := plugintest.Call[string](test.client.Fork(), op, betterauth.None{})
				if want == nil {
					if err != nil || lent != ada {
						t.Errorf("%s, lent to %s: %q, %v", name, op, lent, err)
					}
					test.client.Fork().Get("/caller/"+op).WantBody(http.StatusOK, `"`+ada+`"`)
					continue
				}
				if !errors.Is(err, want) {
					t.Errorf("%s, lent to %s: %q, %v", name, op, lent, err)
				}
				test.client.Fork().Get("/caller/" + op).WantError(want)
			}
		}

		for name, test := range map[string]struct {
			options       betterauth.CallOptions
			who           string
			stored, fresh error
		}{
			"nobody":                {betterauth.CallOptions{}, "the server", nil, nil},
			"a wrong token":         {betterauth.CallOptions{SessionToken: "wrong"}, "", betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"a revoked one":         {betterauth.CallOptions{SessionToken: revoked.Session.Token}, "", betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"one of before":         {betterauth.CallOptions{SessionToken: old.Session.Token}, ada, nil, betterauth.ErrSessionNotFresh},
			"one of just now":       {betterauth.CallOptions{SessionToken: fresh.Session.Token}, ada, nil, nil},
			"an empty request":      {betterauth.CallOptions{Request: httptest.NewRequest(http.MethodGet, plugintest.BaseURL, nil)}, "", betterauth.ErrUnauthorized, betterauth.ErrUnauthorized},
			"a token and a request": {betterauth.CallOptions{SessionToken: fresh.Session.Token, Request: httptest.NewRequest(http.MethodGet, plugintest.BaseURL, nil)}, ada, nil, nil},
		} {
			for op, want := range map[string]error{"stored": test.stored, "fresh": test.fresh} {
				who, err := betterauth.Call[string](t.Context(), kit.Auth, op, betterauth.None{}, test.options)
				if !errors.Is(err, want) || want == nil && who != test.who {
					t.Errorf("in process with %s, %s: %q, %v; want %q, %v", name, op, who, err, test.who, want)
				}
			}
		}
	})
}
