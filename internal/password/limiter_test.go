package password_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/better-auth-go/better-auth/internal/password"
)

// slow takes a second of the test's own clock for each hash and counts.
type slow struct{ running, most, done atomic.Int32 }

func (s *slow) work() {
	n := s.running.Add(1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
	}
	time.Sleep(time.Second)
	s.running.Add(-1)
	s.done.Add(1)
}

func (s *slow) Hash(context.Context, string) (string, error) { s.work(); return "hash", nil }

func (s *slow) Verify(context.Context, string, string) (bool, error) { s.work(); return true, nil }

func TestLimiterRunsSomeAndQueuesSome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(slow)
		l := password.NewLimiter(s, password.LimiterConfig{Concurrent: 2, Queue: 3, MaxWait: time.Minute})
		var busy atomic.Int32
		var wg sync.WaitGroup
		for i := range 9 {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = l.Hash(t.Context(), "x")
				} else {
					_, err = l.Verify(t.Context(), "x", "y")
				}
				if errors.Is(err, password.ErrBusy) {
					busy.Add(1)
				} else if err != nil {
					t.Errorf("unexpected: %v", err)
				}
			})
		}
		wg.Wait()
		if most, done := s.most.Load(), s.done.Load(); most != 2 || done != 5 || busy.Load() != 4 {
			t.Errorf("at most %d at once, %d done, %d turned away; want 2, 5, 4", most, done, busy.Load())
		}
		// All places are free again.
		if _, err := l.Hash(t.Context(), "x"); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}

func TestLimiterGivesUpWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(slow)
		l := password.NewLimiter(s, password.LimiterConfig{Concurrent: 1, Queue: 5, MaxWait: 300 * time.Millisecond})
		go func() { _, _ = l.Hash(context.Background(), "x") }()
		synctest.Wait()

		start := time.Now()
		_, err := l.Hash(t.Context(), "x")
		if waited := time.Since(start); !errors.Is(err, password.ErrBusy) || errors.Is(err, context.DeadlineExceeded) || waited != 300*time.Millisecond {
			t.Errorf("%v after %v, want ErrBusy after 300ms", err, waited)
		}
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start = time.Now()
		_, err = l.Verify(short, "x", "y")
		if waited := time.Since(start); !errors.Is(err, password.ErrBusy) || !errors.Is(err, context.DeadlineExceeded) || waited != 100*time.Millisecond {
			t.Errorf("%v after %v, want ErrBusy and the context's error after 100ms", err, waited)
		}
		time.Sleep(2 * time.Second)
		if done := s.done.Load(); done != 1 {
			t.Errorf("%d hashes ran, want the first alone", done)
		}
		if _, err := l.Hash(t.Context(), "x"); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}

func TestLimiterWithoutQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := password.NewLimiter(new(slow), password.LimiterConfig{Concurrent: 1, Queue: -1})
		go func() { _, _ = l.Hash(context.Background(), "x") }()
		synctest.Wait()
		if _, err := l.Hash(t.Context(), "x"); !errors.Is(err, password.ErrBusy) {
			t.Errorf("want ErrBusy, got %v", err)
		}
		time.Sleep(2 * time.Second)
	})
}

func TestLimiterWaitIsNotTheDeadlineOfTheHash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := password.NewLimiter(new(slow), password.LimiterConfig{Concurrent: 1, MaxWait: time.Millisecond})
		if _, err := l.Hash(t.Context(), "x"); err != nil {
			t.Errorf("a hash longer than the wait: %v", err)
		}
	})
}
