// Package plugintest is a tool-box for testing plugins: a [betterauth.Auth] on
// a database in memory, a clock to move, an outbox for mail, and clients that
// are already signed in.
//
//	kit := plugintest.New(t, myplugin.New(myplugin.Config{}))
//	alice := kit.SignedIn("alice@example.com")
//	answer := alice.Post("/my-plugin/do", map[string]any{"n": 1})
//	answer.Want(http.StatusOK)
//
// Requests go through the real handler with all its checks; only the network is
// left out. databasetest.EachEngine runs such a test on every engine, with
// [Options].DB.
//
// [Run] proves that a plugin keeps the contract, with one call.
//
// Start with [New]: a [Kit] is the application, a [Client] a browser. The rules
// of [Run] are in rule_*.go, each file with one promise; run.go has their
// order, option.go what an author tells them, and derive.go how requests are made from the types of operations.
package plugintest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
)

// BaseURL is the base URL of a kit whose configuration has none.
const BaseURL = "http://localhost:3000"

// Secret is the secret of a kit whose configuration has none.
const Secret = "plugintest-secret-0123456789-abcdefgh"

// Options describe a kit.
type Options struct {
	// Config is the application's configuration. BaseURL, Secret, Clock, Logger
	// and Schema are filled in, and limits are off unless RateLimited.
	Config betterauth.Config
	// Plugins are what the application is built with. Default none.
	Plugins []betterauth.Plugin
	// DB is the database. Default: SQLite in memory.
	DB *database.DB
	// Stateless builds without a database; the kit has no DB then.
	Stateless bool
	// RateLimited keeps limits on: of requests, of failed proofs and of mail.
	// Default false.
	RateLimited bool
	// NoMailer builds without a Mailer. By default the kit's own keeps what is
	// mailed, for Kit.Mail.
	NoMailer bool
	// Counted counts what hooks and gates fire, for Kit.Fired. It puts hooks on
	// every table, which lock rows that statements would not lock otherwise:
	// leave it off where a test is about races. Default false.
	Counted bool
}

// Kit is an Auth under test. It is closed when the test ends.
type Kit struct {
	Auth  *betterauth.Auth
	Host  *betterauth.Host
	DB    *database.DB
	Clock *Clock
	Log   *Log

	t       testing.TB
	baseURL string
	schema  string // Naming.Schema
	outbox  *outbox
	counter *counter // nil unless Options.Counted
	site    *site
}

// site is what clients reach, for a kit and its copies: the Auth alone until Serve.
type site struct {
	mu      sync.Mutex
	handler http.Handler
}

// Serve puts the application in front: from now on every request of this kit's
// clients goes to h, such as the application's router, which serves the Auth under
// its base path among its own routes. Clients reach those by Client.Root.
//
//	mux := http.NewServeMux()
//	mux.Handle(kit.Auth.BasePath()+"/", kit.Auth)
//	mux.Handle("GET /me", kit.Auth.RequireSession(me))
//	kit.Serve(mux)
func (k *Kit) Serve(h http.Handler) {
	k.site.mu.Lock()
	defer k.site.mu.Unlock()
	k.site.handler = h
}

func (k *Kit) handler() http.Handler {
	k.site.mu.Lock()
	defer k.site.mu.Unlock()
	if k.site.handler == nil {
		return k.Auth
	}
	return k.site.handler
}

// New builds an Auth with plugins and fails the test if that fails.
func New(t testing.TB, plugins ...betterauth.Plugin) *Kit {
	t.Helper()
	return NewWith(t, Options{Plugins: plugins})
}

// NewWith is New with Options.
func NewWith(t testing.TB, o Options) *Kit {
	t.Helper()
	kit, err := Build(t, o)
	if err != nil {
		t.Fatalf("plugintest: %v", err)
	}
	return kit
}

// Build is NewWith for tests that expect Build to fail.
func Build(t testing.TB, o Options) (*Kit, error) {
	t.Helper()
	db := o.DB
	var memory *database.DB
	if db == nil {
		var err error
		if memory, err = sqlite.Open(":memory:"); err != nil {
			t.Fatalf("plugintest: %v", err)
		}
		t.Cleanup(func() { _ = memory.Close() })
		if !o.Stateless {
			db = memory
		}
	}
	k := &Kit{t: t, DB: db, Clock: &Clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, Log: &Log{}, outbox: &outbox{}, site: &site{}}
	cfg := o.config(k.outbox)
	if cfg.Clock == nil {
		cfg.Clock = k.Clock.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(k.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if cfg.Schema == betterauth.SchemaVerify {
		cfg.Schema = betterauth.SchemaMigrate
	}
	if !o.RateLimited {
		cfg.RateLimit.Disabled, cfg.Failures.Disabled, cfg.MailLimit.Disabled = true, true, true
	}
	spy := &spy{}
	builder := betterauth.New(cfg).Database(db).Plugin(o.Plugins...).Plugin(spy)
	if o.Counted {
		k.counter = &counter{tables: allTables(o.Plugins), fired: map[string]int{}}
		builder.Plugin(k.counter)
	}
	if o.Stateless {
		builder.Stateless(memory)
	}
	auth, err := builder.Build(t.Context())
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = auth.Close(context.Background()) })
	k.Auth, k.Host, k.baseURL, k.schema = auth, spy.host, cfg.BaseURL, cfg.Naming.Schema
	return k, nil
}

// config is the application's, with what no plugin is built without.
func (o Options) config(mails betterauth.Mailer) betterauth.Config {
	cfg := o.Config
	if cfg.BaseURL == "" && cfg.DynamicBaseURL == nil {
		cfg.BaseURL = BaseURL
	}
	if cfg.Secret == "" && len(cfg.Secrets) == 0 {
		cfg.Secret = Secret
	}
	if cfg.Mailer == nil && !o.NoMailer {
		cfg.Mailer = mails
	}
	return cfg
}

// With returns the same kit for a subtest or a fuzz target, where failures are
// to be reported.
func (k *Kit) With(t testing.TB) *Kit {
	with := *k
	with.t = t
	return &with
}

// spy is a plugin that only keeps its Host for the kit.
type spy struct{ host *betterauth.Host }

func (*spy) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "plugintest"} }

func (s *spy) Init(_ context.Context, h *betterauth.Host) error {
	s.host = h
	return nil
}

// StoreOf is the store of any table of the Auth under test.
func StoreOf[Row any](k *Kit) *database.Store[Row] {
	k.t.Helper()
	store, err := betterauth.StoreOf[Row](k.Host)
	if err != nil {
		k.t.Fatalf("plugintest: %v", err)
	}
	return store
}

// Clock is the time as the Auth under test sees it. It stands still.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the current time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Log collects what the Auth under test logs.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Size is how many bytes were logged so far, for Since.
func (l *Log) Size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Len()
}

// Since is what was logged after that many bytes: what one request logged, where the
// whole log would be read again for each.
func (l *Log) Since(size int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.buf.Bytes()[size:])
}
