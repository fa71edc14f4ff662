package admin

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// SessionsAnswer is the answer of listUserSessions. The token of each session is the
// session's id. Clients need a token only to end the session with revokeUserSession,
// which accepts the id; the id signs nobody in.
type SessionsAnswer struct {
	Sessions []*betterauth.Session `json:"sessions"`
}

func (a *Admin) listUserSessions(c *betterauth.Ctx, in UserInput) (SessionsAnswer, error) {
	sessions := []*betterauth.Session{}
	err := a.actOn(c, in.UserID, []permission{toListSessions}, func(tx *betterauth.Ctx, _, target *betterauth.User) (err error) {
		sessions, err = a.Sessions(tx, target.ID)
		return err
	})
	if errors.Is(err, betterauth.ErrUserNotFound) {
		return SessionsAnswer{sessions}, nil
	}
	return SessionsAnswer{withoutTokens(sessions)}, err
}

// withoutTokens puts ids in the place of tokens.
func withoutTokens(sessions []*betterauth.Session) []*betterauth.Session {
	for _, session := range sessions {
		session.Token = session.ID
	}
	return sessions
}

// Sessions returns a user's sessions that have not expired, oldest first, including those
// in which administrators act as the user. Their tokens are the real ones, which sign in.
func (a *Admin) Sessions(ctx context.Context, userID string) ([]*betterauth.Session, error) {
	return a.sessions.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID), database.Gt("expiresAt", a.host.Now())},
		Order: []database.Order{{Column: "createdAt"}, {Column: "id"}},
	})
}

// RevokeSessionInput is the input of revokeUserSession. SessionToken is the id of a
// session, which listUserSessions answers as its token, or the real token.
type RevokeSessionInput struct {
	SessionToken string `json:"sessionToken"`
}

func (a *Admin) revokeUserSession(c *betterauth.Ctx, in RevokeSessionInput) (betterauth.Success, error) {
	if err := a.demand(c, toRevokeSessions); err != nil {
		return betterauth.Success{}, err
	}
	session, err := a.sessionBy(c, in.SessionToken)
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.Success{Success: true}, nil // as if it had just ended
	}
	if err != nil {
		return betterauth.Success{}, err
	}
	err = a.actOn(c, session.UserID, []permission{toRevokeSessions}, func(tx *betterauth.Ctx, _, _ *betterauth.User) error {
		_, err := a.sessions.Delete(tx, database.Eq("id", session.ID))
		return err
	})
	if errors.Is(err, betterauth.ErrUserNotFound) {
		err = nil // removed meanwhile, and the session with them
	}
	return betterauth.Success{Success: err == nil}, err
}

// sessionBy finds a session by its id or by its token.
func (a *Admin) sessionBy(ctx context.Context, name string) (*betterauth.Session, error) {
	session, err := a.sessions.Get(ctx, database.Eq("id", name))
	if errors.Is(err, database.ErrNotFound) {
		return a.sessions.Get(ctx, database.Eq("token", name))
	}
	return session, err
}

func (a *Admin) revokeUserSessions(c *betterauth.Ctx, in UserInput) (betterauth.Success, error) {
	err := a.actOn(c, in.UserID, []permission{toRevokeSessions}, func(tx *betterauth.Ctx, _, target *betterauth.User) error {
		_, err := a.RevokeSessions(tx, target.ID)
		return err
	})
	if errors.Is(err, betterauth.ErrUserNotFound) {
		err = nil // nobody has no sessions
	}
	return betterauth.Success{Success: err == nil}, err
}

// RevokeSessions ends a user's sessions, those in which they impersonate others, and what
// betterauth.SessionsRevoked ends. It returns how many sessions it ended, 0 for a user
// who does not exist.
func (a *Admin) RevokeSessions(ctx context.Context, userID string) (ended int, err error) {
	err = a.host.Transaction(ctx, func(ctx context.Context) error {
		if err := a.takeTurns(ctx); err != nil {
			return err
		}
		_, err := a.users.GetLocked(ctx, database.Eq("id", userID))
		nobody := errors.Is(err, database.ErrNotFound)
		if err != nil && !nobody {
			return err
		}
		if ended, err = a.end(ctx, userID); err != nil || nobody {
			return err
		}
		return a.host.End(ctx, userID, betterauth.SessionsRevoked)
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
