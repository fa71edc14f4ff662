package betterauth

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/better-auth-go/better-auth/database"
)

// Verifications keeps short-lived, single-use values in the verification
// table: challenges, tokens sent by mail, codes. Safe for concurrent use.
type Verifications struct {
	auth  *Auth
	store *database.Store[Verification]
	// swept is when expired values were last removed, in Unix milliseconds.
	swept atomic.Int64
}

// sweepEvery is how often Create also removes what has expired: anybody may ask
// for challenges, and most are never answered.
const sweepEvery = 10 * time.Minute

// Create stores value under identifier for ttl. Identifiers need not be unique: Find and
// Take return the newest value.
func (v *Verifications) Create(ctx context.Context, identifier, value string, ttl time.Duration) (*Verification, error) {
	row := &Verification{Identifier: identifier, Value: value, ExpiresAt: v.auth.now().Add(ttl)}
	if err := v.store.Create(ctx, row); err != nil {
		return nil, err
	}
	v.sweep(ctx)
	return row, nil
}

// sweep removes expired values now and then, once the transaction is durable.
func (v *Verifications) sweep(ctx context.Context) {
	now, last := v.auth.now().UnixMilli(), v.swept.Load()
	if now-last < sweepEvery.Milliseconds() || !v.swept.CompareAndSwap(last, now) {
		return
	}
	v.auth.afterCommit(ctx, "", func(ctx context.Context) error {
		if _, err := v.DeleteExpired(ctx); err != nil {
			v.auth.log.Warn("expired values could not be removed", "error", err)
		}
		return nil
	})
}

// Find returns the newest value under identifier that has not expired, and does not
// remove it. Without one the error is database.ErrNotFound.
func (v *Verifications) Find(ctx context.Context, identifier string) (*Verification, error) {
	rows, err := v.store.List(ctx, database.Query{
		Where: []database.Cond{database.Eq("identifier", identifier)},
		Order: []database.Order{{Column: "createdAt", Desc: true}}, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	return v.newest(rows)
}

// Use removes a value that Find returned. Of any number of concurrent calls one succeeds,
// and all others get database.ErrNotFound. It is for what is checked before it is used
// up: the check holds no lock, and the transaction that acts on it calls Use before it
// does. A guess that is wrong must use the value up as well: call Use outside of any
// transaction, and take database.ErrNotFound for another answer that was first.
func (v *Verifications) Use(ctx context.Context, found *Verification) error {
	n, err := v.store.Delete(ctx, database.Eq("id", found.ID))
	if err == nil && n == 0 {
		err = database.ErrNotFound
	}
	return err
}

// Take removes all values under identifier and returns the newest that has not expired.
// Of any number of concurrent calls one gets it, and all others get database.ErrNotFound.
// Call Take before you check a guess, so that each guess uses up the value.
func (v *Verifications) Take(ctx context.Context, identifier string) (*Verification, error) {
	rows, err := v.store.TakeAll(ctx, database.Eq("identifier", identifier))
	if err != nil {
		return nil, err
	}
	return v.newest(rows)
}

func (v *Verifications) newest(rows []*Verification) (*Verification, error) {
	var newest *Verification
	for _, row := range rows {
		if newest == nil || row.CreatedAt.After(newest.CreatedAt) {
			newest = row
		}
	}
	if newest == nil || newest.ExpiresAt.Before(v.auth.now()) {
		return nil, database.ErrNotFound
	}
	return newest, nil
}

// DeleteExpired removes expired values of all kinds and returns how many.
func (v *Verifications) DeleteExpired(ctx context.Context) (int, error) {
	return deleteExpired(ctx, v.store, v.auth.now(), func(row *Verification) string { return row.ID })
}
