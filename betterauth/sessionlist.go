package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// Sessions lists and ends sessions. Safe for concurrent use.
type Sessions struct {
	auth  *Auth
	store *database.Store[Session]
}

// List returns a user's sessions that have not expired, newest first, tokens
// included.
func (s *Sessions) List(ctx context.Context, userID string) ([]*Session, error) {
	return s.store.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("userId", userID), database.Gt("expiresAt", s.auth.now())},
		Order: []database.Order{{Column: "createdAt", Desc: true}},
	})
}

// Revoke ends the session with this token if it belongs to the user. It reports whether
// it did.
func (s *Sessions) Revoke(ctx context.Context, userID, token string) (bool, error) {
	n, err := s.store.Delete(ctx, database.Eq("token", token), database.Eq("userId", userID))
	return n > 0, err
}

// RevokeAll ends all sessions of a user, and all else that ends with SessionsRevoked. It
// returns how many sessions it ended, which is 0 for a user who does not exist. It runs
// in a transaction like Host.Transaction.
func (s *Sessions) RevokeAll(ctx context.Context, userID string) (int, error) {
	return s.revoke(ctx, userID)
}

// RevokeOthers is RevokeAll for all sessions but the one with this token.
func (s *Sessions) RevokeOthers(ctx context.Context, userID, token string) (int, error) {
	return s.revoke(ctx, userID, database.Ne("token", token))
}

func (s *Sessions) revoke(ctx context.Context, userID string, which ...database.Cond) (ended int, err error) {
	err = s.auth.db.Transaction(ctx, func(ctx context.Context) error {
		user, err := s.auth.users.GetLocked(ctx, database.Eq("id", userID))
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return err
		}
		if ended, err = s.store.Delete(ctx, append(which, database.Eq("userId", userID))...); err != nil || user == nil {
			return err
		}
		return s.auth.end(ctx, user, SessionsRevoked)
	})
	return ended, err
}
