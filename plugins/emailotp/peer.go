package emailotp

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
)

// Passwords is implemented by the plugin that stores passwords; at most one plugin may
// implement it. Without one no password can be reset.
type Passwords interface {
	// CheckReset reports why a reset cannot set this password.
	CheckReset(newPassword string) error
	// ResetFor sets a user's password and does everything else that a reset does. prove
	// is called first, in the same transaction.
	ResetFor(ctx context.Context, userID, newPassword string, prove func(ctx context.Context) error) error
}

// Verification is implemented by the plugin that decides what follows when an address is
// verified; at most one plugin may implement it. Its hooks run in the transaction that
// verifies the address; an error rolls it back.
type Verification interface {
	BeforeVerification(ctx context.Context, user *betterauth.User) error
	AfterVerification(ctx context.Context, user *betterauth.User) error
	// SignsInAfterVerification reports whether a user who verified their address is to be
	// signed in.
	SignsInAfterVerification() bool
}

// Links is implemented by the plugin that mails links to verify an address and lets codes
// replace them. Config.OverrideDefaultEmailVerification needs one.
type Links interface {
	// ReplaceLinks is called once, in Init. From then on mail is called wherever a link
	// would be mailed. It makes a code that verifies user's address for a sign-up
	// (betterauth.Ctx.ClaimFor) and mails it; with deliver false it does the same work
	// but sends no mail.
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
