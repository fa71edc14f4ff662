package twofactor_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// Somebody who is mailed their codes began with an app and never showed a code
// of it: neither the app nor its backup codes are offered or accepted, and no
// new backup codes are made.
func TestUnconfirmedAppOpensNothing(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, mailing(), plugintest.Options{DB: db})
		in := s.enrolledByMail()
		a, codes := s.begun(in)

		signIn(s.Client()).WantBody(http.StatusOK, `{"twoFactorRedirect":true,"twoFactorMethods":["otp"]}`)
		c := s.challenged()
		before := s.sessions()
		answer := verify(c, "backup-code", codes[0]).WantError(twofactor.ErrBackupCodesNotEnabled)
		if answer.SetCookie(cookieSession) != nil || s.sessions() != before {
			t.Error("a backup code of an app that was not confirmed signed in")
		}
		c.Post("/two-factor/verify-backup-code", map[string]any{"code": codes[0], "disableSession": true}).WantError(twofactor.ErrBackupCodesNotEnabled)
		verify(c, "totp", a.code(0)).WantError(twofactor.ErrTOTPNotEnabled)
		verify(in, "backup-code", codes[0]).WantError(twofactor.ErrBackupCodesNotEnabled)
		in.Post("/two-factor/generate-backup-codes", map[string]any{"password": password}).WantError(twofactor.ErrNotEnabled)

		// Nothing was used up or replaced, and what is offered works.
		left, err := s.plugin.BackupCodes(t.Context(), s.user().ID)
		if err != nil || len(left) != len(codes) || left[0] != codes[0] {
			t.Errorf("left are %v, %v; want %v", left, err, codes)
		}
		verify(c, "otp", s.mailed(c)).Want(http.StatusOK)
		s.wantSession(c, true)

		// The first code of the app makes its backup codes good.
		verify(in, "totp", a.code(0)).Want(http.StatusOK)
		verify(s.challenged(), "backup-code", codes[0]).Want(http.StatusOK)
		in.Post("/two-factor/generate-backup-codes", map[string]any{"password": password}).Want(http.StatusOK)
	})
}

// A row that another server wrote as not confirmed leaves its user without a
// second step to pass, not without one to be asked for.
func TestUnconfirmedAppAlone(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{Backup: twofactor.BackupConfig{Storage: betterauth.CodesPlain()}}, plugintest.Options{DB: db})
		s.stored("user1", email, "sealed", `["open-sesame"]`, new(bool))
		signIn(s.Client()).WantBody(http.StatusOK, `{"twoFactorRedirect":true,"twoFactorMethods":[]}`)
		c := s.challenged()
		verify(c, "backup-code", "open-sesame").WantError(twofactor.ErrBackupCodesNotEnabled)
		verify(c, "totp", "123456").WantError(twofactor.ErrTOTPNotEnabled)
		s.wantSession(c, false)
	})
}

// While an account is locked nobody is mailed a code for it: whoever has the
// password could fill its owner's mailbox.
func TestLockedAccountIsSentNoCodes(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		for name, enrol := range map[string]func(s *site) *plugintest.Client{
			"an app":       func(s *site) *plugintest.Client { in, _, _ := s.enrolled(); return in },
			"mailed codes": (*site).enrolledByMail,
		} {
			s := newSite(t, mailing(), plugintest.Options{DB: db})
			in := enrol(s)
			waiting := s.challenged()
			for range 10 {
				c := s.challenged()
				verify(c, "otp", another(s.mailed(c))).WantError(twofactor.ErrInvalidCode)
			}
			values := func() []string { return s.Rows()["verification"] }
			challenged := s.challenged()
			before := values()
			for _, c := range []*plugintest.Client{waiting, challenged} {
				c.Post("/two-factor/send-otp", nil).WantError(twofactor.ErrLocked)
			}
			if mails, after := s.Mails(), values(); len(mails) != 0 || len(after) != len(before) {
				t.Errorf("%s: %d mails, %d values stored, before %d", name, len(mails), len(after), len(before))
			}
			// Whoever is signed in guesses nothing and is not locked out.
			s.mailed(in)
			s.Clock.Advance(15*time.Minute + time.Second)
			c := s.challenged()
			verify(c, "otp", s.mailed(c)).Want(http.StatusOK)
			if _, err := s.Users().Delete(t.Context(), database.Eq("email", email)); err != nil && !errors.Is(err, database.ErrNotFound) {
				t.Fatal(err)
			}
		}
	})
}
