package echoauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/better-auth-go/better-auth/adapters/adaptertest"
	echoauth "github.com/better-auth-go/better-auth/adapters/echo"
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/labstack/echo/v4"
)

func binding(mount func(testing.TB, *echo.Echo, *betterauth.Auth)) adaptertest.Binding {
	return func(t testing.TB, app adaptertest.App) http.Handler {
		e := echo.New()
		for _, auth := range app.Auths {
			mount(t, e, auth)
		}
		for _, route := range app.Routes {
			var guards []echo.MiddlewareFunc
			for _, guard := range route.Guards {
				if guard.Requirements != nil {
					guards = append(guards, echoauth.Require(guard.Auth, guard.Requirements...))
				} else if guard.Required {
					guards = append(guards, echoauth.RequireSession(guard.Auth))
				} else {
					guards = append(guards, echoauth.OptionalSession(guard.Auth))
				}
			}
			e.GET(route.Path, func(c echo.Context) error {
				who, _ := echoauth.SessionFrom(c)
				route.Handle(c.Response(), c.Request(), who)
				return nil
			}, guards...)
		}
		for path, document := range app.Documents {
			e.Any(path, echo.WrapHandler(document))
		}
		return e
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding(func(t testing.TB, e *echo.Echo, auth *betterauth.Auth) {
		if err := echoauth.Mount(e, auth); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestGroup(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, binding(func(t testing.TB, e *echo.Echo, auth *betterauth.Auth) {
		// A group with middleware also has routes for what is not found.
		group := e.Group(auth.BasePath(), func(next echo.HandlerFunc) echo.HandlerFunc { return next })
		if err := echoauth.Mount(group, auth); err != nil {
			t.Fatal(err)
		}
	}))
}

func newAuth(t *testing.T) *betterauth.Auth {
	t.Helper()
	auth, err := betterauth.New(betterauth.Config{Secret: "a secret of more than 32 characters", Schema: betterauth.SchemaMigrate}).
		Database(databasetest.SQLiteMemory(t)).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

func TestWrongGroup(t *testing.T) {
	t.Parallel()
	auth := newAuth(t)
	for _, prefix := range []string{"", "/api", "/auth", "/api/auth/v1"} {
		if err := echoauth.Mount(echo.New().Group(prefix), auth); err == nil {
			t.Errorf("mounted on a group with prefix %q", prefix)
		}
	}
}

// A logger or a metric asks the response, not the error, for the status.
func TestRefusalIsSeenByOuterMiddleware(t *testing.T) {
	t.Parallel()
	e, status := echo.New(), 0
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			status = c.Response().Status
			return err
		}
	})
	e.GET("/me", func(echo.Context) error { t.Error("the handler ran"); return nil }, echoauth.RequireSession(newAuth(t)))
	e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/me", nil))
	if status != http.StatusUnauthorized {
		t.Errorf("outer middleware saw %d", status)
	}
}
