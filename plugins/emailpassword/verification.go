package emailpassword

import "github.com/better-auth-go/better-auth/betterauth"

// VerificationMailer is what a plugin implements that mails links to verify an
// address; at most one may be present. Without one no such mail is sent.
type VerificationMailer interface {
	// MailOnSignUp is called for every new user, in the transaction that
	// creates them; required says that they cannot sign in before they are
	// verified. callbackURL is "" when the request named none. An error undoes
	// the sign-up.
	MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error
	// MailOnSignIn is called when a right password was refused because the
	// address is not verified. An error fails the request.
	MailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error
}

// demandVerified is the gate of RequireVerifiedEmail: for passwords, wherever they
// were checked, and for the application's own handlers (Auth.SignIn), which say
// nothing else of the address than what is stored. Proving who one is again is no
// sign-in.
func (p *EmailPassword) demandVerified(c *betterauth.Ctx, a *betterauth.Attempt) error {
	own := a.SignIn.Method == method || c.Operation().ID == "" && c.Request() != nil
	if !p.cfg.RequireVerifiedEmail || !own || a.User.EmailVerified || a.Renews != nil {
		return nil
	}
	return ErrEmailNotVerified
}

func (p *EmailPassword) mailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL *string) error {
	if p.verifier == nil {
		return nil
	}
	return p.verifier.MailOnSignUp(c, user, text(callbackURL), p.cfg.RequireVerifiedEmail)
}

func (p *EmailPassword) mailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	if p.verifier == nil {
		return nil
	}
	return p.verifier.MailOnSignIn(c, user, callbackURL)
}

// text is an optional member, "" without it.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
