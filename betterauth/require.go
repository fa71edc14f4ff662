package betterauth

import "net/http"

// ErrForbidden answers somebody who is known and may not do what they ask for.
var ErrForbidden = &ErrorCode{"FORBIDDEN", "You are not allowed to do this", http.StatusForbidden}

// Requirement decides whether somebody who is signed in may use a route of the
// application: nil lets them through, an ErrorCode such as ErrForbidden is the
// answer, and any other error, such as of a database, the constant 500. A panic is
// that as well. It may be called by many requests at once.
//
// Plugins make them: admin.Admin has RequireRole and RequirePermission, and a plugin
// with roles of its own offers the same. r is the request, for requirements about
// what its path or header names.
type Requirement func(r *http.Request, who *Identity) error

// Require lets requests through whose session satisfies all requirements, in their
// order, and puts it where SessionFrom finds it. Nobody is 401, as with
// RequireSession.
//
//	mux.Handle("GET /reports", auth.Require(roles.RequireRole("manager"))(reports))
//
// The session is read from the database: whose role was taken, or whose session
// was ended, is refused at once, also where there is a cookie cache. A session that
// is due is prolonged. Somebody whom a source vouches for, such as by an API key,
// is let through as who they are; a Requirement that wants no such reads
// Identity.Source. In frameworks use the adapter's function of the same name.
func (a *Auth) Require(requirements ...Requirement) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, err := a.Authorize(w, r, requirements...)
			if err != nil {
				a.WriteError(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(WithIdentity(r.Context(), who)))
		})
	}
}

// Authorize is what Require is made of, for framework adapters and for handlers that
// decide for themselves: it returns who r is from if they satisfy all requirements.
// It may add cookies to w's header. The errors are ErrNoSession and those of
// requirements; WriteError answers them.
func (a *Auth) Authorize(w http.ResponseWriter, r *http.Request, requirements ...Requirement) (*Identity, error) {
	c, err := a.foreignCtx(r.Context(), r)
	if err != nil {
		return nil, err
	}
	who, err := c.readSession(readOptions{stored: true})
	c.writeCookies(w.Header())
	if err != nil {
		return nil, err
	}
	for _, requirement := range requirements {
		if err := safely(func() error { return requirement(r, who) }); err != nil {
			return nil, err
		}
	}
	return who, nil
}
