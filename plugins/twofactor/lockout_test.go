package twofactor_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestFiveTriesPerChallenge(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	_, a, codes := s.enrolled()
	for _, kind := range []string{"totp", "backup-code"} {
		c := s.challenged()
		for range 5 {
			if answer := verify(c, kind, "wrong"); answer.Status != http.StatusUnauthorized {
				t.Fatalf("%s: %s", kind, answer.Body)
			}
		}
		copied := c.Fork()
		verify(c, kind, "wrong").WantError(twofactor.ErrTooManyAttempts)
		if c.Cookie(cookieChallenge) != "" {
			t.Error("the challenge cookie stays")
		}
		verify(copied, "totp", a.code(0)).WantError(twofactor.ErrInvalidCookie)
		verify(copied, "backup-code", codes[0]).WantError(twofactor.ErrInvalidCookie)
		s.Clock.Advance(16 * time.Minute)
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
	}
}

func TestFiveTriesPerMailedCode(t *testing.T) {
	t.Parallel()
	for name, storage := range map[string]betterauth.CodeStorage{"": {}, "plain": betterauth.CodesPlain(), "encrypted": betterauth.CodesEncrypted(), "hashed": betterauth.CodesHashed()} {
		cfg := mailing()
		cfg.OTP.Storage = storage
		s := newSite(t, cfg, plugintest.Options{})
		s.enrolledByMail()
		c := s.challenged()
		code := s.mailed(c)
		stored, err := plugintest.StoreOf[betterauth.Verification](s.Kit).Get(t.Context(), database.StartsWith("identifier", "2fa-otp-2fa-"))
		if err != nil {
			t.Fatal(err)
		}
		if plain := stored.Value == code+":0"; plain != (name == "" || name == "plain") {
			t.Errorf("%s is stored as %s", name, stored.Value)
		}
		for range 5 {
			verify(c, "otp", another(code)).WantError(twofactor.ErrInvalidCode)
		}
		verify(c, "otp", code).WantError(twofactor.ErrTooManyAttempts)
		verify(c, "otp", code).WantError(twofactor.ErrOTPExpired)
		// Another code, another five; the one before it counts no more.
		old, code := s.mailed(c), s.mailed(c)
		if old != code {
			verify(c, "otp", old).WantError(twofactor.ErrInvalidCode)
		}
		for range 2 {
			verify(c, "otp", another(code)).WantError(twofactor.ErrInvalidCode)
		}
		verify(c, "otp", code).Want(http.StatusOK)
		late := s.challenged()
		code = s.mailed(late)
		s.Clock.Advance(3*time.Minute + time.Second)
		verify(late, "otp", code).WantError(twofactor.ErrOTPExpired)
	}
}

// What is mailed names the code and what to do if one did not ask for it.
func TestMail(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{Config: betterauth.Config{AppName: "App"}})
	s.enrolledByMail()
	c := s.challenged()
	c.Post("/two-factor/send-otp", nil).Want(http.StatusOK)
	m := s.Mail()
	if m.Kind != twofactor.KindOTP || m.To != email || len(m.Code) != 6 || !strings.Contains(m.Text, m.Code+". It is good for 3 minutes") ||
		!strings.Contains(m.Subject, m.Code) || m.User == nil || m.User.Email != email {
		t.Errorf("mailed %+v", m)
	}
	if strings.Contains(s.Log.String(), m.Code) {
		t.Error("the code is logged")
	}
}

// Wrong codes count for the account, over challenges and kinds of code.
func TestLockout(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		var failed []twofactor.Failed
		heard := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(_ context.Context, e twofactor.Failed) error {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, e)
			return nil
		})}}
		s := newSite(t, mailing(), plugintest.Options{DB: db, Plugins: []betterauth.Plugin{heard}})
		_, a, codes := s.enrolled()
		fail := func(n int) {
			for i := range n {
				c := s.challenged()
				kind := []string{"totp", "backup-code", "otp"}[i%3]
				if kind == "otp" {
					s.mailed(c)
				}
				if answer := verify(c, kind, "wrong"); answer.Status != http.StatusUnauthorized {
					t.Fatalf("try %d, %s: %d %s", i, kind, answer.Status, answer.Body)
				}
			}
		}
		fail(9)
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
		fail(9) // a right code ended the count
		waiting := s.challenged()
		code := s.mailed(waiting)
		fail(1)
		s.Clock.Advance(time.Minute)
		for _, c := range []*plugintest.Client{waiting, s.challenged()} {
			verify(c, "totp", a.code(0)).WantError(twofactor.ErrLocked)
			verify(c, "backup-code", codes[0]).WantError(twofactor.ErrLocked)
			verify(c, "otp", code).WantError(twofactor.ErrLocked)
		}
		s.Clock.Advance(14*time.Minute - time.Second)
		verify(s.challenged(), "totp", a.code(0)).WantError(twofactor.ErrLocked)
		s.Clock.Advance(2 * time.Second)
		fail(9) // the count began anew
		s.Clock.Advance(time.Minute)
		verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)

		locked := slices.ContainsFunc(failed, func(e twofactor.Failed) bool { return e.Locked && e.UserID == s.user().ID })
		if len(failed) != 28 || !locked {
			t.Errorf("%d failures heard, locked %v", len(failed), locked)
		}
	})
}

// Who has only mailed codes is locked as well, though no row counts for them.
func TestLockoutWithoutAnApp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, mailing(), plugintest.Options{DB: db})
		s.enrolledByMail()
		for range 10 {
			c := s.challenged()
			verify(c, "otp", another(s.mailed(c))).WantError(twofactor.ErrInvalidCode)
		}
		verify(s.challenged(), "otp", "123456").WantError(twofactor.ErrLocked)
		s.Clock.Advance(15*time.Minute + time.Second)
		for range 2 {
			c := s.challenged()
			code := s.mailed(c)
			verify(c, "otp", another(code)).WantError(twofactor.ErrInvalidCode)
			verify(c, "otp", code).Want(http.StatusOK)
		}
	})
}

// However many guess at once, ten wrong codes are looked at and the right one
// after them is refused.
func TestLockoutIsExact(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		clients := make([]*plugintest.Client, 16)
		for i := range clients {
			clients[i] = s.challenged()
		}
		wrong := another(a.code(0))
		var looked, locked atomic.Int32
		plugintest.AtOnce(len(clients), func(i int) {
			switch answer := verify(clients[i], "totp", wrong); answer.Code() {
			case "INVALID_CODE":
				looked.Add(1)
			case "ACCOUNT_TEMPORARILY_LOCKED":
				locked.Add(1)
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		if looked.Load() != 10 || locked.Load() != 6 {
			t.Errorf("%d wrong codes were looked at, %d refused", looked.Load(), locked.Load())
		}
		verify(s.challenged(), "totp", a.code(0)).WantError(twofactor.ErrLocked)
	})
}

// However many guess at one challenge at once, five are looked at.
func TestTriesAreExact(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{Lockout: twofactor.LockoutConfig{Disabled: true}}, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		c := s.challenged()
		wrong := another(a.code(0))
		var looked, spent, gone atomic.Int32
		plugintest.AtOnce(16, func(int) {
			switch answer := verify(c.Fork(), "totp", wrong); answer.Code() {
			case "INVALID_CODE":
				looked.Add(1)
			case "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE":
				spent.Add(1)
			case "INVALID_TWO_FACTOR_COOKIE":
				gone.Add(1)
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
		if looked.Load() != 5 || spent.Load() != 1 || gone.Load() != 10 {
			t.Errorf("looked at %d, spent %d, gone %d", looked.Load(), spent.Load(), gone.Load())
		}
		for range 20 {
			verify(s.challenged(), "totp", wrong).WantError(twofactor.ErrInvalidCode)
		}
	})
}

// Of many who use one code at once, in one challenge or in many, one wins.
func TestOneCodeWins(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, mailing(), plugintest.Options{DB: db})
		_, a, codes := s.enrolled()
		race := func(name string, client func(i int) *plugintest.Client, kind string, code func() string) {
			t.Helper()
			clients := make([]*plugintest.Client, 8)
			for i := range clients {
				clients[i] = client(i)
			}
			right := code()
			before := s.sessions()
			var won atomic.Int32
			plugintest.AtOnce(len(clients), func(i int) {
				switch answer := verify(clients[i], kind, right); {
				case answer.Status == http.StatusOK:
					won.Add(1)
				case answer.Status >= 500:
					t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
				}
			})
			if made := s.sessions() - before; won.Load() != 1 || made != 1 {
				t.Errorf("%s: %d won and %d sessions were made", name, won.Load(), made)
			}
			s.Clock.Advance(16 * time.Minute)
		}
		var one *plugintest.Client
		same := func(i int) *plugintest.Client {
			if i == 0 {
				one = s.challenged()
			}
			return one.Fork()
		}
		each := func(int) *plugintest.Client { return s.challenged() }
		race("app, one challenge", same, "totp", func() string { return a.code(0) })
		race("app, many challenges", each, "totp", func() string { return a.code(0) })
		race("backup code, one challenge", same, "backup-code", func() string { return codes[0] })
		race("backup code, many challenges", each, "backup-code", func() string { return codes[1] })
		race("mail, one challenge", same, "otp", func() string { return s.mailed(one) })
	})
}
