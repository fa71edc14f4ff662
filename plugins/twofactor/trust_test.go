package twofactor_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestTrustedDevice(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		c := s.challenged()
		answer := trusting(c, "totp", a.code(0)).Want(http.StatusOK)
		if ck := answer.SetCookie(cookieTrust); ck == nil || ck.MaxAge != 30*24*3600 || !ck.HttpOnly {
			t.Fatalf("trust cookie %v", ck)
		}
		first := c.Cookie(cookieTrust)
		s.Clock.Advance(29 * 24 * time.Hour)
		// Trusted, and anew with each sign-in; the old cookie is worth nothing then.
		c.Post("/sign-out", nil).Want(http.StatusOK)
		signIn(c).Want(http.StatusOK)
		s.wantSession(c, true)
		if c.Cookie(cookieTrust) == first {
			t.Error("the trust was not renewed")
		}
		stolen := s.Client()
		stolen.SetCookie(cookieTrust, unescaped(t, first))
		if answer := signIn(stolen).Want(http.StatusOK); answer.SetCookie(cookieTrust) == nil || stolen.Cookie(cookieChallenge) == "" {
			t.Error("an old trust cookie is worth something")
		}
		s.Clock.Advance(29 * 24 * time.Hour)
		signIn(c).Want(http.StatusOK)
		s.wantSession(c, true)
		s.Clock.Advance(30*24*time.Hour + time.Second)
		c.ClearCookies()
		s.challenged()
	})
}

func TestTrustEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{TrustTTL: time.Hour}, plugintest.Options{})
	_, a, _ := s.enrolled()
	c := s.challenged()
	trusting(c, "totp", a.code(0)).Want(http.StatusOK)
	cookie := unescaped(t, c.Cookie(cookieTrust))
	s.Clock.Advance(time.Hour + time.Second)
	late := s.Client()
	late.SetCookie(cookieTrust, cookie)
	if signIn(late).Want(http.StatusOK); late.Cookie(cookieChallenge) == "" {
		t.Error("trusted for too long")
	}
}

// Trust in a device is trust in one user on it.
func TestTrustIsOfOneUser(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	_, a, _ := s.enrolled()
	ctx := t.Context()
	mallory := s.SignedIn("mallory@example.com").User.ID
	token := func(userID, identifier string) string {
		signature := s.Host.Sign(userID + "!" + identifier)
		return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(signature), "=") + "!" + identifier
	}
	const of = "trust-device-abcdefghijklmnopqrstuvwxyz012345"
	for name, cookie := range map[string]string{
		"mallory's":          token(mallory, of),
		"with mallory's row": token(s.user().ID, of),
		"another value":      token(s.user().ID, "2fa-abc"),
		"no token":           "!" + of,
		"nothing":            "",
		"no base64":          "***!" + of,
	} {
		if _, err := s.Host.Verifications().Create(ctx, of, mallory, time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Host.Verifications().Create(ctx, "2fa-abc", s.user().ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		c := s.Client()
		c.SetCookie(cookieTrust, cookie+"."+s.Host.Sign(cookie))
		signIn(c).Want(http.StatusOK)
		if c.Cookie(cookieChallenge) == "" {
			t.Errorf("%s: trusted", name)
		}
		if cookie != "" && c.Cookie(cookieTrust) != "" {
			t.Errorf("%s: the cookie stays", name)
		}
	}
	verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
}

// Of many sign-ins with one trust cookie at once, one is trusted.
func TestOneTrustWins(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		c := s.challenged()
		trusting(c, "totp", a.code(0)).Want(http.StatusOK)
		var trusted atomic.Int32
		plugintest.AtOnce(8, func(int) {
			if ck := signIn(c.Fork()).Want(http.StatusOK).SetCookie(cookieSession); ck != nil && ck.Value != "" {
				trusted.Add(1)
			}
		})
		if trusted.Load() != 1 {
			t.Errorf("%d were trusted", trusted.Load())
		}
		rows, err := plugintest.StoreOf[betterauth.Verification](s.Kit).Count(t.Context(), database.StartsWith("identifier", "trust-device-"))
		if err != nil || rows != 1 {
			t.Errorf("%d trusted devices, %v", rows, err)
		}
	})
}
