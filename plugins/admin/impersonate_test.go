package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

const (
	sessionCookie = "better-auth.session_token"
	adminCookie   = "better-auth.admin_session"
	forgetCookie  = "better-auth.dont_remember"
)

func TestImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		c.Post("/admin/stop-impersonating", nil).WantBody(http.StatusBadRequest, `{"message":"You are not impersonating anyone"}`)
		answer := c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
		if ck := answer.SetCookie(sessionCookie); ck.MaxAge != 0 || !ck.Expires.IsZero() || answer.SetCookie(forgetCookie) == nil {
			t.Errorf("cookies %v", answer.Cookies)
		}
		if ck := answer.SetCookie(adminCookie); ck.MaxAge != 7*24*3600 || !ck.HttpOnly || !strings.HasPrefix(ck.Value, c.Session.Token+"%3A.") {
			t.Errorf("cookie %v", ck)
		}
		if body := string(answer.Body); !strings.Contains(body, `"impersonatedBy":"`+c.User.ID+`"`) || !strings.Contains(body, `"expiresAt":"2026-01-02T04:04:05.000Z"`) {
			t.Errorf("%s", body)
		}
		if whose(c) != "user@example.com" {
			t.Errorf("as %s", whose(c))
		}
		c.Get("/admin/list-users").WantError(admin.ErrListUsers)
		if list := string(other.Get("/list-sessions").Want(http.StatusOK).Body); strings.Contains(list, c.User.ID) {
			t.Errorf("the user sees %s", list)
		}
		if body := string(c.Post("/admin/stop-impersonating", nil).Want(http.StatusOK).Body); !strings.Contains(body, c.Session.Token) {
			t.Errorf("%s", body)
		}
		if whose(c) != "admin@example.com" || c.Cookie(adminCookie) != "" || s.live(database.NotNull("impersonatedBy")) != 0 {
			t.Errorf("back as %s", whose(c))
		}
	})
}

// The hour is an hour, also for whoever leaves out the cookie that says not to
// prolong the session.
func TestImpersonationIsNotProlonged(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{ImpersonationDuration: 10 * time.Minute}, plugintest.Options{})
	c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
	c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
	session, err := s.sessions.Get(t.Context(), database.NotNull("impersonatedBy"))
	if err != nil {
		t.Fatal(err)
	}
	bare := s.Client()
	bare.SetCookie(sessionCookie, session.Token+"."+s.Host.Sign(session.Token))
	s.Clock.Advance(9 * time.Minute)
	if whose(bare) != "user@example.com" {
		t.Fatal("ended early")
	}
	s.Clock.Advance(time.Minute)
	if whose(bare) != "" {
		t.Error("the session was prolonged")
	}
}

// The way back leads to a live session of the same administrator alone.
func TestWayBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, other, third := s.as("admin", "admin@example.com"), s.as("", "user@example.com"), s.as("admin", "third@example.com")
	own := c.Session.Token
	c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
	const lost = `{"message":"Failed to find admin session"}`
	signed := func(value string) string { return value + "." + s.Host.Sign(value) }
	for name, value := range map[string]string{
		"forged": own + ":." + s.Host.Sign("x"), "unsigned": own + ":", "the session's own cookie": signed(own), "somebody else's": signed(third.Session.Token + ":"),
		"the user's": signed(other.Session.Token + ":"), "nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			f := c.Fork()
			f.SetCookie(adminCookie, value)
			f.Post("/admin/stop-impersonating", nil).WantBody(http.StatusBadRequest, lost)
			if whose(f) != "user@example.com" {
				t.Errorf("as %s", whose(f))
			}
		})
	}
	if _, err := s.Host.Sessions().Revoke(t.Context(), c.User.ID, own); err != nil {
		t.Fatal(err)
	}
	c.Post("/admin/stop-impersonating", nil).WantBody(http.StatusBadRequest, lost)
}

// Whoever was not remembered is not remembered afterwards either.
func TestWayBackRemembers(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
	back := func() *plugintest.Answer {
		c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
		return c.Post("/admin/stop-impersonating", nil).Want(http.StatusOK)
	}
	if answer := back(); answer.SetCookie(sessionCookie).MaxAge != 7*24*3600 || c.Cookie(forgetCookie) != "" {
		t.Errorf("cookies %v", answer.Cookies)
	}
	c.SetCookie(forgetCookie, "true."+s.Host.Sign("true"))
	if answer := back(); answer.SetCookie(sessionCookie).MaxAge != 0 || c.Cookie(forgetCookie) == "" {
		t.Errorf("cookies %v", answer.Cookies)
	}
}

// An impersonation ends with what allowed it.
func TestImpersonationEndsWithItsReason(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *site, id string) error{
		"ban":    func(s *site, id string) error { _, err := s.admin.Ban(t.Context(), id, "", nil); return err },
		"role":   func(s *site, id string) error { _, err := s.admin.SetRoles(t.Context(), id, "user"); return err },
		"revoke": func(s *site, id string) error { _, err := s.admin.RevokeSessions(t.Context(), id); return err },
		"remove": func(s *site, id string) error { return s.admin.Remove(t.Context(), id) },
		"delete": func(s *site, id string) error {
			_, err := s.Users().Delete(t.Context(), database.Eq("id", id))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, admin.Config{}, plugintest.Options{})
			c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
			c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
			if _, err := s.admin.SetRoles(t.Context(), c.User.ID, "user", "admin"); err != nil || whose(c) != "user@example.com" {
				t.Fatalf("%v, as %s", err, whose(c))
			}
			if err := end(s, c.User.ID); err != nil {
				t.Fatal(err)
			}
			if whose(c) != "" || whose(other) != "user@example.com" {
				t.Errorf("as %q, the user as %q", whose(c), whose(other))
			}
		})
	}
}

func TestWhoCannotBeImpersonated(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, other := s.as("admin", "admin@example.com"), s.as("user,admin", "second@example.com")
	answer := c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).WantError(admin.ErrImpersonateAdmins)
	if len(answer.Cookies) > 0 {
		t.Errorf("cookies %v", answer.Cookies)
	}
	banned := s.as("", "banned@example.com").User.ID
	if _, err := s.admin.Ban(t.Context(), banned, "", nil); err != nil {
		t.Fatal(err)
	}
	if answer := c.Post("/admin/impersonate-user", object{"userId": banned}).WantError(admin.ErrBannedUser); len(answer.Cookies) > 0 {
		t.Errorf("cookies %v", answer.Cookies)
	}
	c.Post("/admin/impersonate-user", object{"userId": "nobody"}).WantError(betterauth.ErrUserNotFound)
	if whose(c) != "admin@example.com" {
		t.Errorf("as %s", whose(c))
	}
	allowing := newSite(t, admin.Config{AllowImpersonatingAdmins: true}, plugintest.Options{})
	c, other = allowing.as("admin", "admin@example.com"), allowing.as("admin", "second@example.com")
	c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
}
