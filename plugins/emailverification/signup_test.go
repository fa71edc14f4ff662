package emailverification_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// Signing up and in finds this plugin, and the link of its mail opens the door.
func TestWithPasswords(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{SendOnSignIn: true}, plugintest.Options{
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true})},
		Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
	})
	person := map[string]any{"name": "A", "email": "a@example.com", "password": "password1234", "callbackURL": "/welcome"}
	c := s.Client()
	c.Post("/sign-up/email", person).Want(http.StatusOK)
	first := s.Mail()
	if first.To != "a@example.com" || !strings.HasSuffix(first.URL, "&callbackURL=%2Fwelcome") {
		t.Errorf("mailed %+v", first)
	}
	if answer := c.Post("/sign-in/email", person).Want(http.StatusForbidden); answer.Code() != "EMAIL_NOT_VERIFIED" {
		t.Errorf("answer %s", answer.Body)
	}
	c.Get(s.Route(s.Mail())).WantRedirect("/welcome")
	c.Post("/sign-in/email", person).Want(http.StatusOK)
	c.Get(s.Route(first)).WantRedirect("/welcome")
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d more mails", n)
	}
}

// Without mail at sign-up, the address is verified by the mail that the page asks
// for later, from the browser that signed up, and what it chose counts: also where
// somebody else signed up with the address before.
func TestNoMailOnSignUp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailverification.Config{OnSignUp: emailverification.MailNobody}, plugintest.Options{DB: db,
			Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true})},
			Config:  betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
		})
		const email = "a@example.com"
		signUp := func(password string) *plugintest.Client {
			c := s.Client()
			c.Post("/sign-up/email", map[string]any{"name": "A", "email": email, "password": password}).Want(http.StatusOK)
			return c
		}
		signUp("the password of somebody else")
		c := signUp("password1234")
		signIn := map[string]any{"email": email, "password": "password1234"}
		if answer := c.Post("/sign-in/email", signIn).Want(http.StatusUnauthorized); answer.Code() != "INVALID_EMAIL_OR_PASSWORD" {
			t.Errorf("answer %s", answer.Body)
		}
		if n := len(s.Mails()); n != 0 {
			t.Fatalf("%d mails", n)
		}
		c.Post("/send-verification-email", map[string]any{"email": email, "callbackURL": "/welcome"}).Want(http.StatusOK)
		c.Get(s.Route(s.Mail())).WantRedirect("/welcome")
		c.Post("/sign-in/email", signIn).Want(http.StatusOK)
	})
	_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{
		emailverification.New(emailverification.Config{OnSignUp: "sometimes"})}})
	if err == nil || !strings.Contains(err.Error(), `OnSignUp "sometimes" is not`) {
		t.Errorf("both: %v", err)
	}
}
