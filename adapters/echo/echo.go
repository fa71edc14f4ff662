// Package echoauth puts a [betterauth.Auth] on Echo. Start with [Mount] and
// [RequireSession].
//
//	e := echo.New()
//	if err := echoauth.Mount(e, auth); err != nil { … }
//	e.GET("/me", func(c echo.Context) error {
//		who, _ := echoauth.SessionFrom(c)
//		return c.String(http.StatusOK, who.User.Name)
//	}, echoauth.RequireSession(auth))
package echoauth

import (
	"errors"
	"fmt"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/labstack/echo/v4"
)

// Router is what an Auth can be mounted on: *echo.Echo or *echo.Group.
type Router interface {
	Any(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) []*echo.Route
}

// Mount serves the Auth's endpoints under its base path. Everything there is
// the Auth's, unknown paths and methods included: 404 NOT_FOUND.
//
// A group's prefix must be the base path, as in
//
//	echoauth.Mount(e.Group(auth.BasePath(), middleware.CORS()), auth)
//
// Another prefix is an error, since nothing would be found under it.
func Mount(r Router, auth *betterauth.Auth) error {
	base, prefix := auth.BasePath(), ""
	if _, root := r.(*echo.Echo); root {
		prefix = base
	}
	serve := echo.WrapHandler(auth)
	r.Any(prefix, serve)
	// A group does not tell its prefix, but its routes do.
	for _, route := range r.Any(prefix+"/*", serve) {
		if route.Path != base+"/*" {
			return fmt.Errorf("echoauth: mounted at %q, but the base path is %q: use echo.Group(%q)", route.Path, base, base)
		}
	}
	return nil
}

// RequireSession passes requests with a session on, where SessionFrom returns it, and
// answers all others with 401. The Auth writes that answer, without Echo's error handler.
// A session that is due is prolonged. If the database does not answer, the answer is a
// 500.
func RequireSession(auth *betterauth.Auth) echo.MiddlewareFunc { return guard(auth, true) }

// OptionalSession is RequireSession for handlers that also serve requests without a
// session. If the database does not answer, the answer is still a 500.
func OptionalSession(auth *betterauth.Auth) echo.MiddlewareFunc { return guard(auth, false) }

// SessionFrom returns the session and user that RequireSession or OptionalSession found.
// ok is false if the request has no session. betterauth.SessionFrom returns the same from
// the request's context.
func SessionFrom(c echo.Context) (who *betterauth.Identity, ok bool) {
	return betterauth.SessionFrom(c.Request().Context())
}

// Require lets a request through if its session satisfies all requirements, such as those
// of (*admin.Admin).RequireRole, and puts the session where SessionFrom finds it; see
// betterauth.Auth.Require. A request without a session is answered with 401, and one that
// a requirement refuses with that requirement's error, usually 403.
func Require(auth *betterauth.Auth, requirements ...betterauth.Requirement) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			who, err := auth.Authorize(c.Response(), r, requirements...)
			if err != nil {
				auth.WriteError(c.Response(), r, err)
				return nil
			}
			c.SetRequest(r.WithContext(betterauth.WithIdentity(r.Context(), who)))
			return next(c)
		}
	}
}

func guard(auth *betterauth.Auth, required bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			who, err := auth.Authenticate(c.Response(), r)
			if err != nil && (required || !errors.Is(err, betterauth.ErrNoSession)) {
				auth.WriteError(c.Response(), r, err)
				return nil
			}
			// Nobody is put there too: an outer guard may have found somebody
			// in another Auth.
			c.SetRequest(r.WithContext(betterauth.WithIdentity(r.Context(), who)))
			return next(c)
		}
	}
}
