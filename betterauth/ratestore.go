package betterauth

import (
	"context"
	"errors"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// RateLimitStore counts requests, for instance in a store that several servers share.
// Implementations are safe for concurrent use.
type RateLimitStore interface {
	// Consume counts one request under key at now and says whether rule allows it. If
	// not, retryAfter is how long to wait. It is atomic for each key: of requests that
	// arrive together, no more pass than the rule allows. A refused request does not
	// count. A key consists of a client's address and a route, so each client has at most
	// as many keys as there are routes.
	//
	// An error means that the store could not decide, never that the request is refused;
	// the client then gets a 500. Consume should return when ctx ends.
	Consume(ctx context.Context, key string, rule Rule, now time.Time) (allowed bool, retryAfter time.Duration, err error)
}

// plainStore is a store of internal/ratelimit.
type plainStore struct{ ratelimit.Store }

func (s plainStore) Consume(ctx context.Context, key string, rule Rule, now time.Time) (bool, time.Duration, error) {
	return s.Store.Consume(ctx, key, ratelimit.Rule(rule), now)
}

// rateRow is a row of the TypeScript server's table.
type rateRow struct {
	Key         string `json:"key" db:"key,unique"`
	Count       int64  `json:"count"`
	LastRequest int64  `json:"lastRequest" db:"lastRequest,bigint"` // Unix milliseconds
	ID          string `json:"id"`
}

// rateRows is the table as ratelimit.Shared knows it.
type rateRows struct{ *database.Store[rateRow] }

func (t rateRows) Get(ctx context.Context, key string) (*ratelimit.State, error) {
	row, err := t.Store.Get(ctx, database.Eq("key", key))
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &ratelimit.State{Count: int(row.Count), Last: time.UnixMilli(row.LastRequest)}, nil
}

func (t rateRows) Insert(ctx context.Context, key string, s ratelimit.State) (bool, error) {
	err := t.Create(ctx, &rateRow{Key: key, Count: int64(s.Count), LastRequest: s.Last.UnixMilli()})
	if errors.Is(err, database.ErrUnique) {
		return false, nil
	}
	return err == nil, err
}

func (t rateRows) Replace(ctx context.Context, key string, old, next ratelimit.State) (bool, error) {
	n, err := t.Update(ctx, database.Set{"count": int64(next.Count), "lastRequest": next.Last.UnixMilli()},
		database.Eq("key", key), database.Eq("count", int64(old.Count)), database.Eq("lastRequest", old.Last.UnixMilli()))
	return n > 0, err
}

func (t rateRows) Count(ctx context.Context, key string, rule ratelimit.Rule, at time.Time) (bool, error) {
	last := at.UnixMilli()
	n, err := t.Update(ctx, database.Set{"count": database.Add(1), "lastRequest": last},
		database.Eq("key", key), database.Lt("count", int64(rule.Max)), database.Gt("lastRequest", last-rule.Window.Milliseconds()))
	return n > 0, err
}

func (t rateRows) RemoveBefore(ctx context.Context, at time.Time) error {
	_, err := t.Delete(ctx, database.Lt("lastRequest", at.UnixMilli()))
	return err
}
