package passkey

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

var _ betterauth.AccessRevoker = (*Passkeys)(nil)

// RevokeAccess implements betterauth.AccessRevoker: it deletes all passkeys of
// a user.
func (p *Passkeys) RevokeAccess(ctx context.Context, userID string) error {
	keys, err := p.store.TakeAll(ctx, database.Eq("userId", userID))
	for _, key := range keys {
		betterauth.Emit(ctx, p.host, Deleted{UserID: userID, PasskeyID: key.ID})
	}
	return err
}
