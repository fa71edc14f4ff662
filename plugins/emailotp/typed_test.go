package emailotp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// spellings of a code that are that code. One with a hyphen has letters.
var spellings = map[string]func(code string) string{
	"as mailed":   strings.Clone,
	"grouped":     func(code string) string { return code[:3] + " " + code[3:] },
	"copied":      func(code string) string { return "\u00a0" + code[:3] + "\u200b" + code[3:] + "\ufeff\n" },
	"hyphened":    func(code string) string { return code[:3] + "–" + code[3:] },
	"no hyphens":  func(code string) string { return strings.ReplaceAll(code, "-", "") },
	"other case":  strings.ToLower,
	"full-width":  fullWidth,
	"three kinds": func(code string) string { return " " + fullWidth(code[:4]) + "ー" + code[4:] },
}

func fullWidth(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return r
		}
		return r - '!' + '！'
	}, code)
}

// Every operation that takes a code takes it as people type it, in every form in
// which codes are kept, and a right one that is spelt otherwise is no wrong one: the
// only attempt there is is still there.
func TestCodesAsTyped(t *testing.T) {
	t.Parallel()
	swap := func(_ context.Context, text string) (string, error) {
		return strings.Map(func(r rune) rune { return r ^ 1 }, text), nil
	}
	letters := func(context.Context, string, emailotp.Type) (string, error) { return "WDJB-42", nil }
	for name, cfg := range map[string]emailotp.Config{
		"plain":        {},
		"encrypted":    {Storage: betterauth.CodesEncrypted()},
		"hashed":       {Storage: betterauth.CodesHashed()},
		"own hash":     {Storage: betterauth.CodesHashedBy(func(_ context.Context, code string) (string, error) { return "own:" + code, nil })},
		"own cipher":   {Storage: betterauth.CodesEncryptedBy(swap, swap)},
		"with letters": {GenerateCode: letters},
		"own and hash": {GenerateCode: letters, Storage: betterauth.CodesHashed()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.AllowedAttempts = 1
			cfg.ChangeEmail = emailotp.ChangeEmailConfig{Enabled: true, VerifyCurrentEmail: true}
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newSite(t, cfg, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
				for spelling, as := range spellings {
					s.useEverywhere(spelling, as)
				}
			})
		})
	}
}

// useEverywhere uses a code in each operation.
func (s *site) useEverywhere(name string, as func(string) string) {
	s.t.Helper()
	const email, newEmail = "ada@example.com", "countess@example.com"
	ok := func(a *plugintest.Answer) {
		s.t.Helper()
		if a.Status != http.StatusOK {
			s.t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	ok(s.signIn(email, as(s.code(email, emailotp.TypeSignIn)))) // up, the first time
	c := s.Client()
	code := s.code(email, emailotp.TypeForgetPassword)
	ok(c.Post("/email-otp/check-verification-otp", members{"email": email, "type": emailotp.TypeForgetPassword, "otp": as(code)}))
	ok(c.Post("/email-otp/reset-password", members{"email": email, "otp": as(code), "password": "correct horse battery"}))
	ok(c.Post("/email-otp/verify-email", members{"email": email, "otp": as(s.code(email, emailotp.TypeEmailVerification))}))

	c = s.SignedInAs(s.User(email))
	current := s.code(email, emailotp.TypeEmailVerification)
	ok(c.Post("/email-otp/request-email-change", members{"newEmail": newEmail, "otp": as(current)}))
	ok(c.Post("/email-otp/change-email", members{"newEmail": newEmail, "otp": as(s.Mail().Code)}))
	if _, err := s.Users().Delete(s.t.Context(), database.Eq("email", newEmail)); err != nil {
		s.t.Fatal(err)
	}
}
