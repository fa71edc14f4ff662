package mailqueue_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/mailqueue"
)

// site is a queue with what it logs and what it drops.
type site struct {
	*mailqueue.Queue
	mu      sync.Mutex
	log     bytes.Buffer
	dropped []string
}

func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func start(t *testing.T, timeout time.Duration) *site {
	t.Helper()
	s := &site{}
	s.Queue = mailqueue.New(timeout, slog.New(slog.NewTextHandler(s, nil)), func(kind string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.dropped = append(s.dropped, kind)
	})
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	s := start(t, time.Second)
	yes := func(context.Context) (bool, error) { return true, nil }
	var sent atomic.Int32
	send := func(context.Context) error { sent.Add(1); return nil }
	for _, m := range []mailqueue.Mail{
		{Kind: "fine", Send: send},
		{Kind: "asked", May: yes, Send: send},
		{Kind: "refused", May: func(context.Context) (bool, error) { return false, nil }, Send: send},
		{Kind: "unknown", May: func(context.Context) (bool, error) { return true, errors.New("no count") }, Send: send},
		{Kind: "failing", Send: func(context.Context) error { return errors.New("no server") }},
		{Kind: "panicking", Send: func(context.Context) error { panic("boom") }},
	} {
		if err := s.Add(m); err != nil {
			t.Errorf("%s: %v", m.Kind, err)
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sent.Load() != 2 {
		t.Errorf("%d were sent", sent.Load())
	}
	if len(s.dropped) != 1 || s.dropped[0] != "refused" {
		t.Errorf("dropped: %q", s.dropped)
	}
	log := s.log.String()
	for _, want := range []string{"kind=unknown error=\"no count\"", "kind=failing error=\"no server\"", "kind=panicking error=\"the mailer panicked: boom\" stack="} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Count(log, "level=ERROR") != 3 {
		t.Errorf("the log has other lines:\n%s", log)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	s := start(t, time.Millisecond)
	if err := s.Add(mailqueue.Mail{Kind: "slow", Send: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(t.Context()); err != nil || !strings.Contains(s.log.String(), "deadline exceeded") {
		t.Errorf("%v, log %s", err, s.log.String())
	}
}

func TestFullAndClosed(t *testing.T) {
	t.Parallel()
	s := start(t, time.Minute)
	var once sync.Once
	release := make(chan struct{})
	open := func() { once.Do(func() { close(release) }) }
	t.Cleanup(open)
	var sent atomic.Int32
	slow := mailqueue.Mail{Kind: "slow", Send: func(context.Context) error { <-release; sent.Add(1); return nil }}
	if err := s.Accepts(); err != nil {
		t.Fatalf("an empty queue does not accept: %v", err)
	}
	added, err := 0, error(nil)
	deadline := time.Now().Add(10 * time.Second)
	// The workers take a few off, so that it is full for good a little later.
	for full := 0; full < 100 && time.Now().Before(deadline); {
		if err = s.Add(slow); err == nil {
			added, full = added+1, 0
			continue
		}
		full++
		time.Sleep(time.Millisecond)
	}
	if !errors.Is(err, mailqueue.ErrFull) {
		t.Fatalf("after %d mails: %v", added, err)
	}
	if err := s.Accepts(); !errors.Is(err, mailqueue.ErrFull) || err.Error() != "too much mail is waiting: 1024 mails" {
		t.Errorf("a full queue accepts: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Flush(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("flushing did not wait: %v", err)
	}
	if err := s.Close(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("closing did not wait: %v", err)
	}
	if err := s.Add(slow); !errors.Is(err, mailqueue.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := s.Accepts(); !errors.Is(err, mailqueue.ErrClosed) {
		t.Errorf("after Close it accepts: %v", err)
	}
	open()
	if err := s.Close(t.Context()); err != nil || int(sent.Load()) != added {
		t.Errorf("closing again: %v, %d of %d sent", err, sent.Load(), added)
	}
}
