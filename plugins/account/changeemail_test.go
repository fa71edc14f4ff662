package account_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

func to(email string) map[string]any {
	return map[string]any{"newEmail": email, "callbackURL": "/done"}
}

func mailing() plugintest.Options {
	return plugintest.Options{Plugins: []betterauth.Plugin{emailverification.New(emailverification.Config{})}}
}

func TestChangeEmailErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, account.Config{}, mailing())
	s.SignedIn("a@example.com").Post("/change-email", to("b@example.com")).WantBody(http.StatusBadRequest,
		`{"message":"Change email is disabled","code":"CHANGE_EMAIL_DISABLED"}`)

	s = newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}}, mailing())
	c := s.SignedIn("a@example.com")
	c.Post("/change-email", to("A@Example.com")).WantBody(http.StatusBadRequest, `{"message":"Email is the same"}`)
	c.Post("/change-email", to("nope")).WantError(betterauth.ErrValidation)
	c.Post("/change-email", map[string]any{"newEmail": "b@example.com", "callbackURL": "https://evil.example"}).WantError(betterauth.ErrInvalidCallbackURL)
	s.Client().Post("/change-email", to("b@example.com")).WantError(betterauth.ErrUnauthorized)
	if len(s.Mails()) != 0 {
		t.Error("a refused change was mailed")
	}

	// Whether an address is taken is not told by whether it could be changed.
	noPlugin := newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}}, plugintest.Options{})
	unverifiable := noPlugin.verified("a@example.com")
	for _, email := range []string{"b@example.com", "taken@example.com"} {
		unverifiable.Post("/change-email", to(email)).WantBody(http.StatusBadRequest, `{"message":"Verification email isn't enabled","code":"VERIFICATION_EMAIL_NOT_ENABLED"}`)
	}
}

// Each rule for changing addresses, and the mails it takes.
func TestChangeEmail(t *testing.T) {
	t.Parallel()
	const first, second, kindConfirm, kindVerify = "old@example.com", "new@example.com", emailverification.KindConfirmChange, emailverification.KindVerify
	for name, tt := range map[string]struct {
		cfg      account.ChangeEmailConfig
		verified bool
		mails    []string // kind and address, link by link
	}{
		"verified":                          {account.ChangeEmailConfig{}, true, []string{kindVerify + " " + second}},
		"unverified":                        {account.ChangeEmailConfig{}, false, []string{kindVerify + " " + second}},
		"confirmed":                         {account.ChangeEmailConfig{ConfirmOldAddress: true}, true, []string{kindConfirm + " " + first, kindVerify + " " + second}},
		"unverified, nobody to confirm":     {account.ChangeEmailConfig{ConfirmOldAddress: true}, false, []string{kindVerify + " " + second}},
		"verified, at once is not for them": {account.ChangeEmailConfig{UpdateWithoutVerification: true}, true, []string{kindVerify + " " + second}},
		"verified, confirmed, not at once":  {account.ChangeEmailConfig{UpdateWithoutVerification: true, ConfirmOldAddress: true}, true, []string{kindConfirm + " " + first, kindVerify + " " + second}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Enabled = true
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				o := mailing()
				o.DB = db
				s := newSite(t, account.Config{ChangeEmail: tt.cfg}, o)
				var c *plugintest.Client
				if tt.verified {
					c = s.verified(first)
				} else {
					c = s.SignedIn(first)
				}
				answer := c.Post("/change-email", to("New@Example.com"))
				answer.WantBody(http.StatusOK, changed)
				if len(answer.Cookies) != 0 {
					t.Errorf("asking set %v", answer.Cookies)
				}
				for _, want := range tt.mails {
					if !s.exists(first) || s.exists(second) {
						t.Error("changed before the last link")
					}
					m := s.Mail()
					if got := m.Kind + " " + m.To; got != want || !strings.HasSuffix(m.URL, "&callbackURL=%2Fdone") {
						t.Errorf("mailed %s, want %s; link %s", got, want, m.URL)
					}
					c.Get(s.Route(m)).WantRedirect("/done")
				}
				if user := s.User(second); user.ID != c.User.ID || user.EmailVerified != tt.verified {
					t.Errorf("changed to %+v", user)
				}
			})
		})
	}
}

func TestChangeEmailAtOnce(t *testing.T) {
	t.Parallel()
	cfg := account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		o := mailing()
		o.DB = db
		s := newSite(t, cfg, o)
		c := s.SignedIn("old@example.com")
		answer := c.Post("/change-email", to("New@Example.com"))
		answer.WantBody(http.StatusOK, changed)
		if ck := answer.SetCookie(sessionCookie); ck == nil || !strings.HasPrefix(ck.Value, c.Session.Token+".") {
			t.Errorf("session cookie %v", ck)
		}
		if user := s.User("new@example.com"); user.ID != c.User.ID || user.EmailVerified {
			t.Errorf("changed to %+v", user)
		}
		m := s.Mail()
		if m.Kind != emailverification.KindVerify || m.To != "new@example.com" || m.Data != nil {
			t.Errorf("mailed %+v", m)
		}
		c.Get(s.Route(m)).WantRedirect("/done")
		if !s.User("new@example.com").EmailVerified {
			t.Error("the mailed link did not verify the new address")
		}
	})
	s := newSite(t, cfg, plugintest.Options{}) // no plugin that could mail
	c := s.SignedIn("old@example.com")
	c.Post("/change-email", to("new@example.com")).WantBody(http.StatusOK, changed)
	if s.User("new@example.com").ID != c.User.ID {
		t.Error("not changed")
	}
}

// An address that is verified while somebody asks to replace it is asked to agree.
func TestAddressVerifiedMeanwhileIsAskedToAgree(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		o := mailing()
		o.DB = db
		s := newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, ConfirmOldAddress: true}}, o)
		c := s.SignedIn("a@example.com")
		c.Meanwhile(func() {
			if _, err := s.Users().UpdateOne(t.Context(), database.Set{"emailVerified": true}, database.Eq("id", c.User.ID)); err != nil {
				t.Error(err)
			}
		})
		answer := c.Post("/change-email", to("b@example.com"))
		if m := s.Mail(); answer.Status != http.StatusOK || m.To != "a@example.com" {
			t.Errorf("%d %s, mailed to %s", answer.Status, answer.Body, m.To)
		}
	})
}

// A taken address is answered as a free one, cookies included, and nothing
// happens.
func TestChangeEmailToTaken(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		for _, atOnce := range []bool{false, true} {
			o := mailing()
			o.DB, o.Config.Session.CookieCache.Enabled = db, true
			s := newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: atOnce}}, o)
			s.SignedIn("taken@example.com")
			c := s.SignedIn(fmt.Sprintf("a%v@example.com", atOnce))
			shape := func(email string) string {
				answer := c.Fork().Post("/change-email", to(email))
				answer.WantBody(http.StatusOK, changed)
				out := fmt.Sprint(slices.Sorted(maps.Keys(answer.Header)))
				for _, ck := range answer.Cookies {
					out += fmt.Sprint(" ", ck.Name, " for ", ck.MaxAge)
					if ck.Name == sessionCookie && !strings.HasPrefix(ck.Value, c.Session.Token+".") {
						t.Errorf("at once: %v: the session's cookie is %s", atOnce, ck.Value)
					}
				}
				return out
			}
			taken := shape("Taken@example.com")
			if len(s.Mails()) != 0 || s.User(c.User.Email).ID != c.User.ID {
				t.Error("a taken address had an effect")
			}
			if free := shape(fmt.Sprintf("free%v@example.com", atOnce)); taken != free {
				t.Errorf("at once: %v: a taken address answers %s\na free one %s", atOnce, taken, free)
			}
		}
	})
}

// Whoever may change their address at once finds out by their own address
// whether another was free: an application is told so when it is built.
func TestUpdateWithoutVerificationIsAdvisedAgainst(t *testing.T) {
	t.Parallel()
	for _, cfg := range []account.ChangeEmailConfig{
		{}, {Enabled: true}, {UpdateWithoutVerification: true}, {Enabled: true, UpdateWithoutVerification: true},
	} {
		s := newSite(t, account.Config{ChangeEmail: cfg}, mailing())
		if want := cfg.Enabled && cfg.UpdateWithoutVerification; strings.Contains(s.Log.String(), "UpdateWithoutVerification") != want {
			t.Errorf("%+v: logged %s, want a warning: %v", cfg, s.Log, want)
		}
	}
}

// Of several people who want one address at once, one has it.
func TestChangesToOneAddress(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}}, plugintest.Options{DB: db})
		var failed atomic.Int32
		var wg sync.WaitGroup
		for _, email := range []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"} {
			c := s.SignedIn(email)
			wg.Go(func() {
				if answer := c.Post("/change-email", to("wanted@example.com")); string(answer.Body) != changed {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		n, err := s.Users().Count(t.Context())
		if failed.Load() != 0 || n != 4 || err != nil || !s.exists("wanted@example.com") {
			t.Errorf("%d failed, %d users, %v", failed.Load(), n, err)
		}
	})
}

// An address that is verified between reading the session and the change keeps
// its rule: the new one would count as verified.
func TestVerifiedMeanwhile(t *testing.T) {
	t.Parallel()
	var meanwhile atomic.Pointer[func()]
	hook := betterauth.Inline{ID: "meanwhile", Before: []betterauth.BeforeHook{
		betterauth.Before(account.ChangeEmail, func(c *betterauth.Ctx, _ *account.ChangeEmailInput) error {
			if _, err := c.StoredSession(); err != nil {
				return err
			}
			(*meanwhile.Load())()
			return nil
		})}}
	o := mailing()
	o.Plugins = append(o.Plugins, hook)
	s := newSite(t, account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true, UpdateWithoutVerification: true}}, o)
	c := s.SignedIn("a@example.com")
	verify := func() {
		if _, err := s.Users().Update(t.Context(), database.Set{"emailVerified": true}, database.Eq("id", c.User.ID)); err != nil {
			t.Error(err)
		}
	}
	meanwhile.Store(&verify)
	c.Post("/change-email", to("b@example.com")).WantBody(http.StatusBadRequest, `{"message":"Failed to update user","code":"FAILED_TO_UPDATE_USER"}`)
	if s.exists("b@example.com") {
		t.Error("an unproven address counts as verified")
	}
}
