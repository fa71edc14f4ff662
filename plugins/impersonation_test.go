package plugins_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/go-json-experiment/json/jsontext"
)

// What an administrator does in a user's place does not outlive the impersonation:
// nothing that opens the account is added, by whatever plugin.
func TestNothingIsAddedInAnImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newEndingsSite(t, db).with(t)
		c := s.admin()
		c.Post("/admin/impersonate-user", map[string]any{"userId": s.ada.ID}).Want(http.StatusOK)
		if !s.is(c) {
			t.Fatal("she is not impersonated")
		}
		before := s.Rows()
		response, err := s.authenticator().Create(c.Get("/passkey/generate-register-options").Want(http.StatusOK).Body, passkeytest.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for path, body := range map[string]map[string]any{
			"/passkey/verify-registration":    {"response": jsontext.Value(response)},
			"/api-key/create":                 {"name": "k", "configId": "default"},
			"/change-password":                {"currentPassword": s.password, "newPassword": "the next password"},
			"/change-email":                   {"newEmail": "new@example.com"},
			"/email-otp/request-email-change": {"newEmail": "new@example.com"},
			"/two-factor/enable":              {"password": s.password},
			"/two-factor/disable":             {"password": s.password},
			"/delete-user":                    {},
		} {
			c.Post(path, body).WantError(admin.ErrWhileImpersonating)
		}
		if mails := s.Mails(); len(mails) > 0 {
			t.Errorf("mailed %v", mails[0])
		}
		for table, rows := range s.Rows() {
			if table != "verification" && len(rows) != len(before[table]) {
				t.Errorf("%s has %d rows, before %d", table, len(rows), len(before[table]))
			}
		}
		// It still bears its mark and ends when it would.
		var id betterauth.Identity
		c.Get("/get-session").Into(&id)
		if life := id.Session.ExpiresAt.Sub(s.Clock.Now()); life > time.Hour {
			t.Errorf("it lasts %v", life)
		}
	})
}

// An impersonation is no fresher than the session that it was begun from.
func TestImpersonationIsAsOldAsItsAdministrator(t *testing.T) {
	t.Parallel()
	s := newEndingsSite(t, databasetest.SQLiteMemory(t)).with(t)
	c := s.admin()
	s.Clock.Advance(25 * time.Hour)
	c.Post("/admin/impersonate-user", map[string]any{"userId": s.ada.ID}).Want(http.StatusOK)
	c.Get("/list-sessions").WantError(betterauth.ErrSessionNotFresh)
}
