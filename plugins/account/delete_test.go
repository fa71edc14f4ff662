package account_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
)

var (
	enabled = account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}}
	byMail  = account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}}
)

func TestDeletionDisabled(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, plugintest.Options{})
	c := s.SignedIn("a@example.com")
	answer := c.Post("/delete-user", map[string]any{})
	if answer.WantError(account.ErrDeletionDisabled); answer.Header.Get("Content-Type") != "application/json" {
		t.Errorf("content type %q", answer.Header.Get("Content-Type"))
	}
	c.Get("/delete-user/callback?token=x").WantBody(http.StatusNotFound, `{"message":"Not found","code":"NOT_FOUND"}`)
	if !s.exists("a@example.com") {
		t.Error("deleted")
	}
}

// note is a plugin's own table about users.
type note struct {
	UserID string `json:"userId" db:"userId,index,references=user"`
	ID     string `json:"id"`
}

// A user goes with everything about them, and nobody else does.
func TestDelete(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		notes := betterauth.Inline{ID: "notes", Schema: betterauth.Schema{Tables: []database.Table{database.TableOf[note]("note")}}}
		s := newSite(t, enabled, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{notes}})
		store := plugintest.StoreOf[note](s.Kit)
		sessions := plugintest.StoreOf[betterauth.Session](s.Kit)
		c, elsewhere, other := s.SignedIn("a@example.com"), s.SignedIn("a@example.com"), s.SignedIn("b@example.com")
		for _, user := range []*betterauth.User{c.User, other.User} {
			s.link(user, "credential")
			s.link(user, "github")
			if err := store.Create(t.Context(), &note{UserID: user.ID}); err != nil {
				t.Fatal(err)
			}
		}
		answer := c.Post("/delete-user", map[string]any{})
		answer.WantBody(http.StatusOK, deleted)
		for _, name := range []string{sessionCookie, "better-auth.session_data", "better-auth.dont_remember"} {
			if ck := answer.SetCookie(name); ck == nil || ck.MaxAge >= 0 || ck.Value != "" {
				t.Errorf("%s: %v", name, ck)
			}
		}
		elsewhere.Post("/update-user", map[string]any{"name": "x"}).WantError(betterauth.ErrUnauthorized)
		other.Get("/list-sessions").Want(http.StatusOK)
		if s.exists("a@example.com") || !s.exists("b@example.com") {
			t.Error("the wrong user went")
		}
		for name, count := range map[string]func(context.Context, ...database.Cond) (int, error){
			"session": sessions.Count, "account": s.accounts.Count, "note": store.Count,
		} {
			mine, err := count(t.Context(), database.Eq("userId", c.User.ID))
			theirs, err2 := count(t.Context(), database.Eq("userId", other.User.ID))
			if mine != 0 || theirs == 0 || err != nil || err2 != nil {
				t.Errorf("%s: %d and %d left; %v, %v", name, mine, theirs, err, err2)
			}
		}
	})
}

func TestDeleteWithPassword(t *testing.T) {
	t.Parallel()
	s := newSite(t, enabled, plugintest.Options{})
	c, keys := s.SignedIn("a@example.com"), s.SignedIn("keys@example.com")
	s.link(c.User, "credential")
	s.link(keys.User, "github")
	s.Clock.Advance(25 * time.Hour)
	with := func(password string) map[string]any { return map[string]any{"password": password} }
	for _, sent := range []map[string]any{{}, with("")} {
		c.Post("/delete-user", sent).WantBody(http.StatusBadRequest,
			`{"message":"Session expired. Re-authenticate to perform this action.","code":"SESSION_EXPIRED"}`)
	}
	c.Post("/delete-user", with("wrong")).WantBody(http.StatusBadRequest, `{"message":"Invalid password","code":"INVALID_PASSWORD"}`)
	keys.Post("/delete-user", with("password1234")).WantBody(http.StatusBadRequest,
		`{"message":"Credential account not found","code":"CREDENTIAL_ACCOUNT_NOT_FOUND"}`)
	s.Client().Post("/delete-user", with("password1234")).WantError(betterauth.ErrUnauthorized)
	c.Post("/delete-user", map[string]any{"password": 1}).WantError(betterauth.ErrValidation)
	if !s.exists("a@example.com") || !s.exists("keys@example.com") {
		t.Fatal("deleted")
	}
	c.Post("/delete-user", with("password1234")).WantBody(http.StatusOK, deleted)
	if s.exists("a@example.com") {
		t.Error("not deleted")
	}
}

func TestDeleteByMail(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, byMail, plugintest.Options{DB: db, Config: betterauth.Config{AppName: "Shop"}})
		c := s.SignedIn("a@example.com")
		s.link(c.User, "credential")
		// A password does not replace the mail.
		c.Post("/delete-user", map[string]any{"password": "password1234", "callbackURL": "/bye?x=y"}).WantBody(http.StatusOK, mailed)
		m := s.Mail()
		if m.Kind != "delete-account" || m.To != "a@example.com" || m.User.ID != c.User.ID || !regexp.MustCompile(`^[a-z0-9]{32}$`).MatchString(m.Token) ||
			m.URL != plugintest.BaseURL+"/api/auth/delete-user/callback?token="+m.Token+"&callbackURL=%2Fbye%3Fx%3Dy" ||
			!strings.Contains(m.Subject, "Shop") || !strings.Contains(m.Text, m.URL) {
			t.Errorf("mail %+v", m)
		}
		row, err := s.Host.Verifications().Find(t.Context(), "delete-account-"+m.Token)
		if err != nil || row.Value != c.User.ID || !row.ExpiresAt.Equal(s.Clock.Now().Add(24*time.Hour)) {
			t.Errorf("stored %+v, %v", row, err)
		}
		s.Client().Get(s.Route(m)).WantBody(http.StatusNotFound, `{"message":"Failed to get user info","code":"FAILED_TO_GET_USER_INFO"}`)
		if !s.exists("a@example.com") {
			t.Fatal("deleted before the link was followed")
		}
		answer := c.Get(s.Route(m))
		answer.WantRedirect("/bye?x=y")
		if ck := answer.SetCookie(sessionCookie); ck == nil || ck.MaxAge >= 0 {
			t.Errorf("session cookie %v", ck)
		}
		if s.exists("a@example.com") || strings.Contains(s.Log.String(), m.Token) {
			t.Error("not deleted, or the token is in the log")
		}
	})
}

func TestDeletionLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t, byMail, plugintest.Options{})
	const invalid = `{"message":"Invalid token","code":"INVALID_TOKEN"}`
	token := func(c *plugintest.Client) string {
		c.Post("/delete-user", map[string]any{}).Want(http.StatusOK)
		m := s.Mail()
		if !strings.HasSuffix(m.URL, "&callbackURL=%2F") {
			t.Errorf("link %s", m.URL)
		}
		return m.Token
	}
	a, b := s.SignedIn("a@example.com"), s.SignedIn("b@example.com")
	follow := "/delete-user/callback?token="

	a.Get(follow+"nope").WantBody(http.StatusNotFound, invalid)
	a.Get("/delete-user/callback").WantBody(http.StatusBadRequest,
		`{"message":"[query.token] Invalid input: expected string, received undefined","code":"VALIDATION_ERROR"}`)
	a.Get(follow + "x&callbackURL=https%3A%2F%2Fevil.example").WantError(betterauth.ErrInvalidCallbackURL)

	// Somebody else's token deletes nobody, and is spent.
	foreign := token(b)
	a.Get(follow+foreign+"&callbackURL=%2F").WantBody(http.StatusNotFound, invalid)
	b.Get(follow+foreign).WantBody(http.StatusNotFound, invalid)
	foreign = token(b)
	a.Post("/delete-user", map[string]any{"token": foreign}).WantBody(http.StatusNotFound, invalid)
	b.Post("/delete-user", map[string]any{"token": foreign}).WantBody(http.StatusNotFound, invalid)

	late := token(a)
	s.Clock.Advance(24*time.Hour + time.Millisecond)
	a.Get(follow+late).WantBody(http.StatusNotFound, invalid)
	if !s.exists("a@example.com") || !s.exists("b@example.com") {
		t.Fatal("deleted")
	}
	a.Get(follow+token(a)).WantBody(http.StatusOK, deleted)
	b.Post("/delete-user", map[string]any{"token": token(b)}).WantBody(http.StatusOK, deleted)
	if s.exists("a@example.com") || s.exists("b@example.com") {
		t.Error("not deleted")
	}
}

// deletions is an audit log of users who were deleted.
func deletions(tell func(ctx context.Context, userID string)) betterauth.Plugin {
	return betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(ctx context.Context, e betterauth.EndingHappened) error {
		if e.Ending == betterauth.UserDeleted {
			tell(ctx, e.UserID)
		}
		return nil
	})}}
}

func TestDeletionIsJudgedAndTold(t *testing.T) {
	t.Parallel()
	refused := &betterauth.ErrorCode{Code: "REFUSED", Message: "refused", Status: http.StatusConflict}
	var refuse atomic.Bool
	var before, after atomic.Int32
	var s *site
	cfg := enabled
	cfg.DeleteUser.BeforeDelete = func(_ context.Context, u *betterauth.User) error {
		if before.Add(1); u.Email != "a@example.com" || refuse.Load() {
			return refused
		}
		return nil
	}
	s = newSite(t, cfg, plugintest.Options{Plugins: []betterauth.Plugin{deletions(func(ctx context.Context, userID string) {
		after.Add(1)
		if still, err := s.Users().Exists(ctx, database.Eq("id", userID)); still || err != nil {
			t.Errorf("told before the deletion was durable: %v, %v", still, err)
		}
		panic("a subscriber that breaks")
	})}})
	c := s.SignedIn("a@example.com")
	s.link(c.User, "github")
	refuse.Store(true)
	answer := c.Post("/delete-user", map[string]any{}).WantError(refused)
	n, err := s.accounts.Count(t.Context())
	if !s.exists("a@example.com") || n != 1 || err != nil || len(answer.Cookies) != 0 || before.Load() != 1 || after.Load() != 0 {
		t.Errorf("a refused deletion had an effect: %d accounts, cookies %v, before %d, after %d", n, answer.Cookies, before.Load(), after.Load())
	}
	refuse.Store(false)
	c.Post("/delete-user", map[string]any{}).WantBody(http.StatusOK, deleted)
	if before.Load() != 2 || after.Load() != 1 {
		t.Errorf("before %d, after %d", before.Load(), after.Load())
	}
}

// Of several followers of one link one deletes.
func TestDeletionsAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var hooks atomic.Int32
		cfg := byMail
		s := newSite(t, cfg, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{deletions(func(context.Context, string) { hooks.Add(1) })}})
		c := s.SignedIn("a@example.com")
		c.Post("/delete-user", map[string]any{}).Want(http.StatusOK)
		link := "/delete-user/callback?token=" + s.Mail().Token
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			fork := c.Fork()
			wg.Go(func() {
				switch answer := fork.Get(link); answer.Status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusNotFound: // the token, or the session, is gone
				default:
					t.Errorf("%d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || hooks.Load() != 1 || s.exists("a@example.com") {
			t.Errorf("%d won, %d hooks", won.Load(), hooks.Load())
		}
	})
}

// Of several requests of one session one deletes, and calls the hooks.
func TestRequestsToDeleteAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var hooks, won atomic.Int32
		cfg := enabled
		cfg.DeleteUser.BeforeDelete = func(context.Context, *betterauth.User) error {
			hooks.Add(1)
			time.Sleep(20 * time.Millisecond) // for the others to come this far, if they may
			return nil
		}
		s := newSite(t, cfg, plugintest.Options{DB: db})
		c := s.SignedIn("a@example.com")
		var wg sync.WaitGroup
		for range 8 {
			fork := c.Fork()
			wg.Go(func() {
				switch answer := fork.Post("/delete-user", map[string]any{}); answer.Status {
				case http.StatusOK:
					won.Add(1)
				case http.StatusUnauthorized:
				default:
					t.Errorf("%d %s", answer.Status, answer.Body)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || hooks.Load() != 1 || s.exists("a@example.com") {
			t.Errorf("%d won, %d hooks", won.Load(), hooks.Load())
		}
	})
}

// A copy of a revoked session in a cookie follows no link.
func TestRevokedSessionDeletesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, byMail, plugintest.Options{Config: betterauth.Config{
		Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
	c := s.SignedIn("a@example.com")
	c.Post("/delete-user", map[string]any{}).Want(http.StatusOK)
	if n, err := s.Host.Sessions().RevokeAll(t.Context(), c.User.ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if cached := string(c.Get("/get-session").Body); cached == "null" {
		t.Fatal("the cache does not hold the session this test is about")
	}
	c.Get(s.Route(s.Mail())).WantError(account.ErrNoUserInfo)
}

// Signing in while the user is deleted leaves no session.
func TestSignInWhileDeleting(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, enabled, plugintest.Options{DB: db})
		c := s.SignedIn("a@example.com")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, _ = s.Auth.CreateSession(t.Context(), c.User.ID, betterauth.SignIn{Method: "test"})
			})
		}
		c.Post("/delete-user", map[string]any{}).WantBody(http.StatusOK, deleted)
		wg.Wait()
		if n, err := plugintest.StoreOf[betterauth.Session](s.Kit).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d sessions of nobody, %v", n, err)
		}
	})
}

func TestPasswordGuessesAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t, enabled, plugintest.Options{RateLimited: true})
	c := s.SignedIn("a@example.com")
	s.link(c.User, "credential")
	for range 3 {
		c.Post("/delete-user", map[string]any{"password": "wrong"}).WantError(account.ErrInvalidPassword)
	}
	c.Post("/delete-user", map[string]any{"password": "password1234"}).WantError(betterauth.ErrTooManyRequests)
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Setenv("BETTER_AUTH_URL", "")
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{account.New(byMail)}, NoMailer: true})
	if err == nil || !strings.Contains(err.Error(), "Config.Mailer") {
		t.Errorf("mail without a mailer: %v", err)
	}
	cfg := byMail
	cfg.DeleteUser.TokenTTL = -1
	_, err = betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate}).
		Database(plugintest.New(t).DB).Plugin(account.New(cfg)).Build(t.Context())
	for _, want := range []string{"BaseURL", "TokenTTL"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build said %v, nothing of %s", err, want)
		}
	}
}
