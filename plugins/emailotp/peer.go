package emailotp

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Passwords is what a plugin implements that keeps passwords; at most one may be
// present. Without one none can be reset.
type Passwords interface {
	// CheckReset reports why a password cannot be set by a reset.
	CheckReset(newPassword string) error
	// ResetFor sets a user's password and does all that follows from a reset.
	// prove is called first, in the transaction that does it.
	ResetFor(ctx context.Context, userID, newPassword string, prove func(ctx context.Context) error) error
}

// Verification is what a plugin implements that knows what verifying an address
// leads to; at most one may be present. Its hooks run in the transaction that
// verifies the address, and an error undoes it.
type Verification interface {
	BeforeVerification(ctx context.Context, user *betterauth.User) error
	AfterVerification(ctx context.Context, user *betterauth.User) error
	// SignsInAfterVerification reports whether who verified their address is to
	// be signed in.
	SignsInAfterVerification() bool
}

// Links is what a plugin implements that mails links to verify an address, and lets
// codes take their place. Config.OverrideDefaultEmailVerification needs one.
type Links interface {
	// ReplaceLinks is called once, in Init. From then on mail is called wherever a
	// link would be mailed: it makes a code that verifies user's address for a
	// sign-up (betterauth.Ctx.ClaimFor) and mails it, and with deliver false does the
	// same work but for the mail.
	ReplaceLinks(mail func(c *betterauth.Ctx, user *betterauth.User, claim string, deliver bool) error) error
}

// needs are what codes lead to at other plugins.
func (e *EmailOTP) needs() []betterauth.Dependency {
	needs := []betterauth.Dependency{betterauth.Need(&e.passwords).IfPresent(), betterauth.Need(&e.verification).IfPresent()}
	if e.cfg.OverrideDefaultEmailVerification {
		needs = append(needs, betterauth.Need(&e.links).Hint("OverrideDefaultEmailVerification mails codes in place of its links; add emailverification.New"))
	}
	return needs
}

func (e *EmailOTP) beforeVerification(ctx context.Context, user *betterauth.User) error {
	if e.verification == nil {
		return nil
	}
	return e.verification.BeforeVerification(ctx, user)
}

func (e *EmailOTP) afterVerification(ctx context.Context, user *betterauth.User) error {
	if e.verification == nil {
		return nil
	}
	return e.verification.AfterVerification(ctx, user)
}
