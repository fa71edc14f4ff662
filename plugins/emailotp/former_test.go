package emailotp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// former stores a code as TypeScript 1.7.5 did for a change of address.
func (s *site) former(email, newEmail, code string) {
	s.t.Helper()
	if _, err := s.Host.Verifications().Create(s.t.Context(), "change-email-otp-"+email+"-"+newEmail, code+":0", time.Minute); err != nil {
		s.t.Fatal(err)
	}
}

// A code that TypeScript 1.7.5 mailed changes the address, once, until it expires.
func TestCodesOfTypeScript175(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, changing(false), plugintest.Options{DB: db})
		c := s.SignedIn("ann-b@example.com")
		change := func(c *plugintest.Client, email, code string) *plugintest.Answer {
			return c.Post("/email-otp/change-email", members{"newEmail": email, "otp": code})
		}
		s.former("ann-b@example.com", "new-a@example.com", "123456")
		change(s.SignedIn("bob@example.com"), "new-a@example.com", "123456").WantError(emailotp.ErrInvalid)
		for range 2 {
			change(c, "new-a@example.com", "654321").WantError(emailotp.ErrInvalid)
		}
		change(c, "new-a@example.com", "123456").WantBody(http.StatusOK, done)
		if user := s.User("new-a@example.com"); user.ID != c.User.ID || !user.EmailVerified {
			t.Errorf("user %+v", user)
		}
		if rows := s.stored("change-email-otp-ann-b@example.com-new-a@example.com"); len(rows) != 0 {
			t.Errorf("kept %+v", rows)
		}

		ended := func(name string, end func(email string)) {
			s.former("new-a@example.com", "last@example.com", "123456")
			end("last@example.com")
			if a := change(s.SignedInAs(s.User("new-a@example.com")), "last@example.com", "123456"); a.Status == http.StatusOK {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		ended("three wrong codes", func(email string) {
			for range 3 {
				change(c, email, "654321").WantError(emailotp.ErrInvalid)
			}
		})
		ended("a new code", func(email string) {
			c.Post("/email-otp/request-email-change", members{"newEmail": email}).WantBody(http.StatusOK, done)
			change(c, email, s.Mail().Code+"0").WantError(emailotp.ErrInvalid)
		})
		ended("its time", func(string) { s.Clock.Advance(time.Minute + time.Millisecond) })
		ended("all sessions ended", func(string) {
			if err := s.Host.End(t.Context(), c.User.ID, betterauth.SessionsRevoked); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// A name that two changes share says neither.
func TestCodeOfTwoChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t, changing(false), plugintest.Options{})
	s.former("a@x.com-b.org", "c@y.com", "123456")
	for email, newEmail := range map[string]string{"a@x.com": "b.org-c@y.com", "a@x.com-b.org": "c@y.com"} {
		s.SignedIn(email).Post("/email-otp/change-email", members{"newEmail": newEmail, "otp": "123456"}).WantError(emailotp.ErrInvalid)
	}
}

// What is no address is said to be none, before anything else.
func TestResetOfNoAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	for _, path := range []string{"/email-otp/request-password-reset", "/forget-password/email-otp", "/email-otp/reset-password"} {
		for _, email := range []string{"", "ann", "ann@", "a b@example.com"} {
			s.Client().Post(path, members{"email": email, "otp": "123456", "password": "short"}).WantError(emailotp.ErrInvalidEmail)
		}
	}
	if rows := s.Rows()["verification"]; len(rows) != 0 {
		t.Errorf("kept %v", rows)
	}
}
