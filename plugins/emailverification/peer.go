package emailverification

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
)

// MailCode makes a code that verifies user's address for a sign-up
// (betterauth.Ctx.ClaimFor) and mails it. With deliver false it does the same work but
// sends no mail: user then stands for nobody, which the time of the answer must not
// reveal.
type MailCode = func(c *betterauth.Ctx, user *betterauth.User, claim string, deliver bool) error

// ReplaceLinks is called in Init by a plugin that verifies addresses by codes. From then
// on mail is called wherever this plugin would mail a link that verifies an address.
// Links that change an address stay. A call by a second plugin is an error.
func (v *EmailVerification) ReplaceLinks(mail MailCode) error {
	if v.mailCode != nil {
		return errors.New("another plugin has called ReplaceLinks already; pass only one such plugin to Plugin")
	}
	v.mailCode = mail
	return nil
}

// BeforeVerification is called by a plugin that is about to mark an address verified. It
// calls Config.BeforeVerification in the transaction of ctx.
func (v *EmailVerification) BeforeVerification(ctx context.Context, user *betterauth.User) error {
	if v.cfg.BeforeVerification == nil {
		return nil
	}
	return v.cfg.BeforeVerification(ctx, user)
}

// AfterVerification is called by a plugin that has marked an address verified. It calls
// Config.AfterVerification with the user as stored, in the transaction of ctx.
func (v *EmailVerification) AfterVerification(ctx context.Context, user *betterauth.User) error {
	if v.cfg.AfterVerification == nil {
		return nil
	}
	return v.cfg.AfterVerification(ctx, user)
}

// SignsInAfterVerification reports Config.AutoSignInAfterVerification: whether a user who
// verified their address is to be signed in.
func (v *EmailVerification) SignsInAfterVerification() bool { return v.cfg.AutoSignInAfterVerification }
