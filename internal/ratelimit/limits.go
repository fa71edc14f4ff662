package ratelimit

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/panics"
)

// Limit is the rule for some paths.
type Limit struct {
	// Path is a path or a pattern; see [MatchPath].
	Path string
	Rule Rule
	// Func decides about each request instead, given the rule that would apply
	// without it. limited false lifts the limit.
	Func func(r *http.Request, current Rule) (rule Rule, limited bool)
	// Unlimited lifts every limit.
	Unlimited bool
}

// Limits say which rule a request is under. They are safe for concurrent use.
type Limits struct {
	general Rule
	lists   [][]Limit
	longest time.Duration
}

// builtIn are the reference's rules. The first that matches applies.
var builtIn = []struct {
	rule    Rule
	prefix  []string
	exactly []string
}{
	{Rule{10 * time.Second, 3}, []string{"/sign-in", "/sign-up", "/change-password", "/change-email"}, nil},
	{Rule{time.Minute, 3}, []string{"/forget-password"}, []string{"/request-password-reset", "/send-verification-email",
		"/email-otp/send-verification-otp", "/email-otp/request-password-reset"}},
}

// NewLimits makes Limits of the general rule, whose members default to 10 seconds
// and 100, and of lists of which each later one wins over the earlier.
func NewLimits(general Rule, lists ...[]Limit) *Limits {
	l := &Limits{general: Rule{10 * time.Second, 100}, lists: lists, longest: time.Hour}
	if general.Window > 0 {
		l.general.Window = general.Window
	}
	if general.Max > 0 {
		l.general.Max = general.Max
	}
	l.longest = max(l.longest, l.general.Window)
	for _, list := range lists {
		for _, limit := range list {
			l.longest = max(l.longest, limit.Rule.Window)
		}
	}
	return l
}

// Longest is the longest window there can be: what was counted is kept for as long.
func (l *Limits) Longest() time.Duration { return l.longest }

// Of picks the rule for a request: the general one, a built-in one, and the first
// that matches of each list, the later winning. limited is false where there is no
// limit. The error is a function's that panicked or returned no rule.
func (l *Limits) Of(r *http.Request, path string) (rule Rule, limited bool, err error) {
	rule, limited = l.general, true
	for _, limit := range builtIn {
		if slices.ContainsFunc(limit.prefix, func(p string) bool { return strings.HasPrefix(path, p) }) || slices.Contains(limit.exactly, path) {
			rule = limit.rule
			break
		}
	}
	for _, list := range l.lists {
		for _, limit := range list {
			if !MatchPath(limit.Path, path) {
				continue
			}
			if rule, limited, err = limit.apply(r, rule, l.longest); err != nil {
				return rule, false, err
			}
			break
		}
	}
	return rule, limited, nil
}

func (l Limit) apply(r *http.Request, current Rule, longest time.Duration) (rule Rule, limited bool, err error) {
	switch {
	case l.Unlimited:
		return current, false, nil
	case l.Func == nil:
		return l.Rule, true, nil
	}
	defer panics.Recover(&err, "rate limit function for %s", l.Path)
	rule, limited = l.Func(r, current)
	if !limited {
		return current, false, nil
	}
	if err := rule.Check(); err != nil {
		return rule, false, fmt.Errorf("rate limit function for %s: its rule %w", l.Path, err)
	}
	if rule.Window > longest {
		// What was counted would be forgotten before.
		return rule, false, fmt.Errorf("rate limit function for %s: a window of %v, longer than any it may be", l.Path, rule.Window)
	}
	return rule, true, nil
}

// Check says what a rule lacks.
func (r Rule) Check() error {
	if r.Window < time.Millisecond || r.Max <= 0 {
		return errors.New("needs a Window and a Max; set both, the Window to at least a millisecond")
	}
	return nil
}
