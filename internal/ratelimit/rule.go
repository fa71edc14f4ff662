// Package ratelimit counts requests. [Limits] choose the [Rule] for a request. A Rule
// with the state of one key is the algorithm, and a [Store] keeps the states:
// [Memory] those of a single process, [Shared] those of all that share a table. A
// [Budget] is the algorithm for what is granted now and then, such as mail.
//
// Start with rule.go; limits.go says which rule a path falls under.
package ratelimit

import (
	"context"
	"time"
)

// Rule allows Max requests in a Window. A Max of zero or less allows nothing;
// a Window of zero or less limits nothing.
type Rule struct {
	Window time.Duration
	Max    int
}

// State is what a store keeps for a key. The zero value is a key not seen yet.
type State struct {
	Count int       // requests allowed in the current window
	Last  time.Time // the last request that was allowed
}

// Next decides about one more request at now. The window runs from the last
// allowed request, not from the first: a client that keeps trying is let in
// again one quiet window after its last success. A refusal leaves the state as
// it was, and retryAfter says in how long a request will pass, in whole
// seconds, rounded up.
func (r Rule) Next(s State, now time.Time) (next State, allowed bool, retryAfter time.Duration) {
	if r.Window <= 0 {
		return State{Count: 1, Last: now}, true, 0
	}
	if r.Max <= 0 {
		return s, false, wholeSeconds(r.Window)
	}
	elapsed := now.Sub(s.Last)
	if s.Count <= 0 || elapsed >= r.Window {
		return State{Count: 1, Last: now}, true, 0
	}
	if s.Count >= r.Max {
		// A clock set back must not lock a client out for longer than a window.
		return s, false, wholeSeconds(min(r.Window-elapsed, r.Window))
	}
	return State{Count: s.Count + 1, Last: now}, true, 0
}

func wholeSeconds(d time.Duration) time.Duration {
	whole := d.Truncate(time.Second)
	if whole < d {
		whole += time.Second
	}
	return whole
}

// Store keeps the counts of all keys.
type Store interface {
	// Consume counts one request under key at now and says whether the rule
	// allows it; if not, retryAfter is how long to wait, in whole seconds. It
	// is atomic per key: of requests that arrive together, no more pass than
	// the rule allows. A request that is refused does not count.
	//
	// An error means that the store could not decide, never that the request
	// is refused. Implementations are safe for concurrent use.
	Consume(ctx context.Context, key string, rule Rule, now time.Time) (allowed bool, retryAfter time.Duration, err error)
}
