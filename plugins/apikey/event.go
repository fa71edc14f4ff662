package apikey

import (
	"context"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The events of this plugin, for audit logs: subscribe with betterauth.On. They hold
// ids, no key. UserID is the key's owner, also where a program acts for them. Uses of a
// key, and its end by time or by use, tell nobody.

// Created says that a key was made.
type Created struct{ UserID, KeyID string }

// Updated says that a key was changed.
type Updated struct{ UserID, KeyID string }

// Deleted says that a key was deleted, by its owner or by an ending that it must not
// outlive; see betterauth.EndingHappened.
type Deleted struct{ UserID, KeyID string }

func events() []betterauth.EventType {
	return []betterauth.EventType{betterauth.EventOf[Created](), betterauth.EventOf[Updated](), betterauth.EventOf[Deleted]()}
}

// remove deletes keys, and tells of each.
func (k *Keys) remove(ctx context.Context, where ...database.Cond) (int, error) {
	keys, err := k.store.TakeAll(ctx, where...)
	for _, key := range keys {
		betterauth.Emit(ctx, k.host, Deleted{UserID: key.ReferenceID, KeyID: key.ID})
	}
	return len(keys), err
}
