package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// limited is a kit with rate limits whose clients say their address.
func limited(t *testing.T, cfg betterauth.RateLimitConfig, o plugintest.Options) *plugintest.Kit {
	t.Helper()
	o.RateLimited = true
	o.Config.RateLimit = cfg
	o.Config.ClientIP.Headers = []string{"X-Real-IP"}
	return plugintest.NewWith(t, o)
}

func from(kit *plugintest.Kit, address string) *plugintest.Client {
	c := kit.Client()
	c.Header.Set("X-Real-IP", address)
	return c
}

// countRows reads the table as any other program would.
func countRows(t *testing.T, db *database.DB) (rows int) {
	t.Helper()
	if err := db.Bun().QueryRowContext(t.Context(), `select count(*) from "rateLimit"`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRateLimitsInTheDatabase(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		limits := betterauth.RateLimitConfig{Storage: betterauth.CountInDatabase(), Rules: []betterauth.RateLimit{
			betterauth.Limit("/ok", betterauth.Rule{Window: 10 * time.Second, Max: 10})}}
		kit := limited(t, limits, plugintest.Options{DB: db})
		// A second process on the same database.
		other := limited(t, limits, plugintest.Options{DB: db})

		var passed, refused atomic.Int32
		var wg sync.WaitGroup
		for i := range 100 {
			at := kit
			if i%2 == 1 {
				at = other
			}
			wg.Go(func() {
				switch answer := from(at, "203.0.113.1").Get("/ok"); answer.Status {
				case http.StatusOK:
					passed.Add(1)
				case http.StatusTooManyRequests:
					refused.Add(1)
				default:
					t.Errorf("%d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 10 || refused.Load() != 90 {
			t.Errorf("%d passed and %d were refused, want 10 and 90", passed.Load(), refused.Load())
		}
		var key string
		var count, last int64
		if err := db.Bun().QueryRowContext(t.Context(), `select "key", "count", "lastRequest" from "rateLimit"`).Scan(&key, &count, &last); err != nil {
			t.Fatal(err)
		}
		if key != "203.0.113.1|/ok" || count != 10 || last != kit.Clock.Now().UnixMilli() {
			t.Errorf("row %q, %d, %d", key, count, last)
		}

		from(kit, "203.0.113.2").Get("/ok").Want(http.StatusOK)
		kit.Clock.Advance(4 * time.Second)
		if answer := from(kit, "203.0.113.1").Get("/ok").Want(http.StatusTooManyRequests); answer.Header.Get("X-Retry-After") != "6" {
			t.Errorf("X-Retry-After %q, want 6", answer.Header.Get("X-Retry-After"))
		}
		kit.Clock.Advance(6 * time.Second)
		// Many at the moment the window ends: one starts it anew, all count.
		passed.Store(0)
		for range 40 {
			wg.Go(func() {
				if from(kit, "203.0.113.1").Get("/ok").Status == http.StatusOK {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 10 {
			t.Errorf("%d passed in the new window, want 10", passed.Load())
		}

		// Rows that no rule needs go when a window starts anew.
		if rows := countRows(t, db); rows != 2 {
			t.Errorf("%d rows, want 2", rows)
		}
		kit.Clock.Advance(time.Hour + time.Second)
		from(kit, "203.0.113.1").Get("/ok").Want(http.StatusOK)
		if rows := countRows(t, db); rows != 1 {
			t.Errorf("%d rows an hour later, want 1", rows)
		}
	})
}

// The table is the reference's, and is there only when it is needed.
func TestRateLimitTable(t *testing.T) {
	t.Parallel()
	chosen := limited(t, betterauth.RateLimitConfig{Storage: betterauth.CountInDatabase()}, plugintest.Options{})
	var ddl string
	if err := chosen.DB.Bun().QueryRowContext(t.Context(), `select sql from sqlite_master where name = 'rateLimit'`).Scan(&ddl); err != nil {
		t.Fatal(err)
	}
	const want = `create table "rateLimit" ("id" text not null primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null)`
	if !strings.EqualFold(ddl, want) {
		t.Errorf("got  %s\nwant %s", ddl, want)
	}
	kit := plugintest.NewWith(t, plugintest.Options{RateLimited: true})
	kit.Client().Get("/ok").Want(http.StatusOK)
	var rows int
	if err := kit.DB.Bun().QueryRowContext(t.Context(), `select count(*) from "rateLimit"`).Scan(&rows); err == nil {
		t.Error("the table exists")
	}
}

// storeFunc is an application's own store.
type storeFunc func(ctx context.Context, key string, rule betterauth.Rule, now time.Time) (bool, time.Duration, error)

func (f storeFunc) Consume(ctx context.Context, key string, rule betterauth.Rule, now time.Time) (bool, time.Duration, error) {
	return f(ctx, key, rule, now)
}

func TestRateLimitStore(t *testing.T) {
	t.Parallel()
	var seen []string
	var fail error
	var allow bool
	store := storeFunc(func(_ context.Context, key string, rule betterauth.Rule, _ time.Time) (bool, time.Duration, error) {
		seen = append(seen, fmt.Sprintf("%s %d/%v", key, rule.Max, rule.Window))
		return allow, 1500 * time.Millisecond, fail
	})
	kit := limited(t, betterauth.RateLimitConfig{Storage: betterauth.CountIn(store), Rules: []betterauth.RateLimit{betterauth.AllowUnlimited("/get-session")}},
		plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{}), betterauth.Inline{ID: "link", Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "link", Method: http.MethodGet, Path: "/link/:token/open", Access: betterauth.Public, Limit: &betterauth.Rule{Window: time.Minute, Max: 7}},
				func(*betterauth.Ctx, struct {
					Token string `path:"token"`
				}) (betterauth.None, error) {
					return betterauth.None{}, nil
				})}}}})
	c := from(kit, "2001:db8::1")
	allow = true
	c.Get("/ok").Want(http.StatusOK)
	c.Get("/link/guess-1/open").Want(http.StatusOK)
	c.Get("/link/guess-2/open").Want(http.StatusOK)
	c.Get("/nothing-here").Want(http.StatusNotFound)
	c.Get("/sign-in/email").Want(http.StatusNotFound)
	allow = false
	if answer := c.Get("/ok").Want(http.StatusTooManyRequests); answer.Header.Get("X-Retry-After") != "2" {
		t.Errorf("X-Retry-After %q, want 2", answer.Header.Get("X-Retry-After"))
	}
	const ip = "2001:0db8:0000:0000:0000:0000:0000:0000|"
	want := []string{ip + "/ok 100/10s", ip + "/link/:token/open 7/1m0s", ip + "/link/:token/open 7/1m0s", ip + "* 100/10s", ip + "* 3/10s", ip + "/ok 100/10s"}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the store was asked\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}

	// A store that is down lets nobody guess.
	allow, fail = true, errors.New("redis: connection refused")
	answer := c.Post("/sign-in/email", map[string]any{"email": "a@example.com", "password": "x"}).WantError(betterauth.ErrInternal)
	if strings.Contains(string(answer.Body), "redis") || !strings.Contains(kit.Log.String(), "redis: connection refused") {
		t.Errorf("the cause belongs into the log and nowhere else: %s", answer.Body)
	}
	c.Get("/get-session").Want(http.StatusOK)
}

func TestRateLimitRules(t *testing.T) {
	t.Parallel()
	second := func(n int) betterauth.Rule { return betterauth.Rule{Window: time.Second, Max: n} }
	fixed := func(rule betterauth.Rule, limited bool) func(*http.Request, betterauth.Rule) (betterauth.Rule, bool) {
		return func(*http.Request, betterauth.Rule) (betterauth.Rule, bool) { return rule, limited }
	}
	var current betterauth.Rule
	rules := []betterauth.RateLimit{
		betterauth.Limit("/first", second(2)),
		betterauth.Limit("/first", second(9)),
		betterauth.Limit("/tree/**", second(4)),
		betterauth.AllowUnlimited("/lifted"),
		betterauth.Limit("/lifted/by-plugin", second(2)),
		betterauth.LimitFunc("/func/lifted", fixed(betterauth.Rule{}, false)),
		betterauth.LimitFunc("/func/rule", fixed(second(5), true)),
		betterauth.LimitFunc("/func/empty", fixed(betterauth.Rule{}, true)),
		betterauth.LimitFunc("/func/long", fixed(betterauth.Rule{Window: 2 * time.Hour, Max: 1}, true)),
		betterauth.LimitFunc("/func/panic", func(*http.Request, betterauth.Rule) (betterauth.Rule, bool) { panic("oops") }),
		betterauth.LimitFunc("/sign-in/special", func(r *http.Request, rule betterauth.Rule) (betterauth.Rule, bool) {
			current = rule
			if r.Header.Get("X-Partner") != "" {
				return betterauth.Rule{}, false
			}
			return rule, true
		}),
	}
	// A rule for a route that there is not would be an error of Build.
	routes := betterauth.Inline{ID: "routes"}
	for i, rule := range rules {
		if i > 0 && rule.Path() == rules[i-1].Path() || strings.Contains(rule.Path(), "*") {
			continue
		}
		op := betterauth.Operation{ID: fmt.Sprint("route", i), Method: http.MethodGet, Path: rule.Path(), Access: betterauth.Public}
		routes.Endpoints = append(routes.Endpoints, betterauth.Handle(op, func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) {
			return betterauth.None{}, &betterauth.ErrorCode{Status: http.StatusNotFound}
		}))
	}
	for name, c := range map[string]struct {
		path    string
		passing int // requests before a 429; -1 for none
		status  int // of a request that is not limited
	}{
		"general":                    {"/other", 100, 404},
		"sign-in":                    {"/sign-in/x", 3, 404},
		"sign-in without a slash":    {"/sign-inx", 3, 404},
		"sign-up":                    {"/sign-up/x", 3, 404},
		"change-password":            {"/change-password", 3, 404},
		"change-email":               {"/change-email/", 3, 404},
		"request-password-reset":     {"/request-password-reset", 3, 404},
		"below it":                   {"/request-password-reset/x", 100, 404},
		"send-verification-email":    {"/send-verification-email", 3, 404},
		"forget-password":            {"/forget-password/email-otp", 3, 404},
		"email-otp":                  {"/email-otp/send-verification-otp", 3, 404},
		"email-otp reset":            {"/email-otp/request-password-reset", 3, 404},
		"email-otp, another":         {"/email-otp/check-verification-otp", 100, 404},
		"plugin's over built in":     {"/sign-in/plugin", 6, 404},
		"plugin's first":             {"/plugin/x", 7, 404},
		"the application's first":    {"/first", 2, 404},
		"the application's over all": {"/tree/a/b", 4, 404},
		"lifted":                     {"/lifted", -1, 404},
		"lifted by a function":       {"/func/lifted", -1, 404},
		"limited over a plugin's":    {"/lifted/by-plugin", 2, 404},
		"a function's rule":          {"/func/rule", 5, 404},
		"a function without a rule":  {"/func/empty", -1, 500},
		"a function's long window":   {"/func/long", -1, 500},
		"a function that panics":     {"/func/panic", -1, 500},
	} {
		kit := limited(t, betterauth.RateLimitConfig{Rules: rules}, plugintest.Options{Plugins: []betterauth.Plugin{routes,
			betterauth.Inline{ID: "p", Limits: []betterauth.RateLimit{betterauth.Limit("/sign-in/plugin", second(6)), betterauth.Limit("/plugin/*", second(7)), betterauth.Limit("/tree/*/b", second(1)), betterauth.AllowUnlimited("/lifted/*")}},
			betterauth.Inline{ID: "q", Limits: []betterauth.RateLimit{betterauth.Limit("/plugin/x", second(8))}}}})
		client := from(kit, "203.0.113.1")
		passed := 0
		for passed < 120 && client.Get(c.path).Status == c.status {
			passed++
		}
		if c.passing < 0 {
			c.passing = 120
		}
		if passed != c.passing {
			t.Errorf("%s: %d requests passed, want %d", name, passed, c.passing)
		}
		if passed < 120 {
			if media := client.Get(c.path).Want(http.StatusTooManyRequests).Header.Get("Content-Type"); media != "application/json" {
				t.Errorf("%s: content type %q", name, media)
			}
		}
	}
	kit := limited(t, betterauth.RateLimitConfig{Rules: rules}, plugintest.Options{Plugins: []betterauth.Plugin{routes}})
	partner := from(kit, "203.0.113.1")
	partner.Header.Set("X-Partner", "1")
	for range 10 {
		partner.Get("/sign-in/special").Want(http.StatusNotFound)
	}
	if current != (betterauth.Rule{Window: 10 * time.Second, Max: 3}) {
		t.Errorf("the function was given %+v, want the built-in rule", current)
	}
}

// An application that looks at no addresses has none to tell clients apart by.
func TestNoRateLimitWithoutAddresses(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{RateLimited: true, Config: betterauth.Config{ClientIP: betterauth.ClientIPConfig{Disabled: true}}})
	for range 5 {
		kit.Client().Get("/sign-in/x").Want(http.StatusNotFound)
	}
}

// Nobody behind a proxy that names no client shares one count.
func TestUnknownAddressesShareOneCount(t *testing.T) {
	t.Parallel()
	kit := limited(t, betterauth.RateLimitConfig{}, plugintest.Options{})
	for range 3 {
		kit.Client().Get("/sign-in/x").Want(http.StatusNotFound)
	}
	kit.Client().Get("/sign-in/x").Want(http.StatusTooManyRequests)
	// What to do about it is said once, and nothing of who asked.
	if log := kit.Log.String(); strings.Count(log, "Config.ClientIP.Headers") != 1 || strings.Contains(log, "sign-in/x") {
		t.Errorf("log %s", log)
	}
	known := limited(t, betterauth.RateLimitConfig{}, plugintest.Options{})
	from(known, "203.0.113.1").Get("/sign-in/x").Want(http.StatusNotFound)
	if log := known.Log.String(); strings.Contains(log, "ClientIP") {
		t.Errorf("an address that is known is warned about: %s", log)
	}
}

// A rule is spelt as the operation is, with its parameters, or as a pattern.
func TestRateLimitRulesForParameters(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/reset-password/:token", "/reset-password/:other/", "/reset-password/*", "/reset-password/*/"} {
		kit := limited(t, betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{betterauth.Limit(path, betterauth.Rule{Window: time.Minute, Max: 1})}},
			plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		client := from(kit, "203.0.113.1")
		client.Get("/reset-password/a?callbackURL=/").Want(http.StatusFound)
		client.Get("/reset-password/b?callbackURL=/").Want(http.StatusTooManyRequests)
	}
}
