package invitation_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/examples/customplugin/invitation"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/go-json-experiment/json"
)

// server is an Auth with the plugin, on the network.
type server struct {
	t           *testing.T
	auth        *betterauth.Auth
	invitations *invitation.Invitations
	url         string

	mu       sync.Mutex
	now      time.Time
	accepted []invitation.Accepted
}

// newServer starts one on an empty database. Further plugins may be given.
func newServer(t *testing.T, db *database.DB, more ...betterauth.Plugin) *server {
	t.Helper()
	return serverWith(t, db, betterauth.Config{RateLimit: betterauth.RateLimitConfig{Disabled: true}}, more...)
}

func serverWith(t *testing.T, db *database.DB, cfg betterauth.Config, more ...betterauth.Plugin) *server {
	t.Helper()
	s := &server{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.invitations = invitation.New(invitation.Config{})
	audit := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(_ context.Context, e invitation.Accepted) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.accepted = append(s.accepted, e)
		return nil
	})}}
	cfg.BaseURL, cfg.Secret = "http://auth.example", "a secret of more than 32 characters"
	cfg.Schema = betterauth.SchemaMigrate
	cfg.Clock = func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.Password.Hasher = quickHasher{}
	var err error
	s.auth, err = betterauth.New(cfg).Database(db).
		Plugin(s.invitations, emailpassword.New(emailpassword.Config{}), audit).Plugin(more...).Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	http := httptest.NewServer(s.auth)
	t.Cleanup(http.Close)
	s.url = http.URL
	return s
}

// quickHasher protects nothing: these tests are not about passwords.
type quickHasher struct{}

func (quickHasher) Hash(_ context.Context, password string) (string, error) {
	sum := sha256.Sum256([]byte(password))
	return hex.EncodeToString(sum[:]), nil
}

func (h quickHasher) Verify(ctx context.Context, password, stored string) (bool, error) {
	hash, err := h.Hash(ctx, password)
	return hash == stored, err
}

func (s *server) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// told are the invitations that the audit log heard of.
func (s *server) told() []invitation.Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

// issue makes a code by the operator.
func (s *server) issue() string {
	s.t.Helper()
	code, err := s.invitations.Issue(s.t.Context(), invitation.Operator)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// browser keeps cookies.
type browser struct {
	*server
	client *http.Client
}

func (s *server) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar}}
}

// answer is what came back; Code is that of an error or a new invitation.
type answer struct {
	status int
	body   string
	Code   string
	Token  *string
	User   struct{ ID, Email, InvitedBy string }
}

func (b *browser) send(method, path, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/api/auth"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Origin", "http://auth.example")
	r.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Error(err)
		return answer{}
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Error(err)
	}
	a := answer{status: response.StatusCode, body: string(raw)}
	if raw[0] == '{' {
		if err := json.Unmarshal(raw, &a, json.MatchCaseInsensitiveNames(true)); err != nil {
			b.t.Errorf("%s %s: %s: %v", method, path, raw, err)
		}
	}
	return a
}

// signUp signs up with a code, as JSON, "" for none.
func (b *browser) signUp(email, code string) answer {
	b.t.Helper()
	member := ""
	if code != "" {
		member = `,"invitationCode":` + code
	}
	return b.send("POST", "/sign-up/email", fmt.Sprintf(`{"name":"Ada","email":%q,"password":"correct horse"%s}`, email, member))
}

func (b *browser) signIn(email string) answer {
	b.t.Helper()
	return b.send("POST", "/sign-in/email", fmt.Sprintf(`{"email":%q,"password":"correct horse"}`, email))
}

// invited returns a browser in which somebody invited by the operator is signed in.
func (s *server) invited(email string) (*browser, answer) {
	s.t.Helper()
	b := s.browser()
	a := b.signUp(email, quoted(s.issue()))
	a.expect(s.t, "signing up "+email, 200, "")
	return b, a
}

func quoted(code string) string { return `"` + code + `"` }

func (a answer) expect(t *testing.T, what string, status int, code string) {
	t.Helper()
	if a.status != status || a.Code != code && status >= 400 {
		t.Errorf("%s: %d %s, want %d %s", what, a.status, a.body, status, code)
	}
}
