package betterauth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	backgroundPlaces = 64
	backgroundTime   = 30 * time.Second
)

// background runs what no answer may wait for, since the wait would tell something.
type background struct {
	places chan struct{}

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

func newBackground() *background { return &background{places: make(chan struct{}, backgroundPlaces)} }

// run calls f in the background, with a context of its own: the request's ends
// with its answer. The error says that f was left out; report is told what f came to that failed
// or panicked.
func (b *background) run(f func(ctx context.Context) error, report func(error)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errors.New("closed")
	}
	select {
	case b.places <- struct{}{}:
	default:
		return errors.New("too many at once")
	}
	b.running.Go(func() {
		defer func() { <-b.places }()
		ctx, cancel := context.WithTimeout(context.Background(), backgroundTime)
		defer cancel()
		if err := safely(func() error { return f(ctx) }); err != nil {
			report(err)
		}
	})
	return nil
}

// close lets nothing more begin and waits for what runs, until ctx ends.
func (b *background) close(ctx context.Context) error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	done := make(chan struct{})
	go func() {
		b.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("subscribers are still running: %w", ctx.Err())
	}
}
