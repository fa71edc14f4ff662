package betterauth_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
)

type mailInput struct {
	To string `json:"to"`
}

// askingMailer is a plugin with an operation that mails without asking, as one may
// that knows nothing of limits, and one that asks.
type askingMailer struct{ host *betterauth.Host }

func (m *askingMailer) Init(_ context.Context, h *betterauth.Host) error {
	m.host = h
	return nil
}

func (m *askingMailer) Manifest() betterauth.Manifest {
	op := func(id, path string) betterauth.Operation {
		return betterauth.Operation{ID: id, Method: http.MethodPost, Path: path, Access: betterauth.Public}
	}
	return betterauth.Manifest{ID: "mailing", Endpoints: []betterauth.Endpoint{
		betterauth.Handle(op("mailBlindly", "/mail/blindly"), func(c *betterauth.Ctx, in mailInput) (betterauth.Status, error) {
			if _, err := c.Session(); err != nil && err != betterauth.ErrNoSession {
				return betterauth.Status{}, err
			}
			m.host.Mail(c, &betterauth.Message{Kind: "blind", To: in.To})
			return betterauth.Status{Status: true}, nil
		}),
		betterauth.Handle(op("mailPolitely", "/mail/politely"), func(c *betterauth.Ctx, in mailInput) (betterauth.Status, error) {
			may, err := m.host.MayMail(c, in.To)
			if err != nil || !may {
				return betterauth.Status{}, err
			}
			// Asking again for the same mail counts for nothing.
			if may, err = m.host.MayMail(c, strings.ToUpper(in.To)); err != nil || !may {
				return betterauth.Status{}, err
			}
			m.host.Mail(c, &betterauth.Message{Kind: "polite", To: in.To})
			return betterauth.Status{Status: true}, nil
		}),
	}}
}

// mailed counts what is sent of n requests.
func mailed(t *testing.T, kit *plugintest.Kit, c *plugintest.Client, path, to string, n int) int {
	t.Helper()
	for range n {
		c.Post(path, map[string]any{"to": to}).Want(http.StatusOK)
	}
	return len(kit.Mails())
}

// However a plugin mails, an address gets ten at once, of all plugins and
// clients together, and then one every three minutes.
func TestMailIsLimitedForEachAddress(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		kit, _ := guarded(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&askingMailer{}}})
		for _, path := range []string{"/mail/blindly", "/mail/politely"} {
			to := strings.ReplaceAll(path, "/", "") + "@example.com"
			if n := mailed(t, kit, from(kit, "203.0.113.1"), path, to, 7); n != 7 {
				t.Errorf("%s: %d of the first 7", path, n)
			}
			if n := mailed(t, kit, from(kit, "203.0.113.2"), path, strings.ToUpper(to), 7); n != 3 {
				t.Errorf("%s: %d more, want 3", path, n)
			}
			for _, step := range []struct {
				wait time.Duration
				want int
			}{{3*time.Minute - time.Millisecond, 0}, {time.Millisecond, 1}, {9 * time.Minute, 3}, {30 * time.Minute, 10}, {24 * time.Hour, 10}} {
				kit.Clock.Advance(step.wait)
				if n := mailed(t, kit, kit.Client(), path, to, 12); n != step.want {
					t.Errorf("%s: %d after %v, want %d", path, n, step.wait, step.want)
				}
			}
		}
		if n := mailed(t, kit, kit.Client(), "/mail/blindly", "other@example.com", 1); n != 1 {
			t.Error("another address gets nothing")
		}
		if log := kit.Log.String(); !strings.Contains(log, "mail was dropped") || strings.Contains(strings.ToLower(log), "blindly@example.com") {
			t.Error("the log does not say that mail was dropped, or to whom it was")
		}
		for _, row := range counters(t, kit) {
			if strings.Contains(row.Identifier+row.Value, "example") {
				t.Errorf("an address is stored: %s %s", row.Identifier, row.Value)
			}
		}
	})
}

// Of mails at once no more are sent, in however many processes.
func TestMailAtOnceIsLimited(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		one, _ := guarded(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&askingMailer{}}})
		other, _ := guarded(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&askingMailer{}}})
		var asked atomic.Int64
		plugintest.AtOnce(100, func(i int) {
			kit, path := one, "/mail/blindly"
			if i%2 == 1 {
				kit, path = other, "/mail/politely"
			}
			var answer betterauth.Status
			kit.Client().Post(path, map[string]any{"to": "a@example.com"}).Want(http.StatusOK).Into(&answer)
			if answer.Status && i%2 == 1 {
				asked.Add(1)
			}
		})
		politely, blindly := len(other.Mails()), len(one.Mails())
		if politely+blindly != 10 || int64(politely) != asked.Load() {
			t.Errorf("%d and %d mails, %d were asked for", blindly, politely, asked.Load())
		}
	})
}

// What others ask for takes nothing from who is signed in and asks for mail to
// themselves, nor from clients where they are.
func TestMailToOneself(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, path := range []string{"/mail/blindly", "/mail/politely"} {
			kit, _ := guarded(t, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{&askingMailer{}}})
			email := strings.ReplaceAll(path, "/", "") + "@example.com"
			user := signedUp(t, kit, email)
			owner := from(kit, "198.51.100.7")
			tryPassword(owner, email, rightPassword).Want(http.StatusOK)
			if n := mailed(t, kit, kit.Client(), path, email, 20); n != 10 {
				t.Errorf("%s: a flood of %d", path, n)
			}
			if n := mailed(t, kit, owner, path, email, 11); n != 10 {
				t.Errorf("%s: %d of one's own", path, n)
			}
			if n := mailed(t, kit, from(kit, "198.51.100.7"), path, email, 11); n != 10 {
				t.Errorf("%s: %d from where one is signed in", path, n)
			}
			if n := mailed(t, kit, from(kit, "198.51.100.8"), path, email, 1); n != 0 {
				t.Errorf("%s: %d from elsewhere", path, n)
			}
			// Who is signed in is somebody else to other addresses.
			if n := mailed(t, kit, kit.Client(), path, "other"+email, 10) + mailed(t, kit, owner, path, "other"+email, 1); n != 10 {
				t.Errorf("%s: %d to another address", path, n)
			}
			if _, err := kit.Auth.Sessions().RevokeAll(t.Context(), user); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Where mail cannot be counted nothing is sent, and who asks hears of it.
func TestMailLimitFailsClosed(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{Plugins: []betterauth.Plugin{&askingMailer{}}})
	if err := kit.DB.Close(); err != nil {
		t.Fatal(err)
	}
	kit.Client().Post("/mail/politely", map[string]any{"to": "a@example.com"}).WantError(betterauth.ErrInternal)
	kit.Client().Post("/mail/blindly", map[string]any{"to": "a@example.com"}).Want(http.StatusOK)
	if n := len(kit.Mails()); n != 0 {
		t.Errorf("%d mails", n)
	}
	if log := kit.Log.String(); !strings.Contains(log, "mail could not be sent") {
		t.Error("the log does not say so")
	}
}

func TestMailWithoutALimit(t *testing.T) {
	t.Parallel()
	kit, _ := guarded(t, plugintest.Options{
		Config:  betterauth.Config{MailLimit: betterauth.MailLimitConfig{Disabled: true}},
		Plugins: []betterauth.Plugin{&askingMailer{}},
	})
	for _, path := range []string{"/mail/blindly", "/mail/politely"} {
		if n := mailed(t, kit, kit.Client(), path, "a@example.com", 30); n != 30 {
			t.Errorf("%s: %d", path, n)
		}
	}
	few, _ := guarded(t, plugintest.Options{
		Config:  betterauth.Config{MailLimit: betterauth.MailLimitConfig{Max: 2, Window: time.Hour}},
		Plugins: []betterauth.Plugin{&askingMailer{}},
	})
	if n := mailed(t, few, few.Client(), "/mail/blindly", "a@example.com", 5); n != 2 {
		t.Errorf("%d, want 2", n)
	}
	few.Clock.Advance(30 * time.Minute)
	if n := mailed(t, few, few.Client(), "/mail/blindly", "a@example.com", 5); n != 1 {
		t.Errorf("%d, want 1", n)
	}
}
