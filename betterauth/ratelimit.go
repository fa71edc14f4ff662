package betterauth

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
)

// Rule allows Max requests for each client and path in a Window. The window
// starts anew with each request that was allowed, as in the reference.
type Rule struct {
	Window time.Duration
	Max    int
}

// RateLimit is a plugin's rule for some paths.
type RateLimit struct {
	// Path is the route without the base path, "*" matching within a segment.
	Path string
	Rule Rule
}

// RateLimitConfig says how often a client may call. Limits are on by default:
// 100 requests in 10 seconds for each client and path, 3 for paths that start
// with /sign-in, /sign-up, /change-password or /change-email.
type RateLimitConfig struct {
	// Disabled turns all limits off.
	Disabled bool
	// Window and Max are the general rule. Default 10 seconds and 100.
	Window time.Duration
	Max    int
	// Rules are the application's own, by path ("*" matches within a segment);
	// they win over all others. A Max of 0 lifts the limit for that path.
	Rules []RateLimit
}

type limiter struct {
	store   ratelimit.Store
	general Rule
	plugins []RateLimit // in plugin order, the first match wins
	custom  []RateLimit
}

func newLimiter(cfg RateLimitConfig, plugins []RateLimit) *limiter {
	if cfg.Disabled {
		return nil
	}
	l := &limiter{store: ratelimit.NewMemory(0), general: Rule{10 * time.Second, 100}, plugins: plugins, custom: cfg.Rules}
	if cfg.Window > 0 {
		l.general.Window = cfg.Window
	}
	if cfg.Max > 0 {
		l.general.Max = cfg.Max
	}
	return l
}

// rule picks the rule for a path: general, built in, plugin's, application's,
// the later winning.
func (l *limiter) rule(path string) Rule {
	rule := l.general
	for _, prefix := range []string{"/sign-in", "/sign-up", "/change-password", "/change-email"} {
		if strings.HasPrefix(path, prefix) {
			rule = Rule{10 * time.Second, 3}
		}
	}
	switch {
	case path == "/request-password-reset", path == "/send-verification-email", strings.HasPrefix(path, "/forget-password"),
		path == "/email-otp/send-verification-otp", path == "/email-otp/request-password-reset":
		rule = Rule{time.Minute, 3}
	}
	for _, list := range [][]RateLimit{l.plugins, l.custom} {
		for _, limit := range list {
			if ratelimit.MatchPath(limit.Path, path) {
				rule = limit.Rule
				break
			}
		}
	}
	return rule
}

// checkRate answers 429 in the reference's form: text/plain, X-Retry-After.
func (c *Ctx) checkRate(path string) error {
	l := c.auth.limiter
	if l == nil {
		return nil
	}
	path = strings.TrimRight(path, "/")
	rule := l.rule(path)
	if rule.Max <= 0 {
		return nil
	}
	client := c.ClientIP()
	if client == "" {
		client = "no-trusted-ip"
	}
	ok, retry, err := l.store.Consume(c, client+"|"+path, ratelimit.Rule{Window: rule.Window, Max: rule.Max}, c.Now())
	if err != nil {
		return err
	}
	if ok {
		return nil
	}
	c.Header().Set("X-Retry-After", strconv.Itoa(int(math.Ceil(retry.Seconds()))))
	c.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	return ErrTooManyRequests
}

// opLimits turns the limits declared on operations into rules for their paths.
func opLimits(ops []*operation) []RateLimit {
	var out []RateLimit
	for _, op := range ops {
		if op.Limit != nil && op.Access != ServerOnly {
			out = append(out, RateLimit{Path: op.Path, Rule: *op.Limit})
		}
	}
	return out
}
