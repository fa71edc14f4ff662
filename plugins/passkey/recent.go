package passkey

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequireRecent lets a request pass whose session was proven with a passkey,
// its user verified, less than maxAge ago: by signing in or by stepping up. For
// handlers and hooks, before what matters:
//
//	betterauth.Before("deleteUser", func(c *betterauth.Ctx, _ *account.DeleteInput) error {
//		return keys.RequireRecent(c, 5*time.Minute)
//	})
//
// Otherwise it is ErrStepUpRequired, at which a page steps up and asks again;
// without a session it is betterauth.ErrUnauthorized. A password
// never counts, however recent. A maxAge over Config.ProofTTL counts as that.
func (p *Passkeys) RequireRecent(c *betterauth.Ctx, maxAge time.Duration) error {
	id, err := c.StoredSession()
	if isNoSession(err) {
		return betterauth.ErrUnauthorized
	}
	if err != nil {
		return err
	}
	return p.CheckRecent(c, id.Session, maxAge)
}

// CheckRecent is RequireRecent for a session that was read otherwise, such as by
// Auth.Session in an application's own handler; Auth.WriteError answers with
// its error.
func (p *Passkeys) CheckRecent(ctx context.Context, s *betterauth.Session, maxAge time.Duration) error {
	proof, err := p.host.Verifications().Find(ctx, proofOf(s))
	if errors.Is(err, database.ErrNotFound) {
		return ErrStepUpRequired
	}
	if err != nil {
		return err
	}
	if proof.Value != s.UserID || p.host.Now().Sub(proof.CreatedAt) >= maxAge {
		return ErrStepUpRequired
	}
	return nil
}

// recordProof remembers that the session was proven just now.
func (p *Passkeys) recordProof(ctx context.Context, s *betterauth.Session) error {
	_, err := p.host.Verifications().Create(ctx, proofOf(s), s.UserID, p.cfg.ProofTTL)
	return err
}

// proofOf is under which identifier a session's proof is kept: its id, which a
// session keeps when its token changes.
func proofOf(s *betterauth.Session) string { return proofPrefix + s.ID }

const proofPrefix = "passkey-proof-"
