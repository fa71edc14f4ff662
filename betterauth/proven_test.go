package betterauth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

// revoker keeps ways into accounts of its own.
type revoker struct {
	revoked []string
	err     error
}

func (r *revoker) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "keys", Credentials: []betterauth.Credentials{{Name: "key", Revoke: r.revoke}}}
}

func (r *revoker) revoke(_ context.Context, why betterauth.Revocation) error {
	r.revoked = append(r.revoked, why.User.ID)
	if r.err != nil && r.err.Error() == "panic" {
		panic(r.err)
	}
	return r.err
}

func TestProvenUser(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		keys := &revoker{}
		kit := plugintest.NewWith(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{keys}})
		ctx := t.Context()
		accounts, sessions := plugintest.StoreOf[betterauth.Account](kit), plugintest.StoreOf[betterauth.Session](kit)
		old := kit.SignedIn("ann@example.com").User
		kit.SignedIn("bob@example.com")
		if err := accounts.Create(ctx, &betterauth.Account{UserID: old.ID, ProviderID: betterauth.ProviderCredential, AccountID: old.ID}); err != nil {
			t.Fatal(err)
		}
		left := func() (n int) {
			t.Helper()
			for _, count := range []func(context.Context, ...database.Cond) (int, error){accounts.Count, sessions.Count} {
				m, err := count(ctx, database.Eq("userId", old.ID))
				if err != nil {
					t.Fatal(err)
				}
				n += m
			}
			return n
		}
		// What cannot be revoked in one place is not revoked in any.
		for _, failure := range []error{errors.New("no"), errors.New("panic")} {
			keys.err = failure
			if user, created, err := kit.Host.ProvenUser(ctx, "ann@example.com", nil); err == nil || user != nil || created {
				t.Errorf("%v: %+v, %v", failure, user, err)
			}
			if now, err := kit.Users().Get(ctx, database.Eq("id", old.ID)); left() != 2 || err != nil || now.EmailVerified {
				t.Errorf("%v: %d ways in are left, %+v, %v", failure, left(), now, err)
			}
		}
		keys.err, keys.revoked = nil, nil
		user, created, err := kit.Host.ProvenUser(ctx, "Ann@Example.com", nil)
		if err != nil || created || user.ID != old.ID || !user.EmailVerified || left() != 0 || len(keys.revoked) != 1 || keys.revoked[0] != old.ID {
			t.Errorf("%+v, %v, %d ways in are left, %v", user, err, left(), keys.revoked)
		}
		if n, err := sessions.Count(ctx); n != 1 || err != nil {
			t.Errorf("%d sessions of others, %v", n, err)
		}
		// Who is verified already loses nothing.
		kit.SignedInAs(user)
		if _, _, err := kit.Host.ProvenUser(ctx, "ann@example.com", nil); err != nil || left() != 1 || len(keys.revoked) != 1 {
			t.Errorf("%v, %d left", err, left())
		}
	})
}

func TestProvenUserCreates(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db})
		ctx := t.Context()
		if _, _, err := kit.Host.ProvenUser(ctx, "ann@example.com", nil); !errors.Is(err, database.ErrNotFound) {
			t.Errorf("without create: %v", err)
		}
		refused := errors.New("no")
		if _, _, err := kit.Host.ProvenUser(ctx, "ann@example.com", func() (*betterauth.User, error) { return nil, refused }); !errors.Is(err, refused) {
			t.Errorf("create refuses: %v", err)
		}
		// Of many at once one creates; the others are told to begin again.
		var made, again, found atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				user, created, err := kit.Host.ProvenUser(ctx, "Ann@example.com", func() (*betterauth.User, error) { return &betterauth.User{Name: "Ann"}, nil })
				switch {
				case errors.Is(err, database.ErrUnique):
					again.Add(1)
				case err != nil || user.Email != "ann@example.com" || !user.EmailVerified || user.Name != "Ann":
					t.Errorf("%+v, %v", user, err)
				case created:
					made.Add(1)
				default:
					found.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || made.Load()+again.Load()+found.Load() != 8 {
			t.Errorf("%d made, %d again, %d found", made.Load(), again.Load(), found.Load())
		}
	})
}

// What begins a sign-in is guarded like one, and is none for hooks.
func TestBeginsSignIn(t *testing.T) {
	t.Parallel()
	hooked := 0
	plugin := betterauth.Inline{ID: "mail", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "begin", Method: http.MethodPost, Path: "/begin", Access: betterauth.Public, BeginsSignIn: true},
			func(*betterauth.Ctx, betterauth.None) (betterauth.None, error) { return betterauth.None{}, nil }),
	}, Before: []betterauth.BeforeHook{betterauth.BeforeMatch(betterauth.EverySignIn, func(*betterauth.Ctx) error { hooked++; return nil })}}
	kit := plugintest.New(t, plugin)
	c := kit.Client()
	c.Post("/begin", nil).Want(http.StatusOK)
	c.Header = http.Header{"Origin": {"https://evil.example"}}
	c.Post("/begin", nil).WantError(betterauth.ErrInvalidOrigin)
	c.Header = http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}
	c.Post("/begin", nil).WantError(betterauth.ErrCrossSiteLogin)
	if hooked != 0 {
		t.Error("it counts as a sign-in")
	}
}

func TestRefreshCacheOnly(t *testing.T) {
	t.Parallel()
	plugin := betterauth.Inline{ID: "rename", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "rename", Method: http.MethodPost, Path: "/rename", Access: betterauth.WithSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.None, error) {
				user := *c.Identity().User
				user.Name = "New"
				c.RefreshCookies(&betterauth.Identity{Session: c.Identity().Session, User: &user}, betterauth.CacheOnly)
				return betterauth.None{}, nil
			})}}
	for _, enabled := range []bool{true, false} {
		kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{plugin},
			Config: betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: enabled}}}})
		c := kit.SignedIn("ann@example.com")
		a := c.Post("/rename", nil).Want(http.StatusOK)
		if a.SetCookie("better-auth.session_token") != nil || (a.SetCookie("better-auth.session_data") != nil) != enabled {
			t.Errorf("cache %v: cookies %v", enabled, a.Cookies)
		}
		var id betterauth.Identity
		c.Get("/get-session").Into(&id)
		if (id.User.Name == "New") != enabled {
			t.Errorf("cache %v: name %q", enabled, id.User.Name)
		}
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	type in struct {
		To   string `json:"to"`
		Name string `json:"name" check:"optional"`
	}
	plugin := betterauth.Inline{ID: "links", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{ID: "link", Method: http.MethodPost, Path: "/link", Access: betterauth.Public},
			func(c *betterauth.Ctx, in in) (betterauth.Redirect, error) {
				var params []betterauth.Param
				if in.Name != "" {
					params = append(params, betterauth.Param{Name: in.Name, Value: "a b~*é"})
				}
				target, err := c.Target(in.To, params...)
				return betterauth.Redirect{URL: target}, err
			})}}
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{plugin}, Config: betterauth.Config{TrustedOrigins: []string{"https://app.example.com", "myapp://"}}})
	const base = plugintest.BaseURL
	for _, tt := range []struct{ to, name, want string }{
		{"/", "", base + "/"},
		{"/a b?c=d e&f=é'#g", "", base + "/a%20b?c=d%20e&f=%C3%A9%27#g"},
		{"here", "", base + "/api/here"},
		{"https://app.example.com", "", "https://app.example.com/"},
		{"/x?e=1&y=2&e=3#f", "e", base + "/x?e=a+b%7E*%C3%A9&y=2#f"},
		{"myapp://", "e", "myapp://?e=a+b%7E*%C3%A9"},
		{"https://evil.example", "", ""},
		{"//evil.example", "e", ""},
		{"\x7f", "", ""},
	} {
		a := kit.Client().Post("/link", map[string]any{"to": tt.to, "name": tt.name})
		if tt.want == "" {
			a.WantError(betterauth.ErrInvalidCallbackURL)
			continue
		}
		a.WantRedirect(tt.want)
	}
}
