package emailotp

import (
	"context"
	"errors"

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

func (e *EmailOTP) findPeers() (err error) {
	if e.passwords, err = betterauth.Peer[Passwords](e.host); err != nil && !errors.Is(err, betterauth.ErrNoPeer) {
		return err
	}
	if e.verification, err = betterauth.Peer[Verification](e.host); err != nil && !errors.Is(err, betterauth.ErrNoPeer) {
		return err
	}
	return nil
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
