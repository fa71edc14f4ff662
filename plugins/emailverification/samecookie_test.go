package emailverification_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// A browser that signed up is known though it has other cookies of the name: of
// another application, and of another sign-up.
func TestSignUpCookieBesideOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{AutoSignInAfterVerification: true}, plugintest.Options{})
	c := s.SignedUpAs(s.CreateUser("a@example.com", false))
	other := "someone:else"
	c.Beside("better-auth.sign_up", "x")
	c.Beside("better-auth.sign_up", other+"."+s.Host.Sign(other))
	c.Get(s.link(claims{Email: "a@example.com"})).WantBody(http.StatusOK, verifiedBody)
	c.Get("/list-sessions").Want(http.StatusOK)
}
