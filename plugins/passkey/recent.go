package passkey

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// RequireRecent lets a request pass if its session was proven with a passkey less than
// maxAge ago, by a sign-in or a step-up in which the authenticator verified its user.
// Call it in handlers and hooks before important changes:
//
//	betterauth.Before("deleteUser", func(c *betterauth.Ctx, _ *account.DeleteInput) error {
//		return keys.RequireRecent(c, 5*time.Minute)
//	})
//
// Otherwise the error is ErrStepUpRequired: the page steps up and sends its request
// again. Without a session it is betterauth.ErrUnauthorized. A password never counts,
// however recent. A maxAge over Config.ProofTTL counts as Config.ProofTTL.
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

// CheckRecent is RequireRecent for a session that was read in another way, such as by
// Auth.Session in a handler of the application; Auth.WriteError answers its error.
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
