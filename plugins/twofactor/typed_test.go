package twofactor_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// Every kind of code is taken as people type it, in every form in which codes are
// kept. The first wrong one would lock the account: spelling is no wrong code.
func TestCodesAsTyped(t *testing.T) {
	t.Parallel()
	reversed := func(_ context.Context, text string) (string, error) {
		return strings.Map(func(r rune) rune { return r ^ 1 }, text), nil
	}
	for name, cfg := range map[string]twofactor.Config{
		"plain": {Backup: twofactor.BackupConfig{Storage: betterauth.CodesPlain()}},
		"encrypted": {OTP: twofactor.OTPConfig{Storage: betterauth.CodesEncrypted()},
			Backup: twofactor.BackupConfig{Storage: betterauth.CodesEncrypted()}},
		"hashed": {OTP: twofactor.OTPConfig{Storage: betterauth.CodesHashed()}},
		"own hash": {OTP: twofactor.OTPConfig{Storage: betterauth.CodesHashedBy(func(_ context.Context, code string) (string, error) { return "own:" + code, nil })},
			Backup: twofactor.BackupConfig{Generate: func() ([]string, error) { return []string{"correct-horse-battery", "WDJB-MJHT"}, nil }}},
		"own cipher": {OTP: twofactor.OTPConfig{Storage: betterauth.CodesEncryptedBy(reversed, reversed)},
			Backup: twofactor.BackupConfig{Storage: betterauth.CodesEncryptedBy(reversed, reversed)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Lockout.Attempts, cfg.OTP.Attempts, cfg.OTP.Enabled = 1, 1, true
			cfg.Backup.Amount = 20
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newSite(t, cfg, plugintest.Options{DB: db})
				_, app, codes := s.enrolled()
				for spelling, as := range map[string]func(code string) string{
					"grouped":     func(code string) string { return code[:3] + " " + code[3:] },
					"copied":      func(code string) string { return "\u00a0" + code[:3] + "\u200b" + code[3:] + "\ufeff\n" },
					"hyphened":    func(code string) string { return code[:3] + "–" + code[3:] },
					"no hyphens":  func(code string) string { return strings.ReplaceAll(code, "-", "") },
					"with blanks": func(code string) string { return strings.ReplaceAll(code, "-", " ") },
					"full-width":  fullWidth,
				} {
					pass := func(kind string, c *plugintest.Client, code string) {
						t.Helper()
						if a := verify(c, kind, as(code)); a.Status != http.StatusOK {
							t.Errorf("%s %s: %d %s", spelling, kind, a.Status, a.Body)
						}
						s.wantSession(c, true)
					}
					s.Clock.Advance(2 * time.Minute)
					pass("totp", s.challenged(), app.code(0))
					c := s.challenged()
					pass("otp", c, s.mailed(c))
					if len(codes) > 0 {
						pass("backup-code", s.challenged(), codes[0])
						codes = codes[1:]
					}
				}
				if cfg.Backup.Generate == nil { // ours have letters of both cases
					for _, code := range codes {
						if strings.ToUpper(code) != code && strings.ToLower(code) != code {
							verify(s.challenged(), "backup-code", swapCase(code)).WantError(twofactor.ErrInvalidBackupCode)
							break
						}
					}
				}
			})
		})
	}
}

// swapCase is another code where that has letters of both cases.
func swapCase(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, code)
}

func fullWidth(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return r
		}
		return r - '!' + '！'
	}, code)
}

// A row of a server that shares the database is read by the application's functions,
// and one that they cannot read is a failure, never a wrong code.
func TestOwnCipherThatFails(t *testing.T) {
	t.Parallel()
	failing := false
	cipher := func(_ context.Context, text string) (string, error) {
		if failing {
			return "", context.DeadlineExceeded
		}
		return text, nil
	}
	s := newSite(t, twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true, Storage: betterauth.CodesEncryptedBy(cipher, cipher)},
		Backup: twofactor.BackupConfig{Storage: betterauth.CodesEncryptedBy(cipher, cipher)}}, plugintest.Options{})
	_, _, codes := s.enrolled()
	c := s.challenged()
	code := s.mailed(c)
	failing = true
	verify(c, "otp", code).Want(http.StatusInternalServerError)
	verify(c, "backup-code", codes[0]).Want(http.StatusInternalServerError)
	failing = false
	verify(c.Fork(), "otp", code).Want(http.StatusOK)
	verify(s.challenged(), "backup-code", codes[0]).Want(http.StatusOK)
}
