package glob_test

import (
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/internal/glob"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, subject string
		want             bool
	}{
		{"", "", true},
		{"", "/", true},
		{"/", "/", true},
		{"/", "", false},
		{"*", "", true},
		{"*", "a/", true},
		{"*", "/", true},
		{"**", "", true},
		{"**", "a/b//", true},
		{"/**", "/", true},
		{"/**", "", true},
		{"a/*", "a/", true},
		{"a/*", "a", false},
		{"a/**", "a", true},
		{"a/**", "ab", false},
		{"a/***", "a/", true},
		{"a/*b", "a/", false},
		{"**/x/**/y", "x/a/x/b/y", true},
		{"**/x/**/y", "x/a/x/b/z", false},
		{"**/x/y", "x/x/y", true},
		{"a?c", "aéc", true},
		{"a?c", "ac", false},
		{"a?c", "a\xffc", true},
		{"*é*", "aéb", true},
		{"a/b", `a\b`, true},
		{"a/b/", "a/b", false},
		{"a/b", "a//b//", true},
		{"*a*b*c*", "xxaxxbxxc", true},
		{"*a*b*c*", "xxaxxcxxb", false},
	} {
		if got := glob.Match(c.pattern, c.subject); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.subject, got)
		}
	}
}

// What a client sends is not copied, however long it is. Not parallel: it counts
// allocations.
func TestNothingIsCopied(t *testing.T) {
	allocations := func(n int) float64 {
		subject := "https://" + strings.Repeat("a.", n) + strings.Repeat("/ab", n)
		return testing.AllocsPerRun(5, func() { glob.Match("https://*a*b*/**/*a*b/**/c", subject) })
	}
	if small, large := allocations(10), allocations(10_000); small != large {
		t.Errorf("%v allocations for a short text, %v for a long one", small, large)
	}
}
