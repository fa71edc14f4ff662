package emailotp

import (
	"context"
	"errors"
	"strings"

	"github.com/better-auth-go/better-auth/database"
)

// The sign-up that a code to verify an address was mailed for is kept beside it, as
// "<id of the code's row>:<sign-up>". Codes are also made in process, and by a
// TypeScript server on the same database, and take the place of one that was mailed:
// they belong to no sign-up, and not to that of the code before.

// claimOf is where the sign-up is kept that a code belongs to.
func claimOf(identifier string) string { return identifier + "-claim" }

// keepClaim remembers whom a code was mailed for. The caller holds its lock.
func (e *EmailOTP) keepClaim(ctx context.Context, identifier, code, claim string) error {
	if err := e.drop(ctx, claimOf(identifier)); err != nil {
		return err
	}
	_, err := e.host.Verifications().Create(ctx, claimOf(identifier), code+":"+claim, e.cfg.ExpiresIn)
	return err
}

// mayReuse reports whether the code there is was mailed for this sign-up and may be
// mailed again.
func (e *EmailOTP) mayReuse(ctx context.Context, identifier, claim string) (bool, error) {
	if e.cfg.Resend != ResendReuse {
		return false, nil
	}
	k, err := e.find(ctx, identifier)
	switch {
	case errors.Is(err, ErrInvalid), errors.Is(err, ErrExpired), errors.Is(err, ErrTooManyAttempts):
		return false, nil
	case err != nil:
		return false, err
	}
	row, err := e.host.Verifications().Find(ctx, claimOf(identifier))
	if errors.Is(err, database.ErrNotFound) {
		return false, nil
	}
	return err == nil && row.Value == k.row.ID+":"+claim, err
}

// takeClaim returns the sign-up that a code belongs to, by the id of its row: "" for
// none in particular.
func (e *EmailOTP) takeClaim(ctx context.Context, identifier, code string) (string, error) {
	row, err := e.host.Verifications().Take(ctx, claimOf(identifier))
	if errors.Is(err, database.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	claim, ok := strings.CutPrefix(row.Value, code+":")
	if !ok {
		return "", nil // of a code that is gone
	}
	return claim, nil
}
