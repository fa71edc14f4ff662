// Package ginauth puts a [betterauth.Auth] on Gin. Start with [Mount] and
// [RequireSession].
//
//	r := gin.New()
//	if err := ginauth.Mount(r, auth); err != nil { … }
//	r.GET("/me", ginauth.RequireSession(auth), func(c *gin.Context) {
//		who, _ := ginauth.SessionFrom(c)
//		c.String(http.StatusOK, who.User.Name)
//	})
package ginauth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/gin-gonic/gin"
)

// Router is what an Auth can be mounted on: *gin.Engine or *gin.RouterGroup.
type Router interface {
	Any(path string, handlers ...gin.HandlerFunc) gin.IRoutes
	BasePath() string
}

// Mount serves the Auth's endpoints under its base path. Everything there is
// the Auth's, unknown paths and methods included: 404 NOT_FOUND.
//
// A group's own path must be the base path or lead to it, as "/api" leads to
// "/api/auth". Any other is an error, since nothing would be found under it.
// Like Gin itself, Mount panics on a path that is taken.
func Mount(r Router, auth *betterauth.Auth) error {
	base := auth.BasePath()
	group := strings.TrimSuffix(r.BasePath(), "/")
	rest, ok := strings.CutPrefix(base, group)
	if !ok || rest != "" && rest[0] != '/' {
		return fmt.Errorf("ginauth: the group's path %q does not lead to the base path %q", r.BasePath(), base)
	}
	serve := gin.WrapH(auth)
	if rest != "" || !strings.HasSuffix(r.BasePath(), "/") {
		// Without it Gin would redirect the bare base path.
		r.Any(rest, serve)
	}
	r.Any(rest+"/*path", serve)
	return nil
}

// RequireSession passes requests with a session on, where SessionFrom returns it, and
// answers all others with 401. A session that is due is prolonged. If the database does
// not answer, the answer is a 500.
func RequireSession(auth *betterauth.Auth) gin.HandlerFunc { return guard(auth, true) }

// OptionalSession is RequireSession for handlers that also serve requests without a
// session. If the database does not answer, the answer is still a 500.
func OptionalSession(auth *betterauth.Auth) gin.HandlerFunc { return guard(auth, false) }

// SessionFrom returns the session and user that RequireSession or OptionalSession found.
// ok is false if the request has no session. betterauth.SessionFrom returns the same from
// the request's context.
func SessionFrom(c *gin.Context) (who *betterauth.Identity, ok bool) {
	return betterauth.SessionFrom(c.Request.Context())
}

// Require lets a request through if its session satisfies all requirements, such as those
// of (*admin.Admin).RequireRole, and puts the session where SessionFrom finds it; see
// betterauth.Auth.Require. A request without a session is answered with 401, and one that
// a requirement refuses with that requirement's error, usually 403.
func Require(auth *betterauth.Auth, requirements ...betterauth.Requirement) gin.HandlerFunc {
	return func(c *gin.Context) {
		who, err := auth.Authorize(c.Writer, c.Request, requirements...)
		if err != nil {
			auth.WriteError(c.Writer, c.Request, err)
			c.Abort()
			return
		}
		c.Request = c.Request.WithContext(betterauth.WithIdentity(c.Request.Context(), who))
		c.Next()
	}
}

func guard(auth *betterauth.Auth, required bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		who, err := auth.Authenticate(c.Writer, c.Request)
		if err != nil && (required || !errors.Is(err, betterauth.ErrNoSession)) {
			auth.WriteError(c.Writer, c.Request, err)
			c.Abort()
			return
		}
		// Nobody is put there too: an outer guard may have found somebody in
		// another Auth.
		c.Request = c.Request.WithContext(betterauth.WithIdentity(c.Request.Context(), who))
		c.Next()
	}
}
