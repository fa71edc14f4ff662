package invitation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// Operator makes invitations on nobody's behalf; see Issue.
const Operator = "operator"

// Invitation is one code, as stored and as listed: the struct is the table. The
// code itself is not kept, so that whoever reads the table can use none.
type Invitation struct {
	CodeHash string `json:"-" db:"codeHash,unique,hidden"`
	// CreatedBy is nil for the operator.
	CreatedBy *string `json:"createdBy" db:"createdBy,index,references=user"`
	// UsedBy is nil until somebody signed up. With that account the row goes
	// too: a code that was used once is never good again.
	UsedBy    *string   `json:"usedBy" db:"usedBy,index,references=user"`
	ExpiresAt time.Time `json:"expiresAt"`
	CreatedAt time.Time `json:"createdAt" db:"createdAt,now"`
	ID        string    `json:"id"`
}

// hashOf is of the code without spaces and hyphens: people write it down and type it.
func hashOf(code betterauth.TypedCode) string {
	sum := sha256.Sum256([]byte(code.Canonical()))
	return hex.EncodeToString(sum[:])
}

// Issue makes an invitation by the user with this id, or by Operator, and
// returns its code.
func (p *Invitations) Issue(ctx context.Context, by string) (code string, err error) {
	if code, err = p.host.RandomString(24, betterauth.Alphanumeric); err != nil {
		return "", err
	}
	i := &Invitation{CodeHash: hashOf(betterauth.TypedCode(code)), ExpiresAt: p.host.Now().Add(p.cfg.ExpiresIn)}
	if by != Operator {
		i.CreatedBy = &by
	}
	return code, p.store.Create(ctx, i)
}

// List returns the invitations a user made, newest first.
func (p *Invitations) List(ctx context.Context, userID string) ([]*Invitation, error) {
	return p.store.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("createdBy", userID)},
		Order: []database.Order{{Column: "createdAt", Desc: true}},
	})
}

// Suspend keeps a user from signing in and ends their sessions. Without such a
// user the error is database.ErrNotFound.
func (p *Invitations) Suspend(ctx context.Context, userID string) error {
	return p.host.Transaction(ctx, func(ctx context.Context) error {
		if _, err := p.users.UpdateOne(ctx, database.Set{"suspended": true}, database.Eq("id", userID)); err != nil {
			return err
		}
		_, err := p.host.Sessions().RevokeAll(ctx, userID)
		return err
	})
}

// CreateAnswer is the answer of createInvitation.
type CreateAnswer struct {
	Code string `json:"code"`
}

func (p *Invitations) create(c *betterauth.Ctx, _ betterauth.None) (CreateAnswer, error) {
	code, err := p.Issue(c, c.Identity().User.ID)
	return CreateAnswer{code}, err
}

func (p *Invitations) list(c *betterauth.Ctx, _ betterauth.None) ([]*Invitation, error) {
	return p.List(c, c.Identity().User.ID)
}
