package passkey

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
)

// revokeAll deletes all passkeys of a user.
func (p *Passkeys) revokeAll(ctx context.Context, r betterauth.Revocation) error {
	keys, err := p.store.TakeAll(ctx, database.Eq("userId", r.User.ID))
	for _, key := range keys {
		betterauth.Emit(ctx, p.host, Deleted{UserID: r.User.ID, PasskeyID: key.ID})
	}
	return err
}

// pending are ceremonies that were begun for a user, and proofs that sessions of
// theirs gave.
func pending() []betterauth.Pending {
	return []betterauth.Pending{
		{Name: "ceremony", Of: func(u *betterauth.User) database.Cond {
			id, err := json.Marshal(u.ID)
			if err != nil { // an id is no text that JSON cannot hold
				return database.In("identifier")
			}
			return database.And(database.StartsWith("value", `{"type":"`), database.Contains("value", `"userData":{"id":`+string(id)))
		}},
		{Name: "proof of a session", Of: func(u *betterauth.User) database.Cond {
			return database.And(database.StartsWith("identifier", proofPrefix), database.Eq("value", u.ID))
		}},
	}
}
