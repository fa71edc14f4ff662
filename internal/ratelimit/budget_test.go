package ratelimit_test

import (
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	budget := ratelimit.Budget{Max: 3, Window: 30 * time.Minute}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var full time.Time
	steps := []struct {
		after   time.Duration
		allowed bool
		left    time.Duration // until all is there again
	}{
		{0, true, 10 * time.Minute}, {0, true, 20 * time.Minute}, {0, true, 30 * time.Minute},
		{0, false, 0}, {10*time.Minute - 1, false, 0},
		{10 * time.Minute, true, 30 * time.Minute}, {10 * time.Minute, false, 0},
		{2 * time.Hour, true, 10 * time.Minute},
	}
	for i, step := range steps {
		now := start.Add(step.after)
		next, allowed := budget.Next(full, now)
		if allowed != step.allowed {
			t.Fatalf("step %d: allowed %t", i, allowed)
		}
		if !allowed {
			continue // what is refused is not stored
		}
		if full = next; full.Sub(now) != step.left {
			t.Errorf("step %d: all is there again in %v, want %v", i, full.Sub(now), step.left)
		}
	}
}
