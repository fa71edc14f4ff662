package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

const (
	sessionCookie = "better-auth.session_token"
	adminCookie   = "better-auth.admin_session"
	forgetCookie  = "better-auth.dont_remember"
)

func TestImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
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
	// The impersonation ended with the session that it was begun from.
	c.Post("/admin/stop-impersonating", nil).Want(http.StatusUnauthorized)
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

// An impersonation ends with the session it was begun from, however that ends: who
// revokes an administrator's sessions means what was begun from them.
func TestImpersonationEndsWithTheSessionItWasBegunFrom(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{account.New(account.Config{})}})
		other := s.as("", "user@example.com")
		for i, tt := range []struct {
			name string
			end  func(own, another *plugintest.Client) error
			ends bool
		}{
			{"sign-out", func(own, _ *plugintest.Client) error { own.Post("/sign-out", nil).Want(http.StatusOK); return nil }, true},
			{"revoked by the administrator elsewhere", func(own, another *plugintest.Client) error {
				another.Post("/revoke-session", object{"token": own.Session.Token}).Want(http.StatusOK)
				return nil
			}, true},
			{"all others revoked", func(_, another *plugintest.Client) error {
				another.Post("/revoke-other-sessions", nil).Want(http.StatusOK)
				return nil
			}, true},
			{"all revoked", func(_, another *plugintest.Client) error {
				another.Post("/revoke-sessions", nil).Want(http.StatusOK)
				return nil
			}, true},
			{"password changed", func(_, another *plugintest.Client) error {
				another.Post("/change-password", object{"currentPassword": password, "newPassword": "password12345", "revokeOtherSessions": true}).Want(http.StatusOK)
				return nil
			}, true},
			{"all revoked by the application", func(own, _ *plugintest.Client) error {
				_, err := s.Auth.Sessions().RevokeAll(t.Context(), own.User.ID)
				return err
			}, true},
			{"an older session of the administrator ends", func(own, _ *plugintest.Client) error {
				_, err := s.sessions.Delete(t.Context(), database.Eq("userId", own.User.ID), database.Lt("createdAt", own.Session.CreatedAt))
				return err
			}, false},
			{"sessions of others end", func(*plugintest.Client, *plugintest.Client) error {
				_, err := s.sessions.Delete(t.Context(), database.Eq("userId", other.User.ID), database.IsNull("impersonatedBy"))
				return err
			}, false},
		} {
			another := s.as("admin", fmt.Sprintf("admin%d@example.com", i))
			s.Clock.Advance(time.Minute)
			own := s.SignedInAs(another.User)
			acting := own.Fork()
			acting.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
			s.Clock.Advance(time.Minute)
			if err := tt.end(own, another); err != nil {
				t.Fatal(err)
			}
			if lives := whose(acting) == "user@example.com"; lives == tt.ends {
				t.Errorf("%s: the impersonation lives: %v", tt.name, lives)
			}
		}
	})
}

// Nor does an impersonation outlive the token of that session, its time, or the role
// that somebody writes by themselves.
func TestImpersonationOutlivesNothing(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{account.New(account.Config{})}})
		other := s.as("", "user@example.com")
		for i, tt := range []struct {
			name        string
			before, end func(own *plugintest.Client) error
		}{
			{"another token", nil, func(own *plugintest.Client) error {
				own.Post("/change-password", object{"currentPassword": password, "newPassword": "password12345", "revokeOtherSessions": true}).Want(http.StatusOK)
				return nil
			}},
			{"expiry", func(own *plugintest.Client) error {
				_, err := s.sessions.Update(t.Context(), database.Set{"expiresAt": s.Clock.Now().Add(time.Minute)}, database.Eq("id", own.Session.ID))
				return err
			}, func(*plugintest.Client) error { s.Clock.Advance(2 * time.Minute); return nil }},
			{"a role that is taken away in a transaction with the sessions", nil, func(own *plugintest.Client) error {
				return s.DB.Transaction(t.Context(), func(ctx context.Context) error {
					if _, err := s.Users().Update(ctx, database.Set{"role": "user"}, database.Eq("id", own.User.ID)); err != nil {
						return err
					}
					_, err := s.Auth.Sessions().RevokeAll(ctx, own.User.ID)
					return err
				})
			}},
		} {
			own := s.as("admin", fmt.Sprintf("admin%d@example.com", i))
			if tt.before != nil {
				if err := tt.before(own); err != nil {
					t.Fatal(err)
				}
			}
			acting := own.Fork()
			acting.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
			if whose(acting) != "user@example.com" {
				t.Fatalf("%s: not impersonated", tt.name)
			}
			if err := tt.end(own); err != nil {
				t.Fatal(err)
			}
			if whose(acting) != "" {
				t.Errorf("%s: the impersonation lives", tt.name)
			}
		}
	})
}

// Of a sign-out and an impersonation at once none leaves the impersonation alone.
func TestSignOutAgainstImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		other := s.as("", "user@example.com")
		for i := range 8 {
			own := s.as("admin", fmt.Sprintf("admin%d@example.com", i))
			acting := own.Fork()
			plugintest.AtOnce(2, func(i int) {
				if i == 0 {
					own.Post("/sign-out", nil).Want(http.StatusOK)
				} else {
					acting.Post("/admin/impersonate-user", object{"userId": other.User.ID})
				}
			})
			if n := s.live(database.Eq("impersonatedBy", own.User.ID)); n != 0 {
				t.Errorf("%d impersonations are left", n)
			}
		}
	})
}

// Two administrators who act in each other's place and are ended at once are ended
// both, and what they did.
func TestAdministratorsInEachOthersPlace(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{AllowImpersonatingAdmins: true}, plugintest.Options{DB: db})
		for i := range 8 {
			pair := [2]*plugintest.Client{s.as("admin", fmt.Sprintf("a%d@example.com", i)), s.as("admin", fmt.Sprintf("b%d@example.com", i))}
			var acting [2]*plugintest.Client
			for i, c := range pair {
				acting[i] = c.Fork()
				acting[i].Post("/admin/impersonate-user", object{"userId": pair[1-i].User.ID}).Want(http.StatusOK)
			}
			plugintest.AtOnce(2, func(i int) {
				if _, err := s.Auth.Sessions().RevokeAll(t.Context(), pair[i].User.ID); err != nil {
					t.Error(err)
				}
			})
			if n := s.live(); n != 0 || whose(acting[0])+whose(acting[1]) != "" {
				t.Errorf("%d sessions are left", n)
			}
		}
	})
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

// From within an impersonation nobody acts as a third person: neither as somebody
// whom the user may impersonate, nor as the administrator themself.
func TestImpersonationIsNotNested(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{AllowImpersonatingAdmins: true}, plugintest.Options{DB: db})
		c, second, user := s.as("admin", "admin@example.com"), s.as("admin", "second@example.com"), s.as("", "user@example.com")
		c.Post("/admin/impersonate-user", object{"userId": second.User.ID}).Want(http.StatusOK)
		for _, id := range []string{user.User.ID, c.User.ID, second.User.ID} {
			if answer := c.Post("/admin/impersonate-user", object{"userId": id}).WantError(admin.ErrImpersonate); len(answer.Cookies) > 0 {
				t.Errorf("cookies %v", answer.Cookies)
			}
		}
		if n := s.live(database.Eq("impersonatedBy", c.User.ID)); n != 1 || whose(c) != "second@example.com" {
			t.Errorf("%d sessions, as %s", n, whose(c))
		}
		c.Post("/admin/stop-impersonating", nil).Want(http.StatusOK)
		if whose(c) != "admin@example.com" {
			t.Errorf("back as %s", whose(c))
		}
	})
}

// No update of sessions moves the hour or the administrator of an impersonation,
// also where it is one row among others, nor makes one of a user's own session.
func TestImpersonationKeepsItsMark(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		theme := betterauth.NewField[string]("session", database.Column{Name: "theme"})
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{theme}}})
		c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
		s.Clock.Advance(time.Minute)
		get := func(where database.Cond) *betterauth.Session {
			t.Helper()
			session, err := s.sessions.Get(t.Context(), where)
			if err != nil {
				t.Fatal(err)
			}
			return session
		}
		marked, plain := get(database.NotNull("impersonatedBy")), get(database.Eq("id", other.Session.ID))
		later := s.Clock.Now().Add(24 * time.Hour)
		n, err := s.sessions.Update(t.Context(), database.Set{"expiresAt": later, "createdAt": later, "impersonatedBy": other.User.ID, "theme": "dark"},
			database.Eq("userId", other.User.ID))
		if n != 2 || err != nil {
			t.Fatalf("%d updated, %v", n, err)
		}
		now := get(database.Eq("id", marked.ID))
		by, _ := admin.ImpersonatedBy.Get(now)
		if !now.ExpiresAt.Equal(marked.ExpiresAt) || !now.CreatedAt.Equal(marked.CreatedAt) || by != c.User.ID {
			t.Errorf("%v to %v by %s", now.CreatedAt, now.ExpiresAt, by)
		}
		if got, _ := theme.Get(now); got != "dark" {
			t.Errorf("theme %q", got)
		}
		own := get(database.Eq("id", plain.ID))
		if _, impersonated := admin.ImpersonatedBy.Get(own); impersonated || own.ExpiresAt.After(plain.ExpiresAt) {
			t.Errorf("%+v", own)
		}
		// A session of the user's own moves as it always did.
		if _, err := s.sessions.UpdateOne(t.Context(), database.Set{"expiresAt": later}, database.Eq("id", plain.ID)); err != nil || !get(database.Eq("id", plain.ID)).ExpiresAt.Equal(later) {
			t.Errorf("%v", err)
		}
		c.Post("/update-session", object{"theme": "light"}).Want(http.StatusOK)
		for _, member := range []string{"impersonatedBy", "expiresAt", "createdAt", "token", "userId"} {
			c.Post("/update-session", object{"theme": "x", member: later})
			if now := get(database.Eq("id", marked.ID)); !now.ExpiresAt.Equal(marked.ExpiresAt) || !now.CreatedAt.Equal(marked.CreatedAt) || now.Token != marked.Token || now.UserID != marked.UserID {
				t.Errorf("%s: %+v", member, now)
			}
		}
	})
}

// Whoever is promoted while somebody acts as them, or whoever acts and is left
// with less, is not acted as any longer; other changes of roles change nothing.
func TestImpersonationEndsWhereItWouldNotBegin(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		r := &ranked{site: newSite(t, ranks(), plugintest.Options{DB: db})}
		for _, tt := range []struct {
			actor, target string
			change        func(actor, target string) (id, role string)
			ends          bool
		}{
			{"support", "user", func(_, target string) (string, string) { return target, "member" }, true},
			{"support", "user", func(_, target string) (string, string) { return target, "support" }, false},
			{"support", "user", func(actor, _ string) (string, string) { return actor, "support,user" }, false},
			{"support", "user", func(actor, _ string) (string, string) { return actor, "user" }, true},
			{"owner", "member", func(actor, _ string) (string, string) { return actor, "support" }, true},
			{"owner", "member", func(actor, _ string) (string, string) { return actor, "creator" }, false},
			{"named", "owner", func(actor, _ string) (string, string) { return actor, "member" }, false},
		} {
			actor, target := r.someone(tt.actor), r.someone(tt.target)
			c := r.SignedInAs(actor)
			c.Post("/admin/impersonate-user", object{"userId": target.ID}).Want(http.StatusOK)
			id, role := tt.change(actor.ID, target.ID)
			if _, err := r.admin.Update(t.Context(), id, database.Set{"role": role}); err != nil {
				t.Fatal(err)
			}
			if ended := whose(c) == ""; ended != tt.ends {
				t.Errorf("%s as %s, then %s: ended %v", tt.actor, tt.target, role, ended)
			}
		}
	})
}

// What an administrator does while they act as another one is told of them.
func TestEventsNameWhoActs(t *testing.T) {
	t.Parallel()
	by := ""
	listener := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(_ context.Context, e admin.UserBanned) error { by = e.By; return nil }),
	}}
	s := newSite(t, admin.Config{AllowImpersonatingAdmins: true}, plugintest.Options{Plugins: []betterauth.Plugin{listener}})
	c, second, user := s.as("admin", "admin@example.com"), s.as("admin", "second@example.com"), s.as("", "user@example.com")
	c.Post("/admin/impersonate-user", object{"userId": second.User.ID}).Want(http.StatusOK)
	c.Post("/admin/ban-user", object{"userId": user.User.ID}).Want(http.StatusOK)
	if by != c.User.ID {
		t.Errorf("by %s", by)
	}
}
