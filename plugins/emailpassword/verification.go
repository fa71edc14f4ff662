package emailpassword

import (
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// VerificationMailer is implemented by the plugin that mails links to verify an address.
// At most one plugin may implement it; without one no such mail is sent.
type VerificationMailer interface {
	// MailOnSignUp is called for every new user, in the transaction that creates them.
	// required says that they cannot sign in before their address is verified.
	// callbackURL is "" if the request named none. An error rolls the sign-up back.
	MailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL string, required bool) error
	// MailOnSignIn is called when a right password was refused because the address is not
	// verified. An error fails the request.
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

// checkVerification finds that nobody who signs up could ever sign in.
func (p *EmailPassword) checkVerification(s betterauth.Site) error {
	if !p.cfg.RequireVerifiedEmail || p.cfg.DisableSignUp || p.cfg.AddressesVerifiedElsewhere || s.ProvesAddresses {
		return nil
	}
	if !s.CanMail {
		return errors.New("RequireVerifiedEmail: nobody could verify their address, since there is no Config.Mailer; set one, and add emailverification.New, or set AddressesVerifiedElsewhere")
	}
	return errors.New("RequireVerifiedEmail: nobody could verify their address; add emailverification.New or emailotp.New, or set AddressesVerifiedElsewhere")
}

func (p *EmailPassword) mailOnSignUp(c *betterauth.Ctx, user *betterauth.User, callbackURL *string) error {
	if p.verifier == nil {
		return nil
	}
	return p.verifier.MailOnSignUp(c, user, betterauth.OrZero(callbackURL), p.cfg.RequireVerifiedEmail)
}

func (p *EmailPassword) mailOnSignIn(c *betterauth.Ctx, user *betterauth.User, callbackURL string) error {
	if p.verifier == nil {
		return nil
	}
	return p.verifier.MailOnSignIn(c, user, callbackURL)
}
