package emailverification

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// MailCode makes a code that verifies user's address for a sign-up
// (betterauth.Ctx.ClaimFor) and mails it. With deliver false it does the same work
// but for the mail: user is then nobody who is to have one, which the time must not
// tell.
type MailCode = func(c *betterauth.Ctx, user *betterauth.User, claim string, deliver bool) error

// ReplaceLinks is for a plugin that verifies addresses by codes, in its Init: from then
// on mail is called wherever this plugin would mail a link that verifies an address.
// Links that change one stay. A second plugin's is refused.
func (v *EmailVerification) ReplaceLinks(mail MailCode) error {
	if v.mailCode != nil {
		return errors.New("the links that verify addresses are replaced already")
	}
	v.mailCode = mail
	return nil
}

// BeforeVerification is for a plugin that is about to mark an address verified: it calls
// Config.BeforeVerification, in the transaction of ctx.
func (v *EmailVerification) BeforeVerification(ctx context.Context, user *betterauth.User) error {
	if v.cfg.BeforeVerification == nil {
		return nil
	}
	return v.cfg.BeforeVerification(ctx, user)
}

// AfterVerification is for a plugin that marked an address verified: it calls
// Config.AfterVerification with the user as stored, in the transaction of ctx.
func (v *EmailVerification) AfterVerification(ctx context.Context, user *betterauth.User) error {
	if v.cfg.AfterVerification == nil {
		return nil
	}
	return v.cfg.AfterVerification(ctx, user)
}

// SignsInAfterVerification reports whether who verified their address is to be signed in:
// Config.AutoSignInAfterVerification.
func (v *EmailVerification) SignsInAfterVerification() bool { return v.cfg.AutoSignInAfterVerification }
