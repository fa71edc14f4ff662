package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
)

var errBadBadge = &betterauth.ErrorCode{Code: "BAD_BADGE", Message: "Bad badge", Status: http.StatusUnauthorized}

// badgeReader vouches for the user whose address the header X-Badge has, as a proxy
// that checked a client certificate would say.
type badgeReader struct {
	asked *atomic.Int32
	users *database.Store[betterauth.User]
}

func (b *badgeReader) Init(_ context.Context, h *betterauth.Host) error {
	b.users = h.UserStore()
	return nil
}

func (b *badgeReader) vouch(c *betterauth.Ctx) (*betterauth.Identity, bool, error) {
	email := c.Request().Header.Get("X-Badge")
	if email == "" {
		return nil, false, nil
	}
	b.asked.Add(1)
	switch email {
	case "panic":
		panic("broken")
	case "nobody":
		return &betterauth.Identity{}, true, nil
	}
	user, err := b.users.Get(c, database.Eq("email", strings.TrimPrefix(email, "expired:")))
	if errors.Is(err, database.ErrNotFound) {
		return nil, false, errBadBadge.With("details", map[string]int{"tryAgainIn": 5})
	}
	if err != nil {
		return nil, false, err
	}
	ends := c.Now().Add(time.Hour)
	if strings.HasPrefix(email, "expired:") {
		ends = c.Now()
	}
	return &betterauth.Identity{User: user, Session: &betterauth.Session{ID: "badge", Token: "badge", UserID: user.ID,
		CreatedAt: c.Now(), UpdatedAt: c.Now(), ExpiresAt: ends}}, true, nil
}

func (b *badgeReader) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID:      "badge",
		Sources: []betterauth.SessionSource{{Name: "badge", Identity: b.vouch}},
		Endpoints: []betterauth.Endpoint{
			whoCalls("plain", betterauth.WithSession), whoCalls("stored", betterauth.WithStoredSession), whoCalls("fresh", betterauth.WithFreshSession),
			betterauth.Handle(betterauth.Operation{ID: "asks", Method: http.MethodGet, Path: "/asks", Access: betterauth.Public}, func(c *betterauth.Ctx, _ betterauth.None) (asked, error) {
				_, storedFirst := c.StoredSession()
				id, err := c.Session()
				if err != nil {
					return asked{}, err
				}
				_, storedThen := c.StoredSession()
				fresh := c.Fresh(id.Session)
				c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: id.User}, betterauth.AllCookies)
				c.RefreshCookies(&betterauth.Identity{Session: id.Session, User: id.User}, betterauth.CacheOnly)
				again, err := c.Session()
				return asked{storedFirst == nil || storedThen == nil, fresh, again.Source}, err
			}),
		},
	}
}

type asked struct {
	Stored bool   `json:"stored"`
	Fresh  bool   `json:"fresh"`
	Source string `json:"source"`
}

// whoCalls is an operation that answers who calls.
func whoCalls(name string, access betterauth.Access) betterauth.Endpoint {
	return betterauth.Handle(betterauth.Operation{ID: name, Method: http.MethodGet, Path: "/probe/" + name, Access: access},
		func(c *betterauth.Ctx, _ betterauth.None) (string, error) { return c.Identity().User.Email, nil })
}

// Whoever a source vouches for passes where a session is enough, and nowhere
// that wants one that somebody signed in for.
func TestVouchedIdentity(t *testing.T) {
	t.Parallel()
	var times atomic.Int32
	kit := plugintest.NewWith(t, plugintest.Options{
		Config:  betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}},
		Plugins: []betterauth.Plugin{account.New(account.Config{}), &badgeReader{asked: &times}},
	})
	kit.SignedIn("ada@example.com")
	bob := kit.SignedIn("bob@example.com")

	// Without a cookie, and over Bob's cookie.
	for _, client := range []*plugintest.Client{kit.Client(), bob.Fork()} {
		client.Header.Set("X-Badge", "ada@example.com")
		times.Store(0)
		client.Get("/probe/plain").WantBody(http.StatusOK, `"ada@example.com"`)
		if times.Load() != 1 {
			t.Errorf("the source was asked %d times", times.Load())
		}
		for _, path := range []string{"/probe/stored", "/probe/fresh", "/list-sessions"} {
			client.Get(path).WantError(betterauth.ErrUnauthorized)
		}
		for _, path := range []string{"/update-user", "/revoke-sessions", "/revoke-other-sessions", "/delete-user"} {
			if answer := client.Post(path, map[string]any{"name": "Eve"}); answer.Status < 400 {
				t.Errorf("%s answers %d", path, answer.Status)
			}
		}
		answer := client.Get("/asks").WantBody(http.StatusOK, `{"stored":false,"fresh":false,"source":"badge"}`)
		if len(answer.Cookies) > 0 {
			t.Errorf("cookies %v", answer.Cookies)
		}
		var seen betterauth.Identity
		if client.Get("/get-session?disableCookieCache=true").Want(http.StatusOK).Into(&seen); seen.User.Email != "ada@example.com" {
			t.Errorf("the session is %q's", seen.User.Email)
		}
	}
	if n, err := plugintest.StoreOf[betterauth.Session](kit).Count(t.Context()); n != 2 || err != nil {
		t.Errorf("%d sessions are left, %v", n, err)
	}
	bob.Get("/probe/fresh").WantBody(http.StatusOK, `"bob@example.com"`)
}

// A credential that is wrong, or a source that is, never falls back to a cookie.
func TestVouchedIdentityFailsClosed(t *testing.T) {
	t.Parallel()
	var times atomic.Int32
	kit := plugintest.New(t, &badgeReader{asked: &times})
	bob := kit.SignedIn("bob@example.com")
	bob.Header.Set("X-Badge", "eve@example.com")
	bob.Get("/probe/plain").WantBody(http.StatusUnauthorized, `{"message":"Bad badge","code":"BAD_BADGE","details":{"tryAgainIn":5}}`)
	bob.Get("/probe/fresh").WantError(errBadBadge)
	bob.Get("/asks").WantError(errBadBadge)
	for _, broken := range []string{"panic", "nobody"} {
		bob.Header.Set("X-Badge", broken)
		bob.Get("/probe/plain").WantError(betterauth.ErrInternal)
	}
	bob.Header.Set("X-Badge", "expired:bob@example.com")
	if answer := bob.Get("/probe/plain").WantError(betterauth.ErrUnauthorized); len(answer.Cookies) > 0 {
		t.Errorf("a source signed the browser out: %v", answer.Cookies)
	}
}

// Handlers that are not ours see the same, who vouches included.
func TestVouchedIdentityElsewhere(t *testing.T) {
	t.Parallel()
	var times atomic.Int32
	kit := plugintest.New(t, &badgeReader{asked: &times})
	kit.SignedIn("ada@example.com")
	guarded := kit.Auth.RequireSession(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := betterauth.SessionFrom(r.Context())
		_, _ = w.Write([]byte(id.User.Email + " by " + id.Source))
	}))
	for sent, want := range map[string]string{"ada@example.com": "ada@example.com by badge", "eve@example.com": "BAD_BADGE", "": "UNAUTHORIZED"} {
		r := httptest.NewRequest(http.MethodGet, plugintest.BaseURL+"/", nil)
		if sent != "" {
			r.Header.Set("X-Badge", sent)
		}
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q: %d %s", sent, w.Code, w.Body)
		}
	}
}
