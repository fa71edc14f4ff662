package twofactor_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestNewBackupCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	ask := map[string]any{"password": password}
	c := s.signedUp()
	c.Post("/two-factor/generate-backup-codes", ask).WantError(twofactor.ErrNotEnabled)
	c.Post("/two-factor/enable", map[string]any{"password": password, "method": "otp"}).Want(http.StatusOK)
	c.Post("/two-factor/generate-backup-codes", ask).WantError(twofactor.ErrNotEnabled)
	verify(c, "backup-code", "x").WantError(twofactor.ErrBackupCodesNotEnabled)
	if _, err := s.plugin.BackupCodes(t.Context(), s.user().ID); !errors.Is(err, twofactor.ErrBackupCodesNotEnabled) {
		t.Errorf("codes of a user without any: %v", err)
	}
	a, old := s.begun(c)
	verify(c, "totp", a.code(0)).Want(http.StatusOK)
	var got twofactor.BackupCodesAnswer
	c.Post("/two-factor/generate-backup-codes", ask).Want(http.StatusOK).Into(&got)
	if !got.Status || len(got.BackupCodes) != 10 {
		t.Errorf("answered %+v", got)
	}
	verify(s.challenged(), "backup-code", old[0]).WantError(twofactor.ErrInvalidBackupCode)
	verify(s.challenged(), "backup-code", got.BackupCodes[9]).Want(http.StatusOK)
	left, err := s.plugin.BackupCodes(t.Context(), s.user().ID)
	if err != nil || strings.Join(left, " ") != strings.Join(got.BackupCodes[:9], " ") {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestBackupCodeConfig(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cfg    twofactor.BackupConfig
		amount int
		length int
		plain  bool
	}{
		{twofactor.BackupConfig{}, 10, 11, false},
		{twofactor.BackupConfig{Amount: 3, Length: 16, Storage: betterauth.CodesPlain()}, 3, 17, true},
		{twofactor.BackupConfig{Generate: func() ([]string, error) { return []string{"open sesame"}, nil }}, 1, 11, false},
	} {
		s := newSite(t, twofactor.Config{Backup: test.cfg}, plugintest.Options{})
		_, _, codes := s.enrolled()
		if len(codes) != test.amount || len(codes[0]) != test.length {
			t.Errorf("codes %v", codes)
		}
		row, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Get(t.Context(), database.Eq("userId", s.user().ID))
		if err != nil || strings.Contains(row.BackupCodes, codes[0]) != test.plain {
			t.Errorf("stored as %s, %v", row.BackupCodes, err)
		}
		verify(s.challenged(), "backup-code", codes[0]).Want(http.StatusOK)
		verify(s.challenged(), "backup-code", codes[0]).WantError(twofactor.ErrInvalidBackupCode)
	}
}

// Without a session wanted, a code is used up and nobody signed in.
func TestBackupCodeWithoutSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	in, _, codes := s.enrolled()
	c := s.challenged()
	answer := c.Post("/two-factor/verify-backup-code", map[string]any{"code": codes[0], "disableSession": true}).Want(http.StatusOK)
	if strings.Contains(string(answer.Body), "token") || answer.SetCookie(cookieSession) != nil {
		t.Errorf("answered %s", answer.Body)
	}
	s.wantSession(c, false)
	verify(c, "backup-code", codes[1]).WantError(twofactor.ErrInvalidCookie)
	answer = in.Post("/two-factor/verify-backup-code", map[string]any{"code": codes[1], "disableSession": true}).Want(http.StatusOK)
	if !strings.Contains(string(answer.Body), `{"token":"`) {
		t.Errorf("answered %s", answer.Body)
	}
	verify(in, "backup-code", codes[1]).WantError(twofactor.ErrInvalidBackupCode)
	verify(in, "backup-code", codes[2]).Want(http.StatusOK)
}

// A server that shares the database does not wait for the user's row: what it
// used up in the meantime is not brought back.
func TestBackupCodesChangedMeanwhile(t *testing.T) {
	t.Parallel()
	codes := []string{"first-code", "second-code"}
	var s *site
	armed := true
	s = newSite(t, twofactor.Config{Backup: twofactor.BackupConfig{
		Storage: betterauth.CodesPlain(), Generate: func() ([]string, error) { return codes, nil },
	}}, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "meanwhile", RowHooks: []database.Hooks{
		database.RowHooks[betterauth.Verification]{BeforeDelete: func(ctx context.Context, row *betterauth.Verification) error {
			// The try is being taken, so the codes have been read.
			if !armed || !strings.HasPrefix(row.Identifier, "2fa-attempts-") {
				return nil
			}
			armed = false
			_, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Update(ctx, database.Set{"backupCodes": `["second-code"]`}, database.NotNull("userId"))
			return err
		}},
	}}}})
	s.enrolled()
	c := s.challenged()
	answer := verify(c, "backup-code", codes[0]).WantBody(http.StatusConflict, `{"message":"Failed to verify backup code. Please try again."}`)
	if answer.SetCookie(cookieSession) != nil {
		t.Error("signed in all the same")
	}
	verify(c, "backup-code", codes[0]).Want(http.StatusOK)
}

// What is stored and cannot be read is a failure of ours that counts for nothing.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	_, _, _ = s.enrolled()
	store := plugintest.StoreOf[twofactor.Enrolment](s.Kit)
	if _, err := store.Update(t.Context(), database.Set{"secret": "broken", "backupCodes": "broken"}, database.Eq("userId", s.user().ID)); err != nil {
		t.Fatal(err)
	}
	c := s.challenged()
	for range 7 {
		verify(c, "totp", "123456").WantError(betterauth.ErrInternal)
		verify(c, "backup-code", "123456").WantError(betterauth.ErrInternal)
	}
	row, err := store.Get(t.Context(), database.Eq("userId", s.user().ID))
	if err != nil || row.FailedVerificationCount == nil || *row.FailedVerificationCount != 0 {
		t.Errorf("counted %v, %v", row.FailedVerificationCount, err)
	}
}
