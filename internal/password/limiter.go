package password

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// LimiterConfig bounds a [Limiter].
type LimiterConfig struct {
	// Concurrent is how many hashes run at once; zero or less is
	// runtime.GOMAXPROCS(0). Each takes the memory of one hash.
	Concurrent int
	// Queue is how many calls may wait; zero is 50 for each concurrent one,
	// less than zero is none.
	Queue int
	// MaxWait is how long a call waits for its turn; zero or less is 5 s.
	MaxWait time.Duration
}

// Limiter runs at most a fixed number of hashes at once. Further calls wait in
// line, first come first served, until the line is full, they have waited too
// long, or their context ends; then they fail with [ErrBusy]. It is safe for
// concurrent use.
type Limiter struct {
	hasher   Hasher
	slots    *semaphore.Weighted
	maxWait  time.Duration
	admitted atomic.Int64 // calls that run or wait
	capacity int64
}

var _ Hasher = (*Limiter)(nil)

// NewLimiter bounds the calls to a hasher.
func NewLimiter(h Hasher, c LimiterConfig) *Limiter {
	if c.Concurrent <= 0 {
		c.Concurrent = runtime.GOMAXPROCS(0)
	}
	switch {
	case c.Queue == 0:
		c.Queue = 50 * c.Concurrent
	case c.Queue < 0:
		c.Queue = 0
	}
	if c.MaxWait <= 0 {
		c.MaxWait = 5 * time.Second
	}
	return &Limiter{
		hasher:   h,
		slots:    semaphore.NewWeighted(int64(c.Concurrent)),
		maxWait:  c.MaxWait,
		capacity: int64(c.Concurrent) + int64(c.Queue),
	}
}

// Hash implements [Hasher]. The error is [ErrBusy] when the call was turned
// away; it wraps the context's error too if that ended the wait.
func (l *Limiter) Hash(ctx context.Context, password string) (string, error) {
	release, err := l.enter(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return l.hasher.Hash(ctx, password)
}

// Verify implements [Hasher]; see [Limiter.Hash] for its errors.
func (l *Limiter) Verify(ctx context.Context, password, stored string) (bool, error) {
	release, err := l.enter(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	return l.hasher.Verify(ctx, password, stored)
}

func (l *Limiter) enter(ctx context.Context) (release func(), err error) {
	if l.admitted.Add(1) > l.capacity {
		l.admitted.Add(-1)
		return nil, ErrBusy
	}
	// Only the wait has a limit: the hash itself keeps the caller's context.
	waiting, cancel := context.WithTimeout(ctx, l.maxWait)
	defer cancel()
	if err := l.slots.Acquire(waiting, 1); err != nil {
		l.admitted.Add(-1)
		if parent := ctx.Err(); parent != nil {
			return nil, fmt.Errorf("%w: %w", ErrBusy, parent)
		}
		return nil, ErrBusy
	}
	return func() {
		l.slots.Release(1)
		l.admitted.Add(-1)
	}, nil
}
