package apikey

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// attempts bound how often a use is planned anew because others changed the key
// meanwhile. Only a window that ends again and again can need more than a few.
const attempts = 20

// use checks a key that was just read and counts one use of it. What was read
// decides only what is tried: the statement that counts carries all of it as
// conditions, and so no more uses succeed than there are, however many are at
// work. Who loses looks again. owner is nil for an organization.
func (k *Keys) use(ctx context.Context, conf *Config, key *Key, asked Permissions) (used *Key, owner *betterauth.User, err error) {
	if err := k.discard(ctx, key); err != nil {
		return nil, nil, err
	}
	for range attempts {
		now := k.host.Now()
		if err := key.check(now, asked); err != nil {
			return nil, nil, err
		}
		set, where, err := key.plan(conf, now)
		if err != nil {
			return nil, nil, err
		}
		used, owner, err = k.count(ctx, conf, set, where)
		if !errors.Is(err, database.ErrNotFound) {
			return used, owner, err
		}
		key, err = k.store.Get(ctx, database.Eq("id", key.ID), database.Eq("key", key.Hash))
		if errors.Is(err, database.ErrNotFound) {
			return nil, nil, ErrInvalidKey
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, &RateLimitError{TryAgainIn: 1}
}

// count counts one use that was planned, and takes it back if the key's owner
// may not have it. The owner is looked at last, in the same transaction: whoever
// was banned while the key was checked has no use of it. ErrNotFound says that
// the plan no longer holds.
func (k *Keys) count(ctx context.Context, conf *Config, set database.Set, where []database.Cond) (used *Key, owner *betterauth.User, err error) {
	err = k.host.Transaction(ctx, func(ctx context.Context) error {
		used, err = k.store.UpdateOne(ctx, set, where...)
		if errors.Is(err, database.ErrNotFound) {
			return betterauth.Commit(err) // which undoes nothing of a caller's own transaction
		}
		if err == nil && !conf.Organizations {
			owner, err = k.owner(ctx, used.ReferenceID)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return used, owner, nil
}

// owner is the user that a key is of, if they may use it.
func (k *Keys) owner(ctx context.Context, id string) (*betterauth.User, error) {
	user, err := k.users.Get(ctx, database.Eq("id", id))
	switch {
	case errors.Is(err, database.ErrNotFound):
		return nil, ErrInvalidReference
	case err != nil:
		return nil, err
	case banned(user, k.host.Now()):
		return nil, ErrUserBanned
	}
	return user, nil
}

// discard deletes a key that will never be good again, if it still is such when
// it is deleted.
func (k *Keys) discard(ctx context.Context, key *Key) error {
	if key.Enabled != nil && !*key.Enabled {
		return ErrKeyDisabled
	}
	now := k.host.Now()
	gone, where := error(nil), []database.Cond{database.Eq("id", key.ID)}
	switch {
	case key.expired(now):
		gone, where = ErrKeyExpired, append(where, database.Lt("expiresAt", now))
	case key.Remaining != nil && *key.Remaining <= 0 && key.RefillAmount == nil:
		gone, where = ErrUsageExceeded, append(where, database.Lte("remaining", 0), database.IsNull("refillAmount"))
	default:
		return nil
	}
	if _, err := k.store.Delete(ctx, where...); err != nil {
		return err
	}
	return gone
}

func (k *Key) expired(now time.Time) bool { return k.ExpiresAt != nil && now.After(*k.ExpiresAt) }

// check looks at what a use does not change.
func (k *Key) check(now time.Time, asked Permissions) error {
	switch {
	case k.Enabled != nil && !*k.Enabled:
		return ErrKeyDisabled
	case k.expired(now):
		return ErrKeyExpired
	case asked != nil && !k.PermissionSet().Allow(asked):
		return asCode(errMissesPermission, ErrKeyNotFound)
	}
	return nil
}

// plan says what one use changes, and what must still hold when it does.
func (k *Key) plan(conf *Config, now time.Time) (database.Set, []database.Cond, error) {
	set := database.Set{"updatedAt": now}
	where := []database.Cond{
		database.Eq("id", k.ID), database.Eq("key", k.Hash),
		database.Or(database.IsNull("enabled"), database.Eq("enabled", true)),
		database.Or(database.IsNull("expiresAt"), database.Gte("expiresAt", now)),
		database.Eq("permissions", k.Permissions),
	}
	where, err := k.planRemaining(set, where, now)
	if err != nil {
		return nil, nil, err
	}
	where, err = k.planRate(conf, set, where, now)
	return set, where, err
}

// planRemaining takes one of the uses that are left, or of a new filling when
// that is due, which one of many at once does.
func (k *Key) planRemaining(set database.Set, where []database.Cond, now time.Time) ([]database.Cond, error) {
	if k.Remaining == nil {
		return append(where, database.IsNull("remaining")), nil
	}
	if amount, interval := betterauth.OrZero(k.RefillAmount), betterauth.OrZero(k.RefillInterval); amount > 0 && interval > 0 {
		filled := k.CreatedAt
		if k.LastRefillAt != nil {
			filled = *k.LastRefillAt
		}
		if now.Sub(filled) > milliseconds(interval) {
			set["remaining"], set["lastRefillAt"] = amount-1, now
			return append(where, database.Eq("lastRefillAt", k.LastRefillAt), database.Eq("refillAmount", amount), database.NotNull("remaining")), nil
		}
	}
	if *k.Remaining <= 0 {
		return nil, ErrUsageExceeded
	}
	set["remaining"] = database.Add(-1)
	return append(where, database.Gt("remaining", 0)), nil
}

// planRate takes one of the uses of the window, or of a new one when that has
// ended. A window ends when no use succeeded for its length.
func (k *Key) planRate(conf *Config, set database.Set, where []database.Cond, now time.Time) ([]database.Cond, error) {
	if conf.RateLimit.Disabled || k.RateLimitEnabled != nil && !*k.RateLimitEnabled {
		set["lastRequest"] = now
		return where, nil
	}
	if k.RateLimitTimeWindow == nil || k.RateLimitMax == nil {
		return where, nil
	}
	set["lastRequest"] = now
	limit, window := *k.RateLimitMax, milliseconds(*k.RateLimitTimeWindow)
	where = append(where, database.Eq("rateLimitMax", limit), database.Eq("rateLimitTimeWindow", *k.RateLimitTimeWindow))
	if limit <= 0 {
		return nil, &RateLimitError{TryAgainIn: window.Milliseconds()}
	}
	if k.LastRequest == nil {
		set["requestCount"] = 1
		return append(where, database.IsNull("lastRequest")), nil
	}
	start := now.Add(-window)
	if k.LastRequest.Before(start) {
		set["requestCount"] = 1
		return append(where, database.Lt("lastRequest", start)), nil
	}
	if betterauth.OrZero(k.RequestCount) >= limit {
		return nil, &RateLimitError{TryAgainIn: k.LastRequest.Sub(start).Milliseconds()}
	}
	set["requestCount"] = database.Add(1)
	return append(where, database.Gte("lastRequest", start),
		database.Or(database.IsNull("requestCount"), database.Lt("requestCount", limit))), nil
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
