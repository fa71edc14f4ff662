package twofactor_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// A browser may have a cookie of ours more than once, and another application's
// of the same name: each is tried.
func TestCookiesOfOneName(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	_, a, _ := s.enrolled()
	c := s.challenged()
	stale := unescaped(t, c.Cookie(cookieChallenge))
	trusting(c, "totp", a.code(0)).Want(http.StatusOK)
	oldTrust := unescaped(t, c.Cookie(cookieTrust))
	signIn(c).Want(http.StatusOK) // trusted, and renewed
	trust := unescaped(t, c.Cookie(cookieTrust))

	s.Clock.Advance(time.Minute)
	fresh := s.Client()
	fresh.Beside(cookieChallenge, "x")
	fresh.Beside(cookieChallenge, stale)
	signIn(fresh).Want(http.StatusOK)
	trusting(fresh, "totp", a.code(0)).Want(http.StatusOK)
	s.wantSession(fresh, true)

	again := s.Client()
	again.Beside(cookieTrust, "x")
	again.Beside(cookieTrust, oldTrust)
	again.SetCookie(cookieTrust, trust)
	signIn(again).Want(http.StatusOK)
	s.wantSession(again, true)
}
