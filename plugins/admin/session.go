package admin

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// SessionsAnswer is the answer of listUserSessions.
type SessionsAnswer struct {
	Sessions []*betterauth.Session `json:"sessions"`
}

func (a *Admin) listUserSessions(c *betterauth.Ctx, in UserInput) (SessionsAnswer, error) {
	if err := a.demand(c, "session", "list", ErrListSessions); err != nil {
		return SessionsAnswer{}, err
	}
	sessions, err := a.Sessions(c, in.UserID)
	return SessionsAnswer{sessions}, err
}

// Sessions returns a user's sessions that have not expired, oldest first, those
// of administrators in their place included.
func (a *Admin) Sessions(ctx context.Context, userID string) ([]*betterauth.Session, error) {
	return a.sessions.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID), database.Gt("expiresAt", a.host.Now())},
		Order: []database.Order{{Column: "createdAt"}, {Column: "id"}},
	})
}

// RevokeSessionInput is the input of revokeUserSession.
type RevokeSessionInput struct {
	SessionToken string `json:"sessionToken"`
}

func (a *Admin) revokeUserSession(c *betterauth.Ctx, in RevokeSessionInput) (betterauth.Success, error) {
	if err := a.demand(c, "session", "revoke", ErrRevokeSessions); err != nil {
		return betterauth.Success{}, err
	}
	_, err := a.sessions.Delete(c, database.Eq("token", in.SessionToken))
	return betterauth.Success{Success: err == nil}, err
}

func (a *Admin) revokeUserSessions(c *betterauth.Ctx, in UserInput) (betterauth.Success, error) {
	if err := a.demand(c, "session", "revoke", ErrRevokeSessions); err != nil {
		return betterauth.Success{}, err
	}
	_, err := a.RevokeSessions(c, in.UserID)
	return betterauth.Success{Success: err == nil}, err
}

// RevokeSessions ends a user's sessions and those they use in others' place, and
// returns how many. A user who does not exist has none.
func (a *Admin) RevokeSessions(ctx context.Context, userID string) (ended int, err error) {
	err = a.host.Transaction(ctx, func(ctx context.Context) error {
		if err := a.takeTurns(ctx); err != nil {
			return err
		}
		ended, err = a.end(ctx, userID)
		return err
	})
	return ended, err
}

// takeTurns lets whoever ends sessions by user and by impersonator take turns:
// two at once could each wait for a session that the other holds. It comes before
// the rows of users.
func (a *Admin) takeTurns(ctx context.Context) error { return a.host.Lock(ctx, "admin.end") }

// end ends a user's sessions, and those they use in others' place.
func (a *Admin) end(ctx context.Context, userID string) (int, error) {
	return a.sessions.Delete(ctx, database.Or(database.Eq("userId", userID), database.Eq("impersonatedBy", userID)))
}
