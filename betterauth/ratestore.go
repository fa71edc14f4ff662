package betterauth

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// RateLimitStore counts requests, such as in a store that several servers
// share. Implementations are safe for concurrent use.
type RateLimitStore interface {
	// Consume counts one request under key at now and says whether rule allows
	// it; if not, retryAfter is how long to wait. It is atomic for each key: of
	// requests that arrive together, no more pass than the rule allows. A
	// request that is refused does not count. A key is a client's address and a
	// route: at most as many as routes for each client.
	//
	// An error means that the store could not decide, never that the request is
	// refused; the client is then answered 500. Consume should give up when ctx
	// ends.
	Consume(ctx context.Context, key string, rule Rule, now time.Time) (allowed bool, retryAfter time.Duration, err error)
}

// memoryLimits counts in this process.
type memoryLimits struct{ memory *ratelimit.Memory }

func (m memoryLimits) Consume(ctx context.Context, key string, rule Rule, now time.Time) (bool, time.Duration, error) {
	return m.memory.Consume(ctx, key, ratelimit.Rule(rule), now)
}

// rateRow is a row of the reference's table.
type rateRow struct {
	Key         string `json:"key" db:"key,unique"`
	Count       int64  `json:"count"`
	LastRequest int64  `json:"lastRequest" db:"lastRequest,bigint"` // Unix milliseconds
	ID          string `json:"id"`
}

// databaseLimits counts for all processes that share a database. It reads
// first, so that a client who is refused writes nothing.
type databaseLimits struct {
	rows   *database.Store[rateRow]
	keep   time.Duration
	log    *slog.Logger
	pruned atomic.Int64 // when rows were last removed, in Unix milliseconds
}

// consumeAttempts is more than what can get in between: another request that
// creates the row, starts its window, or removes it.
const consumeAttempts = 16

var errRateContended = errors.New("the row of a rate limit changes too often")

// Consume decides by what it read and writes under the condition that this
// still holds; if it does not, it decides anew.
func (d *databaseLimits) Consume(ctx context.Context, key string, rule Rule, now time.Time) (bool, time.Duration, error) {
	for range consumeAttempts {
		row, err := d.rows.Get(ctx, database.Eq("key", key))
		if err != nil && !errors.Is(err, database.ErrNotFound) {
			return false, 0, err
		}
		var state ratelimit.State
		if row != nil {
			state = ratelimit.State{Count: int(row.Count), Last: time.UnixMilli(row.LastRequest)}
		}
		next, allowed, retryAfter := ratelimit.Rule(rule).Next(state, now)
		if !allowed {
			return false, retryAfter, nil
		}
		counted, err := d.write(ctx, key, row, next, rule)
		if err != nil {
			return false, 0, err
		}
		if counted {
			if next.Count == 1 {
				d.prune(ctx, now)
			}
			return true, 0, nil
		}
	}
	return false, 0, errRateContended
}

// write stores the state that follows row, and reports whether nobody was
// faster.
func (d *databaseLimits) write(ctx context.Context, key string, row *rateRow, next ratelimit.State, rule Rule) (bool, error) {
	last := next.Last.UnixMilli()
	if row == nil {
		err := d.rows.Create(ctx, &rateRow{Key: key, Count: 1, LastRequest: last})
		if errors.Is(err, database.ErrUnique) {
			return false, nil
		}
		return err == nil, err
	}
	set := database.Set{"count": int64(1), "lastRequest": last}
	where := []database.Cond{database.Eq("key", key)}
	if next.Count == 1 {
		where = append(where, database.Eq("count", row.Count), database.Eq("lastRequest", row.LastRequest))
	} else {
		set["count"] = database.Add(1)
		where = append(where, database.Lt("count", int64(rule.Max)), database.Gt("lastRequest", last-rule.Window.Milliseconds()))
	}
	n, err := d.rows.Update(ctx, set, where...)
	return n > 0, err
}

// prune removes rows that no rule can need any more, now and then. A failure
// only leaves them.
func (d *databaseLimits) prune(ctx context.Context, now time.Time) {
	before, pruned := now.Add(-d.keep).UnixMilli(), d.pruned.Load()
	if pruned > before || !d.pruned.CompareAndSwap(pruned, now.UnixMilli()) {
		return
	}
	if _, err := d.rows.Delete(ctx, database.Lt("lastRequest", before)); err != nil {
		d.log.Warn("old rate limits could not be removed", "error", err)
	}
}
