package emailpassword

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	asidePlaces = 64
	asideTime   = 30 * time.Second
)

// aside runs what no answer may wait for, since the wait would tell something.
type aside struct {
	places chan struct{}

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

func newAside() *aside { return &aside{places: make(chan struct{}, asidePlaces)} }

// run calls f in the background, with a context of its own: the request's ends
// with its answer. f recovers from its own panics. The error says that f was left
// out.
func (a *aside) run(f func(ctx context.Context)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return errors.New("closed")
	}
	select {
	case a.places <- struct{}{}:
	default:
		return errors.New("too many at once")
	}
	a.running.Go(func() {
		defer func() { <-a.places }()
		ctx, cancel := context.WithTimeout(context.Background(), asideTime)
		defer cancel()
		f(ctx)
	})
	return nil
}

// close lets nothing more begin and waits for what runs, until ctx ends.
func (a *aside) close(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	done := make(chan struct{})
	go func() {
		a.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("callbacks are still running: %w", ctx.Err())
	}
}
