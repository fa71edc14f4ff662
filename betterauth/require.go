package betterauth

import "net/http"

// ErrForbidden answers a signed-in user who may not do what they ask for.
var ErrForbidden = &ErrorCode{"FORBIDDEN", "You are not allowed to do this", http.StatusForbidden}

// Requirement decides whether a signed-in user may use a route of the application. nil
// lets the request through, an ErrorCode such as ErrForbidden is the answer, and any
// other error, such as one of the database, is answered with the constant 500. So is a
// panic. It may be called by many requests at once.
//
// Plugins make requirements: admin.Admin has RequireRole and RequirePermission, and a
// plugin with roles of its own offers the same. r is the request, for requirements that
// depend on its path or header.
type Requirement func(r *http.Request, who *Identity) error

// Require lets a request through if its session satisfies all requirements, which are
// called in order, and puts the session where SessionFrom finds it. A request without a
// session is answered with 401, as by RequireSession.
//
//	mux.Handle("GET /reports", auth.Require(roles.RequireRole("manager"))(reports))
//
// The session is read from the database, even if there is a cookie cache. So a user who
// lost a role, or whose session was ended, is refused at once. A session that is due is
// prolonged. A user for whom a source vouches, such as by an API key, is let through as
// well; a Requirement that wants no such user checks Identity.Source. In frameworks use
// the adapter's function of the same name.
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

// Authorize does the work of Require, for framework adapters and for handlers that decide
// themselves: it returns the identity of r if it satisfies all requirements. It may add
// cookies to w's header. The errors are ErrNoSession and those of requirements;
// WriteError answers them.
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
