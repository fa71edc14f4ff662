package betterauth

import (
	"errors"
	"net/http"
)

// SignIn signs user in from a handler of the application's own, such as that of an
// older login or of SAML, which has found out who sent r. It makes a session and
// adds its cookies to w's header; the answer itself is the handler's.
//
//	session, err := auth.SignIn(w, r, user, betterauth.SignIn{Method: "saml", AllowCrossSite: true})
//	switch _, further := betterauth.StepUpBody(err); {
//	case further: // the cookies that the second step needs are set
//		http.Redirect(w, r, "/two-factor", http.StatusSeeOther)
//	case err != nil:
//		auth.WriteError(w, r, err)
//	default:
//		http.Redirect(w, r, "/", http.StatusSeeOther)
//	}
//
// Every gate is asked, as for any other way to sign in: a banned user, and one
// whose address must be verified and is not, is an ErrorCode. Where a gate demands
// a further step the error is a step-up: there is no session, the browser has lost
// the one it had, and what identifies it in the step to come is among the cookies
// on w. StepUpBody opens it for a handler that redirects; WriteError answers it as
// the operations do, with 200 and the body that the official client expects.
//
// A request that a page of another origin sent is refused, as for the operations
// that sign in: somebody could otherwise sign a browser in as themselves.
// SignIn.AllowCrossSite lets it through. A GET is taken for a link, which is followed
// from anywhere: let a handler that reads a form answer POST alone, since
// Request.FormValue reads the query of a GET as well. Whether the password, assertion or ticket
// is right, how often one may be tried, and that it is used once are the handler's
// to see to.
//
// Without a session w has no more than cookies that take one back. An error that is
// no ErrorCode is a failure, for the constant 500 of WriteError. Hooks on
// operations do not run, so no plugin adds to the answer: a client that keeps a
// bearer token is given session.Token by the handler. It is safe for concurrent
// use.
func (a *Auth) SignIn(w http.ResponseWriter, r *http.Request, user *User, how SignIn) (session *Session, err error) {
	if user == nil {
		return nil, errors.New("betterauth: SignIn needs a user")
	}
	c := a.newCtx(r.Context(), r)
	if c.baseURL, err = a.base.Of(r); err != nil {
		return nil, err
	}
	if c.baseURL == "" {
		return nil, c.unknownHost()
	}
	if !how.AllowCrossSite {
		if err := c.checkForeignSignIn(); err != nil {
			return nil, err
		}
	}
	session, err = c.SignIn(user, how)
	c.writeHeaders(w.Header())
	c.writeCookies(w.Header())
	return session, err
}

// checkForeignSignIn is what ServeHTTP checks of a request that signs in.
func (c *Ctx) checkForeignSignIn() error {
	safe := c.request.Method == http.MethodGet || c.request.Method == http.MethodHead
	if safe || c.auth.cfg.InsecureDisableOriginCheck {
		return nil
	}
	if len(c.request.Header["Cookie"]) > 0 {
		return c.demandOrigin()
	}
	return c.checkLoginForgery()
}
