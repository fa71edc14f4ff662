package betterauth

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/internal/ratelimit"
	"github.com/better-auth-go/better-auth/internal/router"
)

// Rule allows Max requests for each client and path in a Window. The window starts again
// with each request that is allowed, as in the TypeScript server.
type Rule struct {
	// Window is at least a millisecond.
	Window time.Duration
	// Max is at least 1.
	Max int
}

// RateLimit is the limit of some paths. Make one with Limit, LimitFunc or AllowUnlimited.
//
// Its path is a route without the base path, as its operation declares it
// ("/reset-password/:token"). In a path with a "*", * matches any characters within a
// segment, and a segment ** matches any number of segments. In RateLimitConfig.Rules, a
// path without a "*" that is the route of no operation is an error of Build.
type RateLimit struct {
	path   string
	kind   limitKind
	rule   Rule     // of limitByRule
	decide ruleFunc // of limitByFunc
}

type limitKind uint8

const (
	limitByRule limitKind = iota + 1
	limitByFunc
	noLimit
)

// Limit sets the rule for a path.
func Limit(path string, rule Rule) RateLimit {
	return RateLimit{path: path, kind: limitByRule, rule: rule}
}

type ruleFunc = func(r *http.Request, current Rule) (rule Rule, limited bool)

// LimitFunc lets decide choose the rule for each request to a path. current is the rule
// that would apply without it. If limited is false, the request is not limited. A rule
// without a Window or Max, or with a Window that is longer than an hour and than that of
// every other rule, fails the request, and so does a panic. decide is called by many
// goroutines at once, before the request's body, origin and session are checked.
func LimitFunc(path string, decide func(r *http.Request, current Rule) (rule Rule, limited bool)) RateLimit {
	return RateLimit{path: path, kind: limitByFunc, decide: decide}
}

// AllowUnlimited lifts every limit for a path.
func AllowUnlimited(path string) RateLimit { return RateLimit{path: path, kind: noLimit} }

// Path returns the path that the limit is for.
func (l RateLimit) Path() string { return l.path }

// RateLimitConfig says how often a client may call. Limits are on by default: 100
// requests in 10 seconds for each client and path; 3 in 10 seconds for paths that start
// with /sign-in, /sign-up, /change-password or /change-email; 3 in a minute for paths
// that send mail. Calls in process are not limited.
type RateLimitConfig struct {
	// Disabled turns all limits off. Default false.
	Disabled bool
	// Window is the window of the general rule. Default 10 seconds.
	Window time.Duration
	// Max is how many requests the general rule allows in a Window. Default 100.
	Max int
	// Rules are the application's own; the first that matches takes precedence over all
	// other limits. Default none.
	Rules []RateLimit
	// Storage says where requests are counted: CountInDatabase or CountIn. Default: in
	// the memory of this process, so n processes allow n times as much.
	Storage RateLimitStorage
}

// RateLimitStorage is the place where requests are counted. The zero value is the memory
// of this process.
type RateLimitStorage struct {
	database, own bool
	store         RateLimitStore // where own
}

// CountInDatabase counts for all processes in the table rateLimit, which exists only with
// this setting. Every request that is allowed costs a write.
func CountInDatabase() RateLimitStorage { return RateLimitStorage{database: true} }

// CountIn counts in a store of the application. A nil store is an error of Build.
func CountIn(store RateLimitStore) RateLimitStorage {
	return RateLimitStorage{own: true, store: store}
}

// limiter counts requests by the rules that they are under.
type limiter struct {
	*ratelimit.Limits
	store RateLimitStore
}

// newLimiter returns nil when there are no limits. The database's store is put
// in later, when there is a schema.
func newLimiter(cfg RateLimitConfig, custom, plugins []RateLimit) *limiter {
	if cfg.Disabled {
		return nil
	}
	l := &limiter{ratelimit.NewLimits(ratelimit.Rule{Window: cfg.Window, Max: cfg.Max}, plainLimits(plugins), plainLimits(custom)), cfg.Storage.store}
	if l.store == nil && !cfg.Storage.database {
		l.store = plainStore{ratelimit.NewMemory(0)}
	}
	return l
}

// plainLimits are limits as internal/ratelimit knows them; the first that matches wins.
func plainLimits(limits []RateLimit) []ratelimit.Limit {
	out := make([]ratelimit.Limit, len(limits))
	for i, l := range limits {
		out[i] = ratelimit.Limit{Path: l.path, Rule: ratelimit.Rule(l.rule), Unlimited: l.kind == noLimit}
		if l.kind == limitByFunc {
			out[i].Func = func(r *http.Request, current ratelimit.Rule) (ratelimit.Rule, bool) {
				rule, limited := l.decide(r, Rule(current))
				return ratelimit.Rule(rule), limited
			}
		}
	}
	return out
}

// problem says what is wrong with a limit.
func (l RateLimit) problem() error {
	switch {
	case l.kind == 0:
		return errors.New("is empty; make it with Limit, LimitFunc or AllowUnlimited")
	case !strings.HasPrefix(l.path, "/") && !strings.HasPrefix(l.path, "*"):
		return errors.New("needs a path that starts with a slash; write it like /sign-in/email, with * for any characters")
	case l.kind == limitByFunc && l.decide == nil:
		return errors.New("has no function; pass LimitFunc one")
	case l.kind == limitByRule:
		return l.rule.problem()
	}
	return nil
}

func (r Rule) problem() error { return ratelimit.Rule(r).Check() }

func (a *Auth) checkRateConfig() (problems []error) {
	cfg := a.cfg.RateLimit
	add := func(item, format string, args ...any) {
		problems = append(problems, problem("", "config RateLimit"+item, format, args...))
	}
	if cfg.Storage.own && cfg.Storage.store == nil {
		add(".Storage", "CountIn got a nil store; pass it one, or use CountInDatabase")
	}
	if cfg.Window < 0 || cfg.Max < 0 {
		add("", "Window or Max is negative; leave them at 0 for the defaults")
	}
	for _, limit := range cfg.Rules {
		if err := limit.problem(); err != nil {
			add(".Rules "+limit.path, "%w", err)
		}
	}
	return problems
}

// checkRate answers 429 in the TypeScript server's form: JSON, X-Retry-After. A
// store that cannot decide fails the request: a guesser who can bring the store
// down must not be let through for it.
func (c *Ctx) checkRate(path string, op *operation) error {
	l := c.auth.limiter
	if l == nil || c.auth.cfg.ClientIP.Disabled {
		return nil
	}
	path = strings.TrimRight(path, "/")
	plain, limited, err := l.Of(c.request, path)
	if err != nil || !limited {
		return err
	}
	rule := Rule(plain)
	ok, retry, err := l.store.Consume(c, c.rateKey(op), rule, c.Now())
	if err != nil {
		return fmt.Errorf("counting requests: %w", err)
	}
	if ok {
		return nil
	}
	c.Header().Set("X-Retry-After", strconv.Itoa(max(1, int(math.Ceil(retry.Seconds())))))
	return ErrTooManyRequests.Refuse(c.overLimit(rule))
}

// overLimit tells of a limit. That a client calls too often is the client's to
// change, but where all are counted as one somebody has to configure something.
func (c *Ctx) overLimit(rule Rule) Refusal {
	r := Refusal{Reason: "the client called this route too often", Seen: []slog.Attr{slog.Int("max", rule.Max), slog.Duration("window", rule.Window)}}
	if h := c.request.Header; len(c.auth.cfg.ClientIP.Headers) == 0 && (h.Get("X-Forwarded-For") != "" || h.Get("Forwarded") != "") {
		r.Reason = "the connection's address called this route too often, and that may be a proxy's"
		r.Configure = "behind a proxy, set Config.ClientIP.Headers to the header in which it names the client"
	}
	return r
}

// rateKey counts by client and route. What stands for a parameter does not
// count, or each guess at a token in a path would be the first; nor does a path
// that nothing serves, or a client could fill the store with names of its own.
func (c *Ctx) rateKey(op *operation) string {
	client := c.ClientIP()
	if client == "" {
		client = "no-trusted-ip"
		c.auth.warnings.address.Do(func() {
			c.auth.log.Warn("rate limits are shared by all clients whose address cannot be read: set Config.ClientIP.Headers to the header your proxy writes it to, " +
				"and Config.ClientIP.TrustedProxies where several proxies append to that; a unix socket has no addresses of its own")
		})
	}
	if op == nil {
		return client + "|*"
	}
	return client + "|" + op.Path
}

// opLimits turns the limits declared on operations into rules for their paths.
func opLimits(ops []*operation) []RateLimit {
	var out []RateLimit
	for _, op := range ops {
		if op.Limit == nil || op.Access == ServerOnly {
			continue
		}
		out = append(out, Limit(router.Pattern(op.Path), *op.Limit))
	}
	return out
}

// resolveRules brings the application's rules into the form in which paths are
// compared: a route with parameters as a pattern, and without a slash at the
// end. A rule for a path that no operation has is a problem; a pattern may be
// for plugins that are not there.
func (a *Auth) resolveRules() (rules []RateLimit, problems []error) {
	for _, rule := range a.cfg.RateLimit.Rules {
		if path := strings.TrimRight(rule.path, "/"); path != "" {
			rule.path = path
		}
		switch {
		case rule.problem() != nil: // reported already
		case strings.Contains(rule.path, "*"):
		case !a.routes.Serves(rule.path):
			problems = append(problems, problem("", "config RateLimit.Rules "+rule.path, "is not the route of any operation, so it has no effect%s", a.routes.Hint(rule.path)))
		default:
			rule.path = router.Pattern(rule.path)
		}
		rules = append(rules, rule)
	}
	return rules, problems
}
