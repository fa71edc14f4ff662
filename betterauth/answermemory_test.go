package betterauth_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
)

// retainer keeps what it is given to write, which no io.Writer may.
type retainer struct {
	*httptest.ResponseRecorder
	kept []byte
}

func (k *retainer) Write(p []byte) (int, error) {
	k.kept = p
	return k.ResponseRecorder.Write(p)
}

func sessionRequest(c *plugintest.Client) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://localhost:3000/api/auth/get-session", nil)
	r.Header.Set("Authorization", "Bearer "+c.Session.Token)
	return r
}

// tokenSource finds tokens in a header, as the plugin bearer does.
func tokenSource() betterauth.Inline {
	return betterauth.Inline{ID: "tokens", Sources: []betterauth.SessionSource{
		betterauth.TokenSource("header", func(c *betterauth.Ctx) (string, bool, error) {
			token, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
			return token, ok, nil
		}),
	}}
}

// The buffer of an answer serves other answers, so nothing of a session stays in it.
func TestBuffersOfAnswersAreCleared(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, tokenSource())
	alice := kit.SignedIn("alice@example.com")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w := &retainer{ResponseRecorder: httptest.NewRecorder()}
		r := sessionRequest(alice)
		r.Method = method
		kit.Auth.ServeHTTP(w, r)
		if method == http.MethodGet && !strings.Contains(w.Body.String(), alice.Session.Token) {
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
		if !bytes.Equal(w.kept, make([]byte, len(w.kept))) {
			t.Errorf("%s: %q is left of an answer", method, w.kept)
		}
	}
}

// Each of many readers at once is told of its own session.
func TestAnswersDoNotMix(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, tokenSource())
	var wg sync.WaitGroup
	for _, email := range []string{"alice@example.com", "bob@example.com", "carol.with.a.longer.name@example.com"} {
		c := kit.SignedIn(email)
		for range 4 {
			wg.Go(func() {
				for range 50 {
					w := httptest.NewRecorder()
					kit.Auth.ServeHTTP(w, sessionRequest(c))
					if body := w.Body.String(); !strings.HasSuffix(body, `"}}`) || strings.Count(body, "@example.com") != 1 || !strings.Contains(body, `"email":"`+email+`"`) || !strings.Contains(body, c.Session.Token) {
						t.Errorf("%s was told %s", email, body)
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

// Middleware around us may add to a header of ours without changing another.
func TestHeadersOfAnswersAreApart(t *testing.T) {
	t.Parallel()
	kit := plugintest.New(t, tokenSource())
	w := httptest.NewRecorder()
	kit.Auth.ServeHTTP(w, sessionRequest(kit.SignedIn("alice@example.com")))
	before := w.Header().Clone()
	if len(before) < 5 {
		t.Fatalf("headers %v", before)
	}
	for name := range before {
		w.Header().Add(name, "added")
	}
	for name, values := range before {
		if got := w.Header()[name]; !slices.Equal(got, append(slices.Clone(values), "added")) {
			t.Errorf("%s: %q, want %q and what was added", name, got, values)
		}
	}
}

// Lists that middleware has begun go on where the call itself sets no header.
func TestVaryGoesOn(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Config: betterauth.Config{TrustedOrigins: []string{"https://other.example"}}})
	for begun, want := range map[string]string{"": "Origin", "Accept-Encoding": "Accept-Encoding, Origin", "origin": "origin"} {
		w := httptest.NewRecorder()
		if begun != "" {
			w.Header().Set("Vary", begun)
		}
		kit.Auth.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost:3000/api/auth/get-session", nil))
		if got := w.Header()["Vary"]; !slices.Equal(got, []string{want}) {
			t.Errorf("after %q: Vary %q, want %q", begun, got, want)
		}
	}
}
