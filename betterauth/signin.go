package betterauth

import (
	"errors"
	"net/http"
)

// SignIn signs user in from a handler of the application, such as that of an older login
// or of SAML, which has checked who sent r. It makes a session and adds its cookies to
// w's header; the handler itself writes the answer.
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
// Every gate is called, as in any other sign-in: for a banned user, or one whose address
// must be verified and is not, the error is an ErrorCode. If a gate requires a further
// step, the error is a step-up. There is then no session, the browser has lost the one it
// had, and w's cookies identify the browser in the next step. A handler that redirects
// checks for a step-up with StepUpBody; WriteError answers it as the operations do, with
// 200 and the body that the official client expects.
//
// A request from a page of another origin is refused, as in the operations that sign in;
// otherwise an attacker could sign a browser in to the attacker's account.
// SignIn.AllowCrossSite lets it through. A GET counts as a link, which may be followed
// from anywhere. So a handler that reads a form must accept POST alone, since
// Request.FormValue also reads the query of a GET. The handler itself checks the
// password, assertion or ticket, limits attempts, and makes sure that it is used once.
//
// After an error, w has no cookies but those that delete a session. An error that is no
// ErrorCode is a failure; WriteError answers it with the constant 500. Hooks on
// operations do not run, so no plugin adds to the answer: for a client that stores a
// bearer token, the handler sends session.Token. SignIn is safe for concurrent use.
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
