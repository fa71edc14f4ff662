package twofactor

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// prefixLockout is where wrong codes are counted for users without an
// enrolment, who pass the second step with mailed codes alone.
const prefixLockout = "2fa-lockout-"

// countTTL is how long such a count is kept after the last wrong code.
const countTTL = 24 * time.Hour

// demandUnlocked refuses a locked account, and forgets a lock that has ended.
// The caller holds the user.
func (p *TwoFactor) demandUnlocked(ctx context.Context, userID string, row *Enrolment) error {
	switch {
	case p.cfg.Lockout.Disabled:
		return nil
	case row == nil:
		n, err := p.counted(ctx, userID)
		if err == nil && n >= p.cfg.Lockout.Attempts {
			return ErrLocked
		}
		return err
	case row.LockedUntil == nil:
		return nil
	case row.LockedUntil.After(p.host.Now()):
		return ErrLocked
	}
	return p.forgive(ctx, userID, row)
}

// countFailure counts a wrong code and reports whether the account is locked
// for it.
func (p *TwoFactor) countFailure(ctx context.Context, userID string, row *Enrolment) (locked bool, err error) {
	cfg := p.cfg.Lockout
	if cfg.Disabled {
		return false, nil
	}
	if row == nil {
		return p.countAside(ctx, userID)
	}
	// Added within the statement: a server that shares the database may count,
	// too, and does not wait for the user's row.
	now, err := p.enrolments.UpdateOne(ctx, database.Set{"failedVerificationCount": database.Add(1)}, database.Eq("id", row.ID))
	if err != nil {
		return false, err
	}
	if now.FailedVerificationCount == nil || *now.FailedVerificationCount < int64(cfg.Attempts) {
		return false, nil
	}
	_, err = p.enrolments.Update(ctx, database.Set{"lockedUntil": p.host.Now().Add(cfg.Duration)}, database.Eq("id", row.ID))
	return true, err
}

// forgive ends the count after a right code.
func (p *TwoFactor) forgive(ctx context.Context, userID string, row *Enrolment) error {
	if p.cfg.Lockout.Disabled {
		return nil
	}
	if row == nil {
		_, err := p.values.Delete(ctx, database.Eq("identifier", prefixLockout+userID))
		return err
	}
	_, err := p.enrolments.Update(ctx, database.Set{"failedVerificationCount": int64(0), "lockedUntil": nil}, database.Eq("id", row.ID))
	return err
}

func (p *TwoFactor) countAside(ctx context.Context, userID string) (locked bool, err error) {
	n, err := p.counted(ctx, userID)
	if err != nil {
		return false, err
	}
	n++
	ttl := countTTL
	if locked = n >= p.cfg.Lockout.Attempts; locked {
		ttl = p.cfg.Lockout.Duration
	}
	return locked, p.replaceValue(ctx, prefixLockout+userID, strconv.Itoa(n), ttl)
}

func (p *TwoFactor) counted(ctx context.Context, userID string) (int, error) {
	row, err := p.host.Verifications().Find(ctx, prefixLockout+userID)
	if errors.Is(err, database.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(row.Value)
}

// replaceValue makes value the only one under identifier.
func (p *TwoFactor) replaceValue(ctx context.Context, identifier, value string, ttl time.Duration) error {
	if _, err := p.values.Delete(ctx, database.Eq("identifier", identifier)); err != nil {
		return err
	}
	_, err := p.host.Verifications().Create(ctx, identifier, value, ttl)
	return err
}
