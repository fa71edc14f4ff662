package ratelimit_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
	"github.com/better-auth-go/better-auth/internal/vectors"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(milliseconds int) time.Time {
	return epoch.Add(time.Duration(milliseconds) * time.Millisecond)
}

func TestConsume(t *testing.T) {
	t.Parallel()
	type step struct {
		at      int // milliseconds
		allowed bool
		retry   time.Duration
	}
	three := ratelimit.Rule{Window: 10 * time.Second, Max: 3}
	for name, c := range map[string]struct {
		rule  ratelimit.Rule
		steps []step
	}{
		"sign-in of the reference": {three, []step{
			{0, true, 0}, {100, true, 0}, {200, true, 0}, {300, false, 10 * time.Second}}},
		"the window runs from the last allowed request": {three, []step{
			{0, true, 0}, {9000, true, 0}, {18000, true, 0}, {20000, false, 8 * time.Second},
			{27999, false, time.Second}, {28000, true, 0}, {28001, true, 0}}},
		"a refusal does not prolong": {three, []step{
			{0, true, 0}, {0, true, 0}, {0, true, 0}, {5000, false, 5 * time.Second}, {9999, false, time.Second}, {10000, true, 0}}},
		"a clock set back": {three, []step{
			{60000, true, 0}, {60000, true, 0}, {60000, true, 0}, {0, false, 10 * time.Second}}},
		"nothing allowed": {ratelimit.Rule{Window: 10 * time.Second}, []step{{0, false, 10 * time.Second}, {20000, false, 10 * time.Second}}},
		"no window":       {ratelimit.Rule{Max: 1}, []step{{0, true, 0}, {0, true, 0}, {0, true, 0}}},
		"part of a second": {ratelimit.Rule{Window: 1500 * time.Millisecond, Max: 1}, []step{
			{0, true, 0}, {0, false, 2 * time.Second}, {500, false, time.Second}}},
	} {
		m := ratelimit.NewMemory(0)
		for i, s := range c.steps {
			allowed, retry, err := m.Consume(t.Context(), "key", c.rule, at(s.at))
			if err != nil || allowed != s.allowed || retry != s.retry {
				t.Errorf("%s, step %d: %v, %v, %v, want %+v", name, i, allowed, retry, err, s)
			}
		}
	}
}

func TestKeysAreApart(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(0)
	rule := ratelimit.Rule{Window: time.Minute, Max: 1}
	long := strings.Repeat("x", 10_000)
	for _, key := range []string{"", "a", "b", long, long + "y"} {
		if allowed, _, _ := m.Consume(t.Context(), key, rule, epoch); !allowed {
			t.Errorf("the first request of a key of %d bytes is refused", len(key))
		}
		if allowed, _, _ := m.Consume(t.Context(), key, rule, epoch); allowed {
			t.Errorf("the second request of a key of %d bytes is allowed", len(key))
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(10)
	rule := ratelimit.Rule{Window: time.Minute, Max: 2}
	for i := range 10 {
		_, _, _ = m.Consume(t.Context(), fmt.Sprint(i), rule, at(i))
	}
	_, _, _ = m.Consume(t.Context(), "0", rule, at(10)) // now the most recent, and used up
	for i := 10; i < 19; i++ {
		_, _, _ = m.Consume(t.Context(), fmt.Sprint(i), rule, at(10+i))
	}
	if n := m.Len(); n != 10 {
		t.Errorf("%d keys, want 10", n)
	}
	if allowed, _, _ := m.Consume(t.Context(), "0", rule, at(40)); allowed {
		t.Error("a recent key was forgotten before older ones")
	}
	// Expired keys leave without being over the capacity.
	later := epoch.Add(time.Hour)
	for i := range 10 {
		_, _, _ = m.Consume(t.Context(), fmt.Sprint("new", i), rule, later)
	}
	before := m.Len()
	_, _, _ = m.Consume(t.Context(), "new0", rule, later.Add(2*time.Hour))
	if after := m.Len(); after >= before {
		t.Errorf("%d keys before and %d after the window has passed", before, after)
	}
}

// Not parallel: it reads the size of the heap.
func TestLongKeysTakeNoMoreThanShortOnes(t *testing.T) {
	heap := func() int64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	m := ratelimit.NewMemory(0)
	rule := ratelimit.Rule{Window: time.Minute, Max: 2}
	before := heap()
	for i := range 200 {
		_, _, _ = m.Consume(t.Context(), strings.Repeat(fmt.Sprintf("%05d", i), 20_000), rule, epoch)
	}
	if grown := heap() - before; m.Len() != 200 || grown > 1<<20 {
		t.Errorf("%d keys take %d bytes", m.Len(), grown)
	}
	runtime.KeepAlive(m)
}

func TestMemoryIsAtomic(t *testing.T) {
	t.Parallel()
	m := ratelimit.NewMemory(0)
	rule := ratelimit.Rule{Window: time.Minute, Max: 7}
	var allowed atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if ok, _, _ := m.Consume(t.Context(), "key", rule, epoch); ok {
				allowed.Add(1)
			}
			_, _, _ = m.Consume(t.Context(), fmt.Sprint(i), rule, epoch)
		})
	}
	wg.Wait()
	if n := allowed.Load(); n != 7 {
		t.Errorf("%d requests passed, want 7", n)
	}
}

func TestMatchPath(t *testing.T) {
	t.Parallel()
	for _, v := range vectors.Load[[]struct {
		Pattern string `json:"pattern"`
		Path    string `json:"path"`
		Match   bool   `json:"match"`
	}](t, "misc.customRuleWildcard") {
		if got := ratelimit.MatchPath(v.Pattern, v.Path); got != v.Match {
			t.Errorf("MatchPath(%q, %q) = %v", v.Pattern, v.Path, got)
		}
	}
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/sign-in/email", "/sign-in/email", true},
		{"/sign-in/email", "/sign-in/email/", false},
		{"/sign-in/e?ail", "/sign-in/email", false},
		{"/sign-in/e?a*", "/sign-in/email", true},
		{"/sign-in/*", "/sign-in/", true},
		{"/sign-in/*", "/sign-in//email", true},
		{"/sign-in/*", "/sign-in/email/", true},
		{"/sign-in/*/", "/sign-in/email", false},
		{"/*/email", "/sign-in/email", true},
		{"/**/email", "/email", true},
		{"/**/email", "/a/b/c/email", true},
		{"/**/email", "/a/b/c/emails", false},
		{"/a/**", "/a", true},
		{"/a/**", "/abc", false},
		{"**", "/a/b", true},
		{"/a*b*c", "/axbxbxc", true},
		{"/a*b*c", "/axbxbx", false},
		{"/é?*", "/éü", true},
		{"", "", true},
		{"*", "", true},
		{"/a.*", "/axb", false},
	} {
		if got := ratelimit.MatchPath(c.pattern, c.path); got != c.want {
			t.Errorf("MatchPath(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

func FuzzMatchPath(f *testing.F) {
	f.Add("/sign-in/*", "/sign-in/email")
	f.Add("/**/a*b?/**", "/x/y/axxbz")
	f.Add("*a*a*a*a*b", strings.Repeat("a", 200))
	f.Fuzz(func(t *testing.T, pattern, path string) {
		got := ratelimit.MatchPath(pattern, path)
		if !strings.Contains(pattern, "*") && got != (pattern == path) {
			t.Errorf("MatchPath(%q, %q) = %v", pattern, path, got)
		}
	})
}

func BenchmarkConsume(b *testing.B) {
	m := ratelimit.NewMemory(0)
	rule := ratelimit.Rule{Window: time.Minute, Max: 100}
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprintf("203.0.113.%d|/sign-in/email", i)
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			_, _, _ = m.Consume(b.Context(), keys[i%len(keys)], rule, epoch)
		}
	})
}
