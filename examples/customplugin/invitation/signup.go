package invitation

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json"
)

// brought is the invitation a request came with.
var brought = betterauth.NewRequestValue[*Invitation]()

// good are the conditions of an invitation that can still be used.
func (p *Invitations) good(and database.Cond) []database.Cond {
	return []database.Cond{and, database.IsNull("usedBy"), database.Gt("expiresAt", p.host.Now())}
}

// readCode runs before the operation, so that most wrong codes end here,
// without a password being hashed for them. It changes nothing yet.
func (p *Invitations) readCode(c *betterauth.Ctx, in *emailpassword.SignUpInput) error {
	raw, sent := in.Rest["invitationCode"]
	if !sent {
		return ErrCodeRequired
	}
	var code betterauth.TypedCode
	if err := json.Unmarshal(raw, &code); err != nil {
		return ErrInvalidCode.Because(err)
	}
	i, err := p.store.Get(c, p.good(database.Eq("codeHash", hashOf(code)))...)
	switch {
	case errors.Is(err, database.ErrNotFound):
		return ErrInvalidCode
	case err != nil:
		return err // a database that does not answer makes no code wrong
	}
	brought.Set(c, i)
	return nil
}

// markUser runs before a user's row is written, whatever writes it. Operations
// that brought no code create no users; what the application creates outside a
// request is its own affair, and admit still asks.
func (p *Invitations) markUser(ctx context.Context, user *betterauth.User) error {
	c, ok := betterauth.CtxFrom(ctx)
	if !ok {
		return nil
	}
	switch i, ok := brought.Get(c); {
	case !ok:
		return ErrCodeRequired
	case i.CreatedBy == nil:
		InvitedBy.Set(user, Operator)
	default:
		InvitedBy.Set(user, *i.CreatedBy)
	}
	return nil
}

// useCode runs after the row was written, in its transaction: of any number of
// sign-ups one wins the update, and a failure here or later undoes both.
func (p *Invitations) useCode(ctx context.Context, user *betterauth.User) error {
	c, ok := betterauth.CtxFrom(ctx)
	if !ok {
		return nil
	}
	i, ok := brought.Get(c)
	if !ok {
		return ErrCodeRequired
	}
	_, err := p.store.UpdateOne(ctx, database.Set{"usedBy": user.ID}, p.good(database.Eq("id", i.ID))...)
	if errors.Is(err, database.ErrNotFound) {
		return ErrInvalidCode // somebody else was faster
	}
	if err != nil {
		return err
	}
	by, _ := InvitedBy.Get(user)
	betterauth.Emit(ctx, p.host, Accepted{InvitationID: i.ID, By: by, UserID: user.ID})
	return nil
}

// admit is asked before any session, at this and at every later sign-in. A user
// that was read without the columns is refused, not waved through.
func (p *Invitations) admit(_ *betterauth.Ctx, a *betterauth.Attempt) error {
	if _, invited := InvitedBy.Get(a.User); !invited {
		return ErrNotInvited
	}
	if suspended, known := Suspended.Get(a.User); suspended || !known {
		return ErrSuspended
	}
	return nil
}
