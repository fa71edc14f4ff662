// Package mailqueue sends mail in the background: nobody's answer waits for a mail
// server, and nobody sees that it failed.
package mailqueue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/better-auth-go/better-auth/internal/panics"
)

const (
	workers  = 4
	capacity = 1024
)

// Mail is a mail that waits.
type Mail struct {
	// Kind names its occasion in the log.
	Kind string
	// May is asked before it is sent; nil for nothing to ask.
	May func(context.Context) (bool, error)
	// Send delivers it.
	Send func(context.Context) error
}

var (
	// ErrClosed is mail after Close.
	ErrClosed = errors.New("mail after Close")
	// ErrFull is mail for which there is no room.
	ErrFull = errors.New("too much mail is waiting")

	errLimit = errors.New("its recipient gets too much mail")
)

// Queue holds mail until it is sent. It is safe for concurrent use.
type Queue struct {
	timeout time.Duration
	log     *slog.Logger
	dropped func(kind string)
	waiting chan Mail

	mu      sync.Mutex
	closed  bool
	pending sync.WaitGroup
}

// New starts a queue. Sending one mail takes timeout at most; failures are logged,
// and dropped is told of mail that May refused.
func New(timeout time.Duration, log *slog.Logger, dropped func(kind string)) *Queue {
	q := &Queue{timeout: timeout, log: log, dropped: dropped, waiting: make(chan Mail, capacity)}
	for range workers {
		go q.work()
	}
	return q
}

func (q *Queue) work() {
	for m := range q.waiting {
		switch err := q.send(m); {
		case errors.Is(err, errLimit):
			q.dropped(m.Kind)
		case err != nil:
			q.log.Error("mail could not be sent", "kind", m.Kind, "error", err, panics.Stack(err))
		}
		q.pending.Done()
	}
}

func (q *Queue) send(m Mail) (err error) {
	defer panics.Recover(&err, "the mailer")
	ctx, cancel := context.WithTimeout(context.Background(), q.timeout)
	defer cancel()
	if m.May != nil {
		may, err := m.May(ctx)
		if err != nil {
			return err
		}
		if !may {
			return errLimit
		}
	}
	return m.Send(ctx)
}

// Add queues a mail. A queue that is full drops it: what it was about is stored,
// and can be asked for again.
func (q *Queue) Add(m Mail) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.pending.Add(1)
	select {
	case q.waiting <- m:
		return nil
	default:
		q.pending.Done()
		return ErrFull
	}
}

// Accepts says why a mail could not be queued now, nil if it could.
func (q *Queue) Accepts() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	if len(q.waiting) == cap(q.waiting) {
		return fmt.Errorf("%w: %d mails", ErrFull, len(q.waiting))
	}
	return nil
}

// Flush waits until what is queued has been sent or given up, or ctx ends.
func (q *Queue) Flush(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		q.pending.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("mail is still waiting: %w", ctx.Err())
	}
}

// Close takes no more mail, and waits for what is queued as Flush does.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.waiting)
	}
	q.mu.Unlock()
	return q.Flush(ctx)
}
