package ratelimit_test

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// Next is what stores of others decide by, so it stands alone.
func TestNext(t *testing.T) {
	t.Parallel()
	rule := ratelimit.Rule{Window: 10 * time.Second, Max: 2}
	for name, c := range map[string]struct {
		rule    ratelimit.Rule
		state   ratelimit.State
		at      int // milliseconds
		next    int // the count
		allowed bool
		retry   time.Duration
	}{
		"the first":                     {rule, ratelimit.State{}, 0, 1, true, 0},
		"the second":                    {rule, ratelimit.State{Count: 1, Last: at(0)}, 1, 2, true, 0},
		"one too many":                  {rule, ratelimit.State{Count: 2, Last: at(0)}, 1, 2, false, 10 * time.Second},
		"just before the window's end":  {rule, ratelimit.State{Count: 2, Last: at(0)}, 9999, 2, false, time.Second},
		"at the window's end":           {rule, ratelimit.State{Count: 2, Last: at(0)}, 10_000, 1, true, 0},
		"within the window":             {rule, ratelimit.State{Count: 1, Last: at(0)}, 9999, 2, true, 0},
		"none yet, within the window":   {rule, ratelimit.State{Last: at(0)}, 1, 1, true, 0},
		"a broken count":                {rule, ratelimit.State{Count: -5, Last: at(0)}, 1, 1, true, 0},
		"no window":                     {ratelimit.Rule{Max: 2}, ratelimit.State{Count: 2, Last: at(0)}, 0, 1, true, 0},
		"no window and nothing allowed": {ratelimit.Rule{}, ratelimit.State{Count: 2, Last: at(0)}, 0, 1, true, 0},
		"a negative window":             {ratelimit.Rule{Window: -time.Second, Max: 2}, ratelimit.State{Count: 2, Last: at(0)}, 0, 1, true, 0},
		"nothing allowed":               {ratelimit.Rule{Window: time.Second}, ratelimit.State{}, 0, 0, false, time.Second},
	} {
		next, allowed, retry := c.rule.Next(c.state, at(c.at))
		if next.Count != c.next || allowed != c.allowed || retry != c.retry {
			t.Errorf("%s: %+v, %v, %v", name, next, allowed, retry)
		}
		if want := at(c.at); allowed && !next.Last.Equal(want) || !allowed && next != c.state {
			t.Errorf("%s: the last is %v", name, next.Last)
		}
	}
}

// A key of 128 bytes is kept as it is, and no key is taken for the digest of a
// longer one.
func TestLongestKey(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(0)
	rule := ratelimit.Rule{Window: time.Minute, Max: 1}
	kept, long := strings.Repeat("k", 128), strings.Repeat("k", 129)
	for i, key := range []string{kept, digest(kept), long} {
		if allowed, _, _ := m.Consume(t.Context(), key, rule, epoch); !allowed {
			t.Errorf("key %d is another's", i)
		}
	}
}

func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return string(sum[:])
}

// What has left is left: a store that saw many keys takes no more memory than its
// capacity. Not parallel: it reads the size of the heap.
func TestForgottenKeysTakeNoMemory(t *testing.T) {
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	m := ratelimit.NewMemory(10)
	rule := ratelimit.Rule{Window: time.Minute, Max: 2}
	before := heap()
	for i := range 50_000 {
		_, _, _ = m.Consume(t.Context(), fmt.Sprintf("%0100d", i), rule, epoch)
	}
	if grown := heap() - before; m.Len() != 10 || grown > 2<<20 {
		t.Errorf("%d keys take %d bytes", m.Len(), grown)
	}
	runtime.KeepAlive(m)
}

// A key leaves when its window has passed, to the moment.
func TestExpiredAtTheWindowsEnd(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{time.Minute - 1: 2, time.Minute: 1} {
		m := ratelimit.NewMemory(0)
		rule := ratelimit.Rule{Window: time.Minute, Max: 1}
		_, _, _ = m.Consume(t.Context(), "a", rule, epoch)
		_, _, _ = m.Consume(t.Context(), "b", rule, epoch.Add(after))
		if n := m.Len(); n != want {
			t.Errorf("after %v there are %d keys, want %d", after, n, want)
		}
	}
}
