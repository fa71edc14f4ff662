package admin_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

func TestBan(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{BannedUserMessage: "Out."}, plugintest.Options{DB: db})
		c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		id := other.User.ID
		c.Post("/admin/ban-user", object{"userId": c.User.ID}).WantError(admin.ErrBanYourself)
		c.Post("/admin/update-user", object{"userId": c.User.ID, "data": object{"banned": true}}).WantError(admin.ErrBanYourself)
		answer := c.Post("/admin/ban-user", object{"userId": id, "banExpiresIn": 60})
		if body := string(answer.Want(http.StatusOK).Body); !strings.Contains(body, `"banned":true,"banReason":"No reason","banExpires":"2026-01-02T03:05:05.000Z"`) {
			t.Errorf("%s", body)
		}
		if whose(other) != "" {
			t.Error("the session goes on")
		}
		refused := s.Client().Post("/sign-in/email", signIn("user@example.com"))
		if refused.WantError(admin.ErrBannedUser); !strings.Contains(string(refused.Body), `"Out."`) || len(refused.Cookies) > 0 {
			t.Errorf("%s %v", refused.Body, refused.Cookies)
		}
		s.Clock.Advance(time.Minute)
		s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(admin.ErrBannedUser)
		s.Clock.Advance(time.Second)
		s.Client().Post("/sign-in/email", signIn("user@example.com")).Want(http.StatusOK)
		user := s.user(id)
		banned, _ := admin.Banned.Get(user)
		_, reason := admin.BanReason.Get(user)
		if _, expires := admin.BanExpires.Get(user); banned || reason || expires {
			t.Error("an expired ban was not lifted")
		}
		c.Post("/admin/update-user", object{"userId": id, "data": object{"banned": true}}).Want(http.StatusOK)
		s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(admin.ErrBannedUser)
		if n := s.live(database.Eq("userId", id)); n != 0 {
			t.Errorf("%d sessions after a ban by update", n)
		}
		c.Post("/admin/unban-user", object{"userId": id}).Want(http.StatusOK)
		s.Client().Post("/sign-in/email", signIn("user@example.com")).Want(http.StatusOK)
	})
}

// What a banned user is told may be about them.
func TestBannedUserMessageFunc(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{BannedUserMessage: "Out.", BannedUserMessageFunc: func(_ context.Context, u *betterauth.User) (string, error) {
		reason, _ := admin.BanReason.Get(u)
		switch reason {
		case "quietly":
			return "", nil
		case "badly":
			return "", errors.New("secret cause")
		}
		return u.Email + ": " + reason, nil
	}}, plugintest.Options{})
	c, id := s.as("admin", "admin@example.com"), s.as("", "user@example.com").User.ID
	for reason, message := range map[string]string{"Spam": `"user@example.com: Spam"`, "quietly": `"Out."`} {
		c.Post("/admin/ban-user", object{"userId": id, "banReason": reason}).Want(http.StatusOK)
		answer := s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(admin.ErrBannedUser)
		if !strings.Contains(string(answer.Body), message) {
			t.Errorf("%s: %s", reason, answer.Body)
		}
	}
	c.Post("/admin/ban-user", object{"userId": id, "banReason": "badly"}).Want(http.StatusOK)
	answer := s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(betterauth.ErrInternal)
	if strings.Contains(string(answer.Body), "secret") || len(answer.Cookies) > 0 || s.live(database.Eq("userId", id)) != 0 {
		t.Errorf("%s, %v", answer.Body, answer.Cookies)
	}
}

func TestDefaultBan(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{DefaultBanReason: "Spam", DefaultBanDuration: time.Hour}, plugintest.Options{})
	id := s.as("", "user@example.com").User.ID
	user, err := s.admin.Ban(t.Context(), id, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	reason, _ := admin.BanReason.Get(user)
	if expires, _ := admin.BanExpires.Get(user); reason != "Spam" || !expires.Equal(s.Clock.Now().Add(time.Hour)) {
		t.Errorf("%s until %v", reason, expires)
	}
}

// duringSignIn is a gate that does something while a sign-in holds the user.
func duringSignIn(once *func()) betterauth.Plugin {
	return betterauth.Inline{ID: "during", Gates: []betterauth.SessionGate{{Name: "during", Check: func(*betterauth.Ctx, *betterauth.Attempt) error {
		if do := *once; do != nil {
			*once = nil
			do()
		}
		return nil
	}}}}
}

// A ban and a sign-in at the same time leave no session: neither when the ban
// comes after the password was found right, nor when it comes after the ban was
// asked about and waits for the sign-in, nor in any other order.
func TestBanAgainstSignIn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		hasher := &plugintest.SlowHasher{}
		var during func()
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{duringSignIn(&during)},
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hasher}}})
		id := s.as("", "user@example.com").User.ID
		ban := func() {
			if _, err := s.admin.Ban(t.Context(), id, "", nil); err != nil {
				t.Error(err)
			}
		}
		nobody := func(when string) {
			t.Helper()
			if n := s.live(database.Eq("userId", id)); n != 0 {
				t.Errorf("%s: %d sessions", when, n)
			}
			if _, err := s.admin.Unban(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		hasher.Meanwhile = ban
		s.Client().Post("/sign-in/email", signIn("user@example.com")).WantError(admin.ErrBannedUser)
		nobody("before")
		var wg sync.WaitGroup
		during = func() { wg.Go(ban) }
		s.Client().Post("/sign-in/email", signIn("user@example.com")).Want(http.StatusOK)
		wg.Wait()
		nobody("during")
		for range 10 {
			plugintest.AtOnce(4, func(i int) {
				if i == 0 {
					ban()
					return
				}
				if answer := s.With(t).Client().Post("/sign-in/email", signIn("user@example.com")); answer.Status != http.StatusOK {
					answer.WantError(admin.ErrBannedUser)
				}
			})
			nobody("at once")
		}
	})
}

// A ban of the administrator finds the impersonation that is just being made.
func TestBanAgainstImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var during func()
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{duringSignIn(&during)}})
		c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
		var wg sync.WaitGroup
		during = func() {
			wg.Go(func() {
				if _, err := s.admin.Ban(t.Context(), c.User.ID, "", nil); err != nil {
					t.Error(err)
				}
			})
		}
		c.Post("/admin/impersonate-user", object{"userId": other.User.ID}).Want(http.StatusOK)
		wg.Wait()
		if n := s.live(database.NotNull("impersonatedBy")); n != 0 || whose(c) != "" {
			t.Errorf("%d impersonations, as %q", n, whose(c))
		}
		if whose(other) != "user@example.com" {
			t.Error("the user's own session ended")
		}
	})
}
