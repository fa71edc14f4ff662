package emailverification_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
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
