package apikey

import (
	"context"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// sweepEvery is how often requests delete what has expired.
const sweepEvery = 10 * time.Second

// sweep deletes keys that have expired, for one request of many. Nothing
// depends on it: expired keys are refused whether or not they are there. A
// failure is logged.
func (k *Keys) sweep(ctx context.Context) {
	now, last := k.host.Now().UnixMilli(), k.swept.Load()
	if now-last < sweepEvery.Milliseconds() || !k.swept.CompareAndSwap(last, now) {
		return
	}
	k.host.AfterCommit(ctx, func(ctx context.Context) error {
		if _, err := k.DeleteExpired(ctx); err != nil {
			k.host.Logger().Warn("expired keys could not be deleted", "error", err)
		}
		return nil
	})
}

// DeleteExpired deletes the keys that have expired and returns how many. Use of keys also
// deletes expired ones; call it regularly if keys are seldom used.
func (k *Keys) DeleteExpired(ctx context.Context) (int, error) {
	return k.store.Delete(ctx, database.Lt("expiresAt", k.host.Now()))
}

// SweepAnswer is the answer of deleteAllExpiredApiKeys.
type SweepAnswer struct {
	Success bool    `json:"success"`
	Error   *string `json:"error"`
}

func (k *Keys) deleteAllExpired(c *betterauth.Ctx, _ betterauth.None) (SweepAnswer, error) {
	_, err := k.DeleteExpired(c)
	return SweepAnswer{Success: err == nil}, err
}
