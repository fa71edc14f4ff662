package oauth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/oauth"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// clock stands still until it is moved.
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

// answers is a transport that a handler answers in the process.
type answers http.HandlerFunc

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	a(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// caller makes a Caller whose requests a handler answers.
func caller(handler http.HandlerFunc) *oauth.Caller {
	return oauth.NewCaller(&http.Client{Transport: answers(handler)}, (&clock{now: start}).Now)
}

// answering is a handler with one answer.
func answering(status int, mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func provider() *oauth.Provider {
	return &oauth.Provider{
		ID: "test", Client: oauth.Client{ID: "client", Secret: "s3cret"},
		AuthorizeURL: "https://provider.example/authorize", TokenURL: "https://provider.example/token",
	}
}

// keepsSecrets fails if an error holds one of the texts.
func keepsSecrets(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds %q: %v", secret, err)
		}
	}
}
