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

// RequireSession lets requests with a session through, where SessionFrom finds
// it, and answers 401 otherwise: the answer is the Auth's own and passes by
// Echo's error handler. A session that is due is prolonged. A database that
// does not answer is a 500.
func RequireSession(auth *betterauth.Auth) echo.MiddlewareFunc { return guard(auth, true) }

// OptionalSession is RequireSession for handlers that also serve nobody in
// particular. A database that does not answer is still a 500.
func OptionalSession(auth *betterauth.Auth) echo.MiddlewareFunc { return guard(auth, false) }

// SessionFrom returns who the request is from, as RequireSession or
// OptionalSession found out. ok is false for nobody. The request's context
// holds the same for betterauth.SessionFrom.
func SessionFrom(c echo.Context) (who *betterauth.Identity, ok bool) {
	return betterauth.SessionFrom(c.Request().Context())
}

// Require lets requests through whose session satisfies all requirements, such as
// those of (*admin.Admin).RequireRole, and puts it where SessionFrom finds it; see
// betterauth.Auth.Require. Nobody is 401, somebody who may not is what the
// requirement says, 403 usually.
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
