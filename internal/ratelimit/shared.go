package ratelimit

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Rows is a table of counts that several processes share. done says that a row was
// written; it is false where another process was faster.
type Rows interface {
	// Get returns the state of a key, nil without a row.
	Get(ctx context.Context, key string) (*State, error)
	// Insert adds the row of a key that has none.
	Insert(ctx context.Context, key string, s State) (done bool, err error)
	// Replace writes next in place of old, if that is still the state.
	Replace(ctx context.Context, key string, old, next State) (done bool, err error)
	// Count adds one request at a time to a row with less than rule.Max of them, the
	// last of which is less than rule.Window ago.
	Count(ctx context.Context, key string, rule Rule, at time.Time) (done bool, err error)
	// RemoveBefore removes rows whose last request was earlier.
	RemoveBefore(ctx context.Context, t time.Time) error
}

// Shared is a [Store] for all processes that share Rows. It reads first, so that a
// client who is refused writes nothing.
type Shared struct {
	rows   Rows
	keep   time.Duration
	log    *slog.Logger
	pruned atomic.Int64 // when rows were last removed, in Unix milliseconds
}

var _ Store = (*Shared)(nil)

// NewShared makes a store that keeps rows at least as long as the longest window of
// a rule.
func NewShared(rows Rows, keep time.Duration, log *slog.Logger) *Shared {
	return &Shared{rows: rows, keep: keep, log: log}
}

// attempts is more than what can get in between: another request that creates the
// row, starts its window, or removes it.
const attempts = 16

var errContended = errors.New("the row of a rate limit changes too often")

// Consume implements [Store]. It decides by what it read and writes under the
// condition that this still holds; if it does not, it decides anew.
func (s *Shared) Consume(ctx context.Context, key string, rule Rule, now time.Time) (bool, time.Duration, error) {
	for range attempts {
		old, err := s.rows.Get(ctx, key)
		if err != nil {
			return false, 0, err
		}
		var state State
		if old != nil {
			state = *old
		}
		next, allowed, retryAfter := rule.Next(state, now)
		if !allowed {
			return false, retryAfter, nil
		}
		counted, err := s.write(ctx, key, old, next, rule)
		if err != nil {
			return false, 0, err
		}
		if counted {
			if next.Count == 1 {
				s.prune(ctx, now)
			}
			return true, 0, nil
		}
	}
	return false, 0, errContended
}

func (s *Shared) write(ctx context.Context, key string, old *State, next State, rule Rule) (bool, error) {
	switch {
	case old == nil:
		return s.rows.Insert(ctx, key, next)
	case next.Count == 1:
		return s.rows.Replace(ctx, key, *old, next)
	}
	return s.rows.Count(ctx, key, rule, next.Last)
}

// prune removes rows that no rule can need any more, now and then. A failure
// only leaves them.
func (s *Shared) prune(ctx context.Context, now time.Time) {
	before, pruned := now.Add(-s.keep), s.pruned.Load()
	if pruned > before.UnixMilli() || !s.pruned.CompareAndSwap(pruned, now.UnixMilli()) {
		return
	}
	if err := s.rows.RemoveBefore(ctx, before); err != nil {
		s.log.Warn("old rate limits could not be removed", "error", err)
	}
}
