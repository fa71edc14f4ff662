package ratelimit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	double := func(_ *http.Request, current ratelimit.Rule) (ratelimit.Rule, bool) {
		current.Max *= 2
		return current, true
	}
	returns := func(rule ratelimit.Rule, limited bool) func(*http.Request, ratelimit.Rule) (ratelimit.Rule, bool) {
		return func(*http.Request, ratelimit.Rule) (ratelimit.Rule, bool) { return rule, limited }
	}
	plugins := []ratelimit.Limit{
		{Path: "/sign-in/passkey", Rule: ratelimit.Rule{Window: time.Minute, Max: 7}},
		{Path: "/sign-in/passkey", Rule: ratelimit.Rule{Window: time.Minute, Max: 8}},
		{Path: "/free", Unlimited: true},
		{Path: "/long", Rule: ratelimit.Rule{Window: 2 * time.Hour, Max: 1}},
	}
	custom := []ratelimit.Limit{
		{Path: "/sign-in/*", Func: double},
		{Path: "/free", Rule: ratelimit.Rule{Window: time.Second, Max: 1}},
		{Path: "/lifted", Func: returns(ratelimit.Rule{}, false)},
		{Path: "/empty", Func: returns(ratelimit.Rule{Max: 1}, true)},
		{Path: "/endless", Func: returns(ratelimit.Rule{Window: 2*time.Hour + 1, Max: 1}, true)},
		{Path: "/two-hours", Func: returns(ratelimit.Rule{Window: 2 * time.Hour, Max: 1}, true)},
		{Path: "/panics", Func: func(*http.Request, ratelimit.Rule) (ratelimit.Rule, bool) { panic("boom") }},
	}
	limits := ratelimit.NewLimits(ratelimit.Rule{Max: 50}, plugins, custom)
	if got := limits.Longest(); got != 2*time.Hour {
		t.Errorf("the longest window is %v", got)
	}
	general := ratelimit.Rule{Window: 10 * time.Second, Max: 50}
	tests := map[string]struct {
		rule    ratelimit.Rule
		limited bool
		err     string
	}{
		"/ok":                       {general, true, ""},
		"/sign-up/email":            {ratelimit.Rule{Window: 10 * time.Second, Max: 3}, true, ""},
		"/sign-in/email":            {ratelimit.Rule{Window: 10 * time.Second, Max: 6}, true, ""},
		"/sign-in/passkey":          {ratelimit.Rule{Window: time.Minute, Max: 14}, true, ""},
		"/forget-password/x":        {ratelimit.Rule{Window: time.Minute, Max: 3}, true, ""},
		"/send-verification-email":  {ratelimit.Rule{Window: time.Minute, Max: 3}, true, ""},
		"/send-verification-emails": {general, true, ""},
		"/free":                     {ratelimit.Rule{Window: time.Second, Max: 1}, true, ""},
		"/lifted":                   {general, false, ""},
		"/two-hours":                {ratelimit.Rule{Window: 2 * time.Hour, Max: 1}, true, ""},
		"/empty":                    {err: "rate limit function for /empty: its rule needs a Window and a Max"},
		"/endless":                  {err: "rate limit function for /endless: a window of 2h0m0.000000001s, longer than any it may be"},
		"/panics":                   {err: "rate limit function for /panics panicked: boom"},
	}
	for path, tt := range tests {
		rule, limited, err := limits.Of(&http.Request{}, path)
		if tt.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) || limited {
				t.Errorf("%s: limited %t, %v", path, limited, err)
			}
			continue
		}
		if rule != tt.rule || limited != tt.limited || err != nil {
			t.Errorf("%s: %+v, %t, %v; want %+v, %t", path, rule, limited, err, tt.rule, tt.limited)
		}
	}
	if _, limited, _ := ratelimit.NewLimits(ratelimit.Rule{}, plugins).Of(nil, "/free"); limited {
		t.Error("an unlimited path is limited")
	}
	if rule, _, _ := ratelimit.NewLimits(ratelimit.Rule{Window: 3 * time.Hour}).Of(nil, "/ok"); rule != (ratelimit.Rule{Window: 3 * time.Hour, Max: 100}) {
		t.Errorf("the general rule is %+v", rule)
	}
	if got := ratelimit.NewLimits(ratelimit.Rule{Window: 3 * time.Hour}, plugins).Longest(); got != 3*time.Hour {
		t.Errorf("the longest window is %v, the general one", got)
	}
	if got := ratelimit.NewLimits(ratelimit.Rule{}).Longest(); got != time.Hour {
		t.Errorf("without rules the longest window is %v", got)
	}
}

func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	for rule, right := range map[ratelimit.Rule]bool{
		{Window: time.Millisecond, Max: 1}:     true,
		{Window: time.Millisecond - 1, Max: 1}: false,
		{Window: time.Minute, Max: 0}:          false,
		{Window: time.Minute, Max: -1}:         false,
		{}:                                     false,
	} {
		if err := rule.Check(); (err == nil) != right {
			t.Errorf("%+v: %v", rule, err)
		}
	}
}
