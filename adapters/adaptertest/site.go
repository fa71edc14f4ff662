package adaptertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/sqlite"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const (
	// origin is what the servers under test believe to be reached at.
	origin = "http://auth.example"
	// patience is how long a test waits for what should happen at once.
	patience = 5 * time.Second
	// bodyLimit is the largest body in bytes an Auth under test takes.
	bodyLimit = 1 << 10
)

// site is an Auth to mount, with what a test needs to disturb it.
type site struct {
	*betterauth.Auth
	db    *database.DB
	clock *clock
}

// newSite builds an Auth from cfg and more plugins, on an empty database of its own.
func newSite(t testing.TB, cfg betterauth.Config, more ...betterauth.Plugin) *site {
	t.Helper()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	// A test may have closed it already.
	t.Cleanup(func() { _ = db.Close() })
	s := &site{db: db, clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	cfg.BaseURL = origin
	if cfg.Secret == "" {
		cfg.Secret = "a secret of more than 32 characters"
	}
	cfg.Schema = betterauth.SchemaMigrate
	cfg.BodyLimit = bodyLimit
	cfg.Clock = s.clock.Now
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.Password.Hasher = quickHasher{}
	cfg.RateLimit.Disabled = true
	s.Auth, err = betterauth.New(cfg).Database(db).
		Plugin(emailpassword.New(emailpassword.Config{}), parrot(), methods()).Plugin(more...).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parrot answers with the path segment it was sent.
func parrot() betterauth.Plugin {
	type in struct {
		Text string `path:"text"`
	}
	type out struct {
		Text string `json:"text"`
	}
	return betterauth.Inline{ID: "parrot", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "parrot", Method: http.MethodGet, Path: "/parrot/:text", Access: betterauth.Public},
			func(_ *betterauth.Ctx, i in) (out, error) { return out(i), nil }),
	}}
}

// quickHasher protects nothing: the suite is not about passwords, and the real
// ones take their time.
type quickHasher struct{}

func (quickHasher) Hash(_ context.Context, password string) (string, error) {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:]), nil
}

func (h quickHasher) Verify(ctx context.Context, password, stored string) (bool, error) {
	hash, err := h.Hash(ctx, password)
	return hash == stored, err
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// client speaks to a router over the network, as one browser that keeps
// cookies itself and follows no redirects.
type client struct {
	t       testing.TB
	url     string
	cookies map[string]string
}

func serve(t testing.TB, h http.Handler) *client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &client{t: t, url: server.URL, cookies: map[string]string{}}
}

// answer is a response whose body was read.
type answer struct {
	*http.Response
	body string
}

func (c *client) request(ctx context.Context, method, path string, body io.Reader) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (c *client) send(r *http.Request) *http.Response {
	c.t.Helper()
	// No connection is shared among tests, and none outlives its request.
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = response.Body.Close() })
	for _, cookie := range response.Cookies() {
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		} else {
			c.cookies[cookie.Name] = cookie.Value
		}
	}
	return response
}

func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	response := c.send(c.request(c.t.Context(), method, path, reader))
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{response, string(raw)}
}

func (c *client) get(path string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, path, "")
}

// signUp makes a user and keeps their cookies.
func (c *client) signUp(s *site, email string) {
	c.t.Helper()
	body := `{"name":"Ada","email":"` + email + `","password":"correct horse"}`
	if a := c.do(http.MethodPost, s.BasePath()+"/sign-up/email", body); a.StatusCode != http.StatusOK || len(c.cookies) == 0 {
		c.t.Fatalf("sign-up: %d %s, cookies %v", a.StatusCode, a.body, a.Cookies())
	}
}

// expect fails the test when the answer has another status or body. A body of
// "*" is any.
func (a answer) expect(t testing.TB, what string, status int, body string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d", what, a.StatusCode, status)
	}
	if body != "*" && a.body != body {
		t.Errorf("%s: body %q, want %q", what, a.body, body)
	}
}

// expectJSON also wants the answer to say that it is JSON.
func (a answer) expectJSON(t testing.TB, what string, status int, body string) {
	t.Helper()
	a.expect(t, what, status, body)
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("%s: content type %q, want application/json", what, got)
	}
}
