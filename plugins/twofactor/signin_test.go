package twofactor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestSignInWithEachKindOfCode(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, mailing(), plugintest.Options{DB: db})
		_, a, codes := s.enrolled()
		before := s.sessions()
		c := s.Client()
		answer := signIn(c).WantBody(http.StatusOK, `{"twoFactorRedirect":true,"twoFactorMethods":["totp","otp"]}`)
		for _, ck := range answer.Cookies {
			if ck.Value != "" && ck.Name != cookieChallenge {
				t.Errorf("before the second step: cookie %s", ck.Name)
			}
		}
		if ck := answer.SetCookie(cookieChallenge); ck == nil || ck.MaxAge != 600 || !ck.HttpOnly {
			t.Errorf("challenge cookie %v", ck)
		}
		s.wantSession(c, false)
		if s.sessions() != before {
			t.Error("a session before the second step")
		}

		answer = verify(c, "totp", a.code(0)).Want(http.StatusOK)
		if !strings.HasPrefix(string(answer.Body), `{"token":"`) || !strings.Contains(string(answer.Body), `"user":{"name":"Ada"`) {
			t.Errorf("answered %s", answer.Body)
		}
		if ck := answer.SetCookie(cookieSession); ck == nil || ck.MaxAge != 604800 {
			t.Errorf("session cookie %v", ck)
		}
		if c.Cookie(cookieChallenge) != "" {
			t.Error("the challenge cookie stays")
		}
		s.wantSession(c, true)

		c = s.challenged()
		verify(c, "otp", s.mailed(c)).Want(http.StatusOK)
		s.wantSession(c, true)

		c = s.challenged()
		verify(c, "backup-code", codes[3]).Want(http.StatusOK)
		s.wantSession(c, true)
		c = s.challenged()
		verify(c, "backup-code", codes[3]).WantError(twofactor.ErrInvalidBackupCode)
		verify(c, "backup-code", codes[4]+"x").WantError(twofactor.ErrInvalidBackupCode)
		s.wantSession(c, false)
	})
}

func TestNoChallengeNoSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	_, a, codes := s.enrolled()
	code := a.code(0)
	tries := func(c *plugintest.Client, when string) {
		t.Helper()
		for kind, code := range map[string]string{"totp": code, "otp": code, "backup-code": codes[0]} {
			if answer := verify(c, kind, code); answer.Code() != "INVALID_TWO_FACTOR_COOKIE" || answer.Status != http.StatusUnauthorized {
				t.Errorf("%s, %s: %d %s", when, kind, answer.Status, answer.Body)
			}
		}
		c.Post("/two-factor/send-otp", nil).WantError(twofactor.ErrInvalidCookie)
	}
	tries(s.Client(), "nothing")
	forged := s.Client()
	forged.SetCookie(cookieChallenge, "2fa-abcdefghijklmnopqrst."+s.Host.Sign("another"))
	tries(forged, "forged")
	// A signed cookie of another kind, with the user's id behind it.
	if _, err := s.Host.Verifications().Create(t.Context(), "reset-password:abc", s.user().ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	other := s.Client()
	other.SetCookie(cookieChallenge, "reset-password:abc."+s.Host.Sign("reset-password:abc"))
	tries(other, "of another kind")
	// One whose identifier begins like a challenge's.
	if _, err := s.Host.Verifications().Create(t.Context(), "2fa-otp-abc", s.user().ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	other.SetCookie(cookieChallenge, "2fa-otp-abc."+s.Host.Sign("2fa-otp-abc"))
	tries(other, "of another length")
	late := s.challenged()
	s.Clock.Advance(10*time.Minute + time.Second)
	code = a.code(0)
	tries(late, "late")
	used := s.challenged()
	copied := used.Fork()
	verify(used, "totp", code).Want(http.StatusOK)
	tries(copied, "used")
	gone := s.challenged()
	if _, err := s.Users().Delete(t.Context(), database.Eq("email", email)); err != nil {
		t.Fatal(err)
	}
	tries(gone, "without the user")
}

func TestHostileBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	s.enrolled()
	for _, kind := range []string{"totp", "otp", "backup-code"} {
		c := s.challenged()
		for _, body := range []string{
			``, `{}`, `[]`, `null`, `{"code":null}`, `{"code":123456}`, `{"code":["123456"]}`, `{"code":"1","trustDevice":"yes"}`, `{"code":"1\u0000"}`,
			`{"code":"1","code":"2"}`, `{`,
		} {
			answer := c.Do(http.MethodPost, "/two-factor/verify-"+kind, body)
			if answer.Status < 400 || answer.Status > 499 {
				t.Errorf("%s %s: %d %s", kind, body, answer.Status, answer.Body)
			}
		}
		for _, code := range []string{"", strings.Repeat("9", 10000)} {
			if answer := verify(c, kind, code); answer.Status < 400 || answer.Status > 499 {
				t.Errorf("%s with %d characters: %d %s", kind, len(code), answer.Status, answer.Body)
			}
		}
	}
}

// A code that somebody saw being used is of no use, not even the one before it.
func TestCodesAreUsedOnce(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
		thief := s.challenged()
		verify(thief, "totp", a.code(0)).WantError(twofactor.ErrInvalidCode)
		verify(thief, "totp", a.code(-1)).WantError(twofactor.ErrInvalidCode)
		s.Clock.Advance(30 * time.Second)
		verify(thief, "totp", a.code(-1)).WantError(twofactor.ErrInvalidCode)
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
		s.Clock.Advance(5 * time.Minute)
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
	})
}

func TestWindow(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{TOTP: twofactor.TOTPConfig{Digits: 8}}, plugintest.Options{})
	_, a, _ := s.enrolled()
	for _, periods := range []int{-2, 2} {
		verify(s.challenged(), "totp", a.code(periods)).WantError(twofactor.ErrInvalidCode)
	}
	for _, periods := range []int{-1, 0, 1} {
		if code := a.code(periods); len(code) != 8 {
			t.Errorf("code %s", code)
		}
		verify(s.challenged(), "totp", a.code(periods)).Want(http.StatusOK)
	}
}

func TestRememberMe(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	_, a, codes := s.enrolled()
	forgetful := map[string]any{"email": email, "password": password, "rememberMe": false}
	c := s.Client()
	c.Post("/sign-in/email", forgetful).Want(http.StatusOK)
	ck := verify(c, "totp", a.code(0)).Want(http.StatusOK).SetCookie(cookieSession)
	if ck == nil || ck.MaxAge != 0 {
		t.Errorf("session cookie %v", ck)
	}
	// A trusted device is to be remembered.
	c = s.Client()
	c.Post("/sign-in/email", forgetful).Want(http.StatusOK)
	trusting(c, "backup-code", codes[0]).Want(http.StatusOK)
	if c.Cookie("better-auth.dont_remember") != "" || c.Cookie(cookieTrust) == "" {
		t.Error("a trusted device is not remembered")
	}
}

// Whose browser it was before has nothing to do with the second step.
func TestSignInInSomebodyElsesBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	_, a, _ := s.enrolled()
	c := s.SignedIn("eve@example.com")
	signIn(c).Want(http.StatusOK)
	s.wantSession(c, false)
	verify(c, "totp", a.code(0)).Want(http.StatusOK)
	if body := string(c.Get("/get-session").Body); !strings.Contains(body, email) {
		t.Errorf("signed in as %s", body)
	}
}

// What happened between the steps counts: all gates are asked again.
func TestBannedBetweenTheSteps(t *testing.T) {
	t.Parallel()
	banned := false
	var seen []betterauth.SignIn
	errBanned := &betterauth.ErrorCode{Code: "BANNED_USER", Message: "no", Status: http.StatusForbidden}
	s := newSite(t, twofactor.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{
		ID: "bans", Gates: []betterauth.SessionGate{{Name: "ban", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
			seen = append(seen, a.SignIn)
			if banned {
				return errBanned
			}
			return nil
		}}},
	}}})
	_, a, codes := s.enrolled()
	c := s.challenged()
	banned = true
	before := s.sessions()
	verify(c, "totp", a.code(0)).WantError(errBanned)
	verify(c, "backup-code", codes[0]).WantError(errBanned)
	if c.Cookie(cookieSession) != "" || s.sessions() != before {
		t.Error("a session for somebody who is banned")
	}
	if last := seen[len(seen)-1]; last.Method != twofactor.Method || last.Assurance != betterauth.MultiFactor {
		t.Errorf("the gate saw %+v", last)
	}
	// Nothing was used up.
	banned = false
	verify(c, "totp", a.code(0)).Want(http.StatusOK)
}

// signing is a plugin with ways to sign in.
func signing() betterauth.Plugin {
	var users *database.Store[betterauth.User]
	in := func(id, method, path string, how betterauth.SignIn) betterauth.Endpoint {
		return betterauth.Handle(betterauth.Operation{ID: id, Method: method, Path: path, Access: betterauth.Public, SignIn: betterauth.MakesSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				user, err := users.Get(c, database.Eq("email", email))
				if err != nil {
					return betterauth.Status{}, err
				}
				_, err = c.SignIn(user, how)
				return betterauth.Status{Status: err == nil}, err
			})
	}
	return &withInit{
		Inline: betterauth.Inline{ID: "signing", Endpoints: []betterauth.Endpoint{
			in("link", http.MethodGet, "/link", betterauth.SignIn{Method: "magic-link"}),
			in("key", http.MethodPost, "/key", betterauth.SignIn{Method: "passkey"}),
			in("verifiedKey", http.MethodPost, "/verified-key", betterauth.SignIn{Method: "passkey", Assurance: betterauth.MultiFactor}),
		}},
		init: func(h *betterauth.Host) (err error) {
			users = h.UserStore()
			return nil
		},
	}
}

type withInit struct {
	betterauth.Inline
	init func(h *betterauth.Host) error
}

func (w *withInit) Init(_ context.Context, h *betterauth.Host) error { return w.init(h) }

// Asking somebody who is signed in again is no sign-in.
func TestRenewedSessions(t *testing.T) {
	t.Parallel()
	for _, cfg := range []twofactor.Config{{}, {EveryMethod: true}} {
		renew := betterauth.Inline{ID: "again", Endpoints: []betterauth.Endpoint{betterauth.Handle(
			betterauth.Operation{ID: "again", Method: http.MethodPost, Path: "/again", Access: betterauth.WithStoredSession, SignIn: betterauth.MakesSession},
			func(c *betterauth.Ctx, _ betterauth.None) (betterauth.Status, error) {
				_, err := c.Reauthenticate(betterauth.SignIn{Method: "email"})
				return betterauth.Status{Status: err == nil}, err
			})}}
		s := newSite(t, cfg, plugintest.Options{Plugins: []betterauth.Plugin{renew}})
		c, _, _ := s.enrolled()
		c.Post("/again", nil).WantBody(http.StatusOK, `{"status":true}`)
		s.wantSession(c, true)
	}
}

// Which ways to sign in need the second step.
func TestMethods(t *testing.T) {
	t.Parallel()
	const due = `"twoFactorRedirect":true`
	for name, test := range map[string]struct {
		cfg  twofactor.Config
		need []string
	}{
		"by default":  {twofactor.Config{}, []string{"/sign-in/email"}},
		"every":       {twofactor.Config{EveryMethod: true}, []string{"/sign-in/email", "/link", "/key"}},
		"those named": {twofactor.Config{Methods: []string{"passkey"}}, []string{"/key"}},
	} {
		s := newSite(t, test.cfg, plugintest.Options{Plugins: []betterauth.Plugin{signing()}})
		s.enrolled()
		for path, method := range map[string]string{"/sign-in/email": "POST", "/link": "GET", "/key": "POST", "/verified-key": "POST"} {
			var body any
			if path == "/sign-in/email" {
				body = map[string]any{"email": email, "password": password}
			}
			answer := s.Client().Do(method, path, body).Want(http.StatusOK)
			want := strings.Contains(strings.Join(test.need, " ")+" ", path+" ")
			if got := strings.Contains(string(answer.Body), due); got != want {
				t.Errorf("%s, %s: %s", name, path, answer.Body)
			}
			if signedIn := answer.SetCookie(cookieSession); want && signedIn != nil && signedIn.Value != "" {
				t.Errorf("%s, %s: a session all the same", name, path)
			}
		}
	}
}

// A link leads to the application's page, with what the person can pass with.
func TestPage(t *testing.T) {
	t.Parallel()
	for page, leads := range map[string]string{
		"/two-factor":     "/two-factor?twoFactorMethods=totp%2Cotp",
		"/a?b=c#d":        "/a?b=c&twoFactorMethods=totp%2Cotp#d",
		"myapp://step/2?": "myapp://step/2?twoFactorMethods=totp%2Cotp",
	} {
		cfg := mailing()
		cfg.EveryMethod, cfg.Page = true, page
		s := newSite(t, cfg, plugintest.Options{Plugins: []betterauth.Plugin{signing()}})
		_, a, _ := s.enrolled()
		c := s.Client()
		c.Get("/link").WantRedirect(leads)
		signIn(s.Client()).Want(http.StatusOK)
		verify(c, "totp", a.code(0)).Want(http.StatusOK)
	}
}

// An audit log hears what happened, in order.
func TestEvents(t *testing.T) {
	t.Parallel()
	var heard []string
	note := func(format string, args ...any) { heard = append(heard, fmt.Sprintf(format, args...)) }
	s := newSite(t, twofactor.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{
		betterauth.On(func(_ context.Context, e twofactor.Activated) error { note("activated %v", e.UserID != ""); return nil }),
		betterauth.On(func(_ context.Context, e twofactor.Deactivated) error {
			note("deactivated %v", e.UserID != "")
			return nil
		}),
		betterauth.On(func(_ context.Context, e twofactor.Passed) error {
			note("passed by %s %v", e.Kind, e.SessionID != "")
			return nil
		}),
		betterauth.On(func(_ context.Context, e twofactor.Failed) error {
			note("failed at %s, locked %v", e.Kind, e.Locked)
			return nil
		}),
		betterauth.On(func(_ context.Context, e twofactor.BackupCodeUsed) error { note("%d codes left", e.Left); return nil }),
	}}}})
	in, _, codes := s.enrolled()
	c := s.challenged()
	verify(c, "backup-code", "wrong").WantError(twofactor.ErrInvalidBackupCode)
	verify(c, "backup-code", codes[0]).Want(http.StatusOK)
	in.Post("/two-factor/disable", map[string]any{"password": password}).Want(http.StatusOK)
	want := "activated true; failed at backup-code, locked false; 9 codes left; passed by backup-code true; deactivated true"
	if got := strings.Join(heard, "; "); got != want {
		t.Errorf("heard %s", got)
	}
}

// Who asks after every way to sign in is not passed by those of the
// application's own, unless it says that they were enough.
func TestEveryMethodOfTheApplication(t *testing.T) {
	t.Parallel()
	cfg := mailing()
	cfg.EveryMethod = true
	s := newSite(t, cfg, plugintest.Options{})
	s.enrolledByMail()
	before := s.sessions()
	if session, err := s.Auth.CreateSession(t.Context(), s.user().ID, betterauth.SignIn{Method: "own"}); err == nil || session != nil || s.sessions() != before {
		t.Errorf("made %+v, %v", session, err)
	}
	if _, err := s.Auth.CreateSession(t.Context(), s.user().ID, betterauth.SignIn{Method: "own", Assurance: betterauth.MultiFactor}); err != nil {
		t.Error(err)
	}
}
