package betterauth

import (
	"context"

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

// Revoke ends the session with this token if it belongs to the user, and
// reports whether it did.
func (s *Sessions) Revoke(ctx context.Context, userID, token string) (bool, error) {
	n, err := s.store.Delete(ctx, database.Eq("token", token), database.Eq("userId", userID))
	return n > 0, err
}

// RevokeAll ends all sessions of a user and returns how many.
func (s *Sessions) RevokeAll(ctx context.Context, userID string) (int, error) {
	return s.store.Delete(ctx, database.Eq("userId", userID))
}

// RevokeOthers ends all sessions of a user but the one with this token.
func (s *Sessions) RevokeOthers(ctx context.Context, userID, token string) (int, error) {
	return s.store.Delete(ctx, database.Eq("userId", userID), database.Ne("token", token))
}
