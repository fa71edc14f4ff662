package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// rows is a table in memory. between runs after each Get, as another process may.
type rows struct {
	mu      sync.Mutex
	states  map[string]ratelimit.State
	writes  int
	between func()
	err     error // of reads
	full    error // of writes
	removed []time.Time
}

func (r *rows) Get(_ context.Context, key string) (*ratelimit.State, error) {
	r.mu.Lock()
	s, ok := r.states[key]
	r.mu.Unlock()
	if r.between != nil {
		r.between()
	}
	if !ok {
		return nil, r.err
	}
	return &s, r.err
}

func (r *rows) write(key string, next ratelimit.State, when func(s ratelimit.State, ok bool) bool) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.states[key]
	if r.full != nil || !when(s, ok) {
		return false, r.full
	}
	if next.Count == 0 {
		next.Count = s.Count + 1
	}
	r.states[key] = next
	r.writes++
	return true, nil
}

func (r *rows) Insert(_ context.Context, key string, s ratelimit.State) (bool, error) {
	return r.write(key, s, func(_ ratelimit.State, ok bool) bool { return !ok })
}

func (r *rows) Replace(_ context.Context, key string, old, next ratelimit.State) (bool, error) {
	return r.write(key, next, func(s ratelimit.State, ok bool) bool { return ok && s.Count == old.Count && s.Last.Equal(old.Last) })
}

func (r *rows) Count(_ context.Context, key string, rule ratelimit.Rule, at time.Time) (bool, error) {
	return r.write(key, ratelimit.State{Last: at}, func(s ratelimit.State, ok bool) bool {
		return ok && s.Count < rule.Max && at.Sub(s.Last) < rule.Window
	})
}

func (r *rows) RemoveBefore(_ context.Context, t time.Time) error {
	r.removed = append(r.removed, t)
	return errors.New("locked")
}

func TestSharedAllowsNoMoreThanItsRule(t *testing.T) {
	t.Parallel()
	table := &rows{states: map[string]ratelimit.State{}}
	rule, now := ratelimit.Rule{Window: 10 * time.Second, Max: 5}, time.UnixMilli(1_000_000)
	var wait sync.WaitGroup
	allowed := make(chan bool, 100)
	for range 10 {
		store := ratelimit.NewShared(table, time.Hour, slog.New(slog.DiscardHandler))
		for range 10 {
			wait.Go(func() {
				ok, _, err := store.Consume(t.Context(), "key", rule, now)
				if err != nil {
					t.Error(err)
				}
				allowed <- ok
			})
		}
	}
	wait.Wait()
	close(allowed)
	n := 0
	for ok := range allowed {
		if ok {
			n++
		}
	}
	if n != rule.Max || table.writes != rule.Max {
		t.Errorf("%d of 100 passed with %d writes", n, table.writes)
	}
	store := ratelimit.NewShared(table, time.Hour, slog.New(slog.DiscardHandler))
	if ok, retry, err := store.Consume(t.Context(), "key", rule, now.Add(4*time.Second)); ok || retry != 6*time.Second || err != nil {
		t.Errorf("then: %t, %v, %v", ok, retry, err)
	}
	if ok, _, err := store.Consume(t.Context(), "key", rule, now.Add(10*time.Second)); !ok || err != nil || table.states["key"].Count != 1 {
		t.Errorf("in the next window: %t, %v, %+v", ok, err, table.states["key"])
	}
}

func TestSharedFails(t *testing.T) {
	t.Parallel()
	rule, now := ratelimit.Rule{Window: time.Second, Max: 1}, time.UnixMilli(1_000_000)
	broken := &rows{err: errors.New("no database")}
	if ok, _, err := ratelimit.NewShared(broken, time.Hour, slog.New(slog.DiscardHandler)).Consume(t.Context(), "key", rule, now); ok || !errors.Is(err, broken.err) {
		t.Errorf("without a database: %t, %v", ok, err)
	}
	full := &rows{states: map[string]ratelimit.State{}, full: errors.New("disk full")}
	if ok, _, err := ratelimit.NewShared(full, time.Hour, slog.New(slog.DiscardHandler)).Consume(t.Context(), "key", rule, now); ok || !errors.Is(err, full.full) {
		t.Errorf("what cannot be counted: %t, %v", ok, err)
	}
	// Others write between every read and its write, so that no decision holds.
	busy := &rows{states: map[string]ratelimit.State{}}
	asked := 0
	busy.between = func() {
		asked++
		busy.states["key"] = ratelimit.State{Count: 1, Last: now.Add(-time.Hour - time.Duration(asked)*time.Second)}
	}
	ok, _, err := ratelimit.NewShared(busy, time.Hour, slog.New(slog.DiscardHandler)).Consume(t.Context(), "key", rule, now)
	if ok || err == nil || err.Error() != "the row of a rate limit changes too often" || asked != 16 {
		t.Errorf("a row that changes: %t, %v after %d reads", ok, err, asked)
	}
}

func TestSharedRemovesOldRows(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	table := &rows{states: map[string]ratelimit.State{}}
	store := ratelimit.NewShared(table, time.Hour, slog.New(slog.NewTextHandler(&log, nil)))
	rule, now := ratelimit.Rule{Window: time.Second, Max: 1}, time.UnixMilli(10_000_000)
	for _, after := range []time.Duration{0, time.Minute, 59 * time.Minute, time.Hour, 90 * time.Minute} {
		if ok, _, err := store.Consume(t.Context(), "key", rule, now.Add(after)); !ok || err != nil {
			t.Errorf("after %v: %t, %v", after, ok, err)
		}
	}
	if len(table.removed) != 2 || !table.removed[0].Equal(now.Add(-time.Hour)) || !table.removed[1].Equal(now) {
		t.Errorf("removed what was before %v", table.removed)
	}
	if got := strings.Count(log.String(), "level=WARN msg=\"old rate limits could not be removed\" error=locked"); got != 2 {
		t.Errorf("the log: %s", &log)
	}
}
