package betterauth_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Every problem that Build finds is in testdata/problems.golden, to be read as a
// developer meets it: what is wrong, where, and what to do. That none is missing
// there, and that each says a remedy, internal/layout checks.
//
// Not parallel: some problems are in the environment.
func TestProblemsAreAsRecorded(t *testing.T) {
	var text strings.Builder
	cases := buildProblems()
	maps.Copy(cases, moreProblems())
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		_, err := plugintest.Build(t, plugintest.Options{Config: cases[name].config, Plugins: cases[name].plugins})
		writeProblems(t, &text, name, err)
	}
	for _, name := range slices.Sorted(maps.Keys(builders)) {
		t.Run(name, func(t *testing.T) { writeProblems(t, &text, name, builders[name](t)) })
	}
	golden(t, filepath.Join("testdata", "problems.golden"), text.String())
}

// writeProblems writes the problems of an error, each on a line that begins with
// one tab; what goes on below it begins with two.
func writeProblems(t *testing.T, out *strings.Builder, name string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: Build succeeded", name)
		return
	}
	texts := []string{err.Error()}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		texts = nil
		for _, one := range joined.Unwrap() {
			texts = append(texts, one.Error())
		}
	}
	slices.Sort(texts) // some are found in no order
	fmt.Fprintln(out, name)
	for _, text := range texts {
		fmt.Fprintf(out, "\t%s\n", strings.ReplaceAll(text, "\n", "\n\t\t"))
	}
}

// golden compares text with a file, and writes it with -update.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(recorded) == text {
		return
	}
	before, now := strings.Split(string(recorded), "\n"), strings.Split(text, "\n")
	for _, line := range before {
		if !slices.Contains(now, line) {
			t.Errorf("no longer said: %s", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(before, line) {
			t.Errorf("not recorded: %s", line)
		}
	}
	t.Errorf("betterauth/%s is stale: run go test ./betterauth -run TestProblemsAreAsRecorded -update and read the difference", path)
}

// moreProblems are those that no other test is about.
func moreProblems() map[string]buildProblem {
	ok := func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }
	with := func(p betterauth.Inline) []betterauth.Plugin { p.ID = "x"; return []betterauth.Plugin{p} }
	operation := func(op betterauth.Operation) []betterauth.Plugin {
		return with(betterauth.Inline{Endpoints: []betterauth.Endpoint{betterauth.Handle(op, ok)}})
	}
	replacing := func(id string) betterauth.Inline {
		return betterauth.Inline{ID: id, Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: id, Method: http.MethodGet, Path: "/" + id, Access: betterauth.Public, Replaces: "ok"}, ok)}}
	}
	cookies := func(c betterauth.CookieConfig) betterauth.Config { return betterauth.Config{Cookies: c} }
	session := func(s betterauth.SessionConfig) betterauth.Config { return betterauth.Config{Session: s} }
	at := func(url string, c betterauth.CookieConfig) betterauth.Config {
		return betterauth.Config{BaseURL: url, Cookies: c}
	}
	return map[string]buildProblem{
		"a fault of two endpoints": {plugins: with(betterauth.Inline{Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{ID: "one", Methods: []string{"FETCH", "FETCH"}, Path: "/one", Access: betterauth.Public}, ok),
			betterauth.Handle(betterauth.Operation{ID: "two", Methods: []string{"FETCH"}, Path: "/two", Access: betterauth.Public}, ok)}})},
		"access guard":                {plugins: with(betterauth.Inline{AccessGuards: []betterauth.AccessGuard{{}}})},
		"credentials":                 {plugins: with(betterauth.Inline{Credentials: []betterauth.Credentials{{}}})},
		"credentials elsewhere":       {plugins: with(betterauth.Inline{Credentials: []betterauth.Credentials{{Name: "keys", Tables: []string{"nowhere"}, Revoke: func(context.Context, betterauth.Revocation) error { return nil }}}})},
		"pending":                     {plugins: with(betterauth.Inline{Pending: []betterauth.Pending{{}}})},
		"trusted origins of a plugin": {plugins: with(betterauth.Inline{TrustedOrigins: []string{"example.com"}})},
		"inputs that cannot be read": {plugins: with(betterauth.Inline{Endpoints: []betterauth.Endpoint{
			taking[string](), taking[struct {
				A betterauth.None `input:"rest"`
			}](), taking[struct {
				A struct {
					B string `query:"b"`
				} `json:"a"`
			}](), taking[struct {
				A []int `query:"a"`
			}](), taking[struct {
				A **string `json:"a"`
			}](), taking[struct {
				A map[int]string `json:"a"`
			}](), taking[struct {
				A time.Time `json:"a"`
			}](), taking[struct {
				A chan int `json:"a"`
			}](), taking[struct {
				A int `json:"a" check:"coerce"`
			}](), taking[struct {
				A string `json:"a" check:"max=many"`
			}](), taking[struct {
				A string `json:"a" check:"pretty"`
			}](),
		}})},
		"needs what is not there": {plugins: with(betterauth.Inline{Needs: []betterauth.Dependency{betterauth.Need[greeter](nil), betterauth.Need(new(int)), {}}})},
		"needs one of two":        {plugins: append(with(betterauth.Inline{Needs: []betterauth.Dependency{betterauth.Need[greeter](nil)}}), &host{id: "inn"}, &host{id: "bar"})},
		"needs in a circle":       {plugins: []betterauth.Plugin{&hostess{host{id: "one"}}, &hostess{host{id: "two"}}}},
		"proves in no known way":  {plugins: with(betterauth.Inline{ProvesAddresses: 9})},
		"ordered after a name":    {plugins: with(betterauth.Inline{OrderAfter: []string{"Email Password"}})},
		"no ID":                   {plugins: operation(betterauth.Operation{Method: http.MethodGet, Path: "/a", Access: betterauth.Public})},
		"no such access":          {plugins: operation(betterauth.Operation{ID: "a", Method: http.MethodGet, Path: "/a", Access: 99})},
		"replaced twice":          {plugins: []betterauth.Plugin{replacing("one"), replacing("two")}},
		"empty limits":            {plugins: with(betterauth.Inline{Limits: []betterauth.RateLimit{{}, betterauth.LimitFunc("/x", nil), betterauth.Limit("x", betterauth.Rule{Window: time.Second, Max: 1})}})},
		"a column of no type":     {config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{betterauth.NewField[chan int]("user", database.Column{Name: "n"})}}},
		"a hook on members": {plugins: append(with(betterauth.Inline{Before: []betterauth.BeforeHook{betterauth.BeforeMembers("signInEmail", func(*betterauth.Ctx, betterauth.Members) error { return nil })}}),
			emailpassword.New(emailpassword.Config{}))},
		"disabled path":            {config: betterauth.Config{DisabledPaths: []string{"/get_session", "/nowhere"}}},
		"unchecked path":           {config: betterauth.Config{InsecureUncheckedCSRF: []string{"/api/auth/ok/"}, InsecureUncheckedOrigins: []string{"/nowhere"}}},
		"limit of no path":         {config: betterauth.Config{RateLimit: betterauth.RateLimitConfig{Rules: []betterauth.RateLimit{betterauth.AllowUnlimited("/nowhere")}}}},
		"limits stored nowhere":    {config: betterauth.Config{RateLimit: betterauth.RateLimitConfig{Storage: betterauth.CountIn(nil)}}},
		"trusted origin":           {config: betterauth.Config{TrustedOrigins: []string{"example.com", "https://example.com/path"}}},
		"negative numbers":         {config: betterauth.Config{BodyLimit: -1, MailTimeout: -1, Password: betterauth.PasswordConfig{MaxConcurrent: -1, MaxWait: -1}, Session: betterauth.SessionConfig{ExpiresIn: -1, MaxPerUser: -1}, MailLimit: betterauth.MailLimitConfig{Max: -1}, Failures: betterauth.FailuresConfig{Free: -1}}},
		"more than one mail":       {config: betterauth.Config{MailLimit: betterauth.MailLimitConfig{Max: 10, Window: time.Millisecond}}},
		"failures":                 {config: betterauth.Config{Failures: betterauth.FailuresConfig{Free: 101, FirstWait: 26 * time.Hour, MaxWait: 25 * time.Hour}}},
		"longer than a cookie":     {config: session(betterauth.SessionConfig{ExpiresIn: 401 * 24 * time.Hour})},
		"never prolonged":          {config: session(betterauth.SessionConfig{ExpiresIn: time.Hour, UpdateAge: 2 * time.Hour})},
		"a cache of stateless":     {config: session(betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, RefreshCache: time.Minute}})},
		"left out without a cache": {config: session(betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{LeaveOut: []string{"user.image"}}})},
		"cannot be left out":       {config: session(betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true, LeaveOut: []string{"user.id"}}})},
		"proxies without headers":  {config: betterauth.Config{ClientIP: betterauth.ClientIPConfig{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, IPv6Subnet: 129}}},
		"proxy headers":            {config: betterauth.Config{ProxyHeaders: []string{"X-Real-IP"}}},
		"two base URLs":            {config: betterauth.Config{BaseURL: "https://example.com", DynamicBaseURL: &betterauth.DynamicBaseURL{AllowedHosts: []string{"a b"}, Protocol: "gopher", Fallback: "example.com"}}},
		"several versions":         {config: betterauth.Config{Secrets: []betterauth.Secret{{Version: -1, Value: plugintest.Secret}, {Version: -1, Value: ""}}}},
		"sub-domains of nothing":   {config: cookies(betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: "example.org"}, Attributes: map[string]betterauth.CookieAttributes{"session_token": {SameSite: "never", Path: "/a;b"}}, Names: map[string]string{"session_token": "a b"}, Prefix: "a b"})},
		"host prefix":              {config: cookies(betterauth.CookieConfig{HostPrefix: true, InsecureNeverSecure: true, Path: "/auth", CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true, Domain: "localhost"}, Attributes: map[string]betterauth.CookieAttributes{"session_token": {Path: "/x"}}})},
		"other sites, not secure":  {config: cookies(betterauth.CookieConfig{SameSite: "none", InsecureNeverSecure: true})},
		"other sites on localhost": {config: cookies(betterauth.CookieConfig{SameSite: "none", Partitioned: true})},
		"secure over http":         {config: at("http://example.com", betterauth.CookieConfig{AlwaysSecure: true})},
		"always and never secure":  {config: cookies(betterauth.CookieConfig{AlwaysSecure: true, InsecureNeverSecure: true})},
		"other sites over http":    {config: at("http://example.com", betterauth.CookieConfig{SameSite: "none"})},
	}
}

// taking is an endpoint that takes an input.
func taking[In any]() betterauth.Endpoint {
	return betterauth.Handle(betterauth.Operation{ID: "o", Method: http.MethodPost, Path: "/o", Access: betterauth.Public},
		func(*betterauth.Ctx, In) (betterauth.None, error) { return betterauth.None{}, nil })
}

// builders make what plugintest would fill in.
var builders = map[string]func(t *testing.T) error{
	"~ a storage of codes without functions": func(*testing.T) error {
		return errors.Join(betterauth.CodesHashedBy(nil).Problem(), betterauth.CodesEncryptedBy(nil, nil).Problem())
	},
	"~ no secret": func(t *testing.T) error {
		t.Setenv("BETTER_AUTH_SECRET", "")
		t.Setenv("AUTH_SECRET", "")
		return built(t, betterauth.New(betterauth.Config{}).Database(memory(t)))
	},
	"~ secrets of the environment": func(t *testing.T) error {
		t.Setenv("BETTER_AUTH_SECRETS", "no version")
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret}).Database(memory(t)))
	},
	"~ trusted origins of the environment": func(t *testing.T) error {
		t.Setenv("BETTER_AUTH_TRUSTED_ORIGINS", "example.com")
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret}).Database(memory(t)))
	},
	"~ no database": func(t *testing.T) error {
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret}))
	},
	"~ two databases": func(t *testing.T) error {
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret}).Database(memory(t)).Database(memory(t)))
	},
	"~ sub-domains without a domain": func(t *testing.T) error {
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret,
			Cookies: betterauth.CookieConfig{CrossSubDomain: betterauth.CrossSubDomainConfig{Enabled: true}}}).Database(memory(t)))
	},
	"~ stateless without a memory": func(t *testing.T) error {
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret}).Stateless(nil))
	},
	"~ stateless with a database": func(t *testing.T) error {
		return built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret, RateLimit: betterauth.RateLimitConfig{Storage: betterauth.CountInDatabase()},
			Session: betterauth.SessionConfig{MaxPerUser: 1}}).Database(memory(t)).Stateless(memory(t)))
	},
	"~ a database that does not fit": func(t *testing.T) error {
		err := built(t, betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaVerify}).Database(memory(t)))
		advice, _, _ := strings.Cut(fmt.Sprint(err), "\n")
		return errors.New(advice) // the statements are not its subject
	},
}

func built(t *testing.T, b *betterauth.Builder) error {
	t.Helper()
	_, err := b.Build(t.Context())
	return err
}
