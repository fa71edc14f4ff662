package twofactor_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

func TestEnrolWithAnApp(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{Issuer: "My App"}, plugintest.Options{DB: db})
		c := s.signedUp()
		answer := c.Post("/two-factor/enable", map[string]any{"password": password}).Want(http.StatusOK)
		form := `^\{"method":"totp","totpURI":"otpauth://totp/My%20App:ada%40example\.com\?secret=[A-Z2-7]{52}&issuer=My\+App&digits=6&period=30",` +
			`"backupCodes":\[("\w{5}-\w{5}",?){10}\]\}$`
		if !regexp.MustCompile(form).Match(answer.Body) {
			t.Errorf("answered %s", answer.Body)
		}
		// Until a code was shown nothing is asked for, and doing it again makes another secret.
		signIn(s.Client()).Want(http.StatusOK)
		if on, _ := twofactor.Enabled.Get(s.user()); on {
			t.Error("enabled before the app was verified")
		}
		first, _ := s.begun(c)
		second, _ := s.begun(c)
		verify(c, "totp", first.code(0)).WantError(twofactor.ErrInvalidCode)

		old := c.Cookie(cookieSession)
		var got struct {
			Token string `json:"token"`
			User  struct {
				Enabled bool `json:"twoFactorEnabled"`
			} `json:"user"`
		}
		verify(c, "totp", second.code(0)).Want(http.StatusOK).Into(&got)
		now := c.Cookie(cookieSession)
		if now == old || !strings.HasPrefix(now, got.Token+".") || !got.User.Enabled {
			t.Errorf("answered %+v, with cookie %s after %s", got, now, old)
		}
		stale := s.Client()
		stale.SetCookie(cookieSession, old)
		s.wantSession(stale, false)
		s.wantSession(c, true)

		c.Post("/two-factor/enable", map[string]any{"password": password}).WantError(twofactor.ErrTOTPAlreadyEnabled)
		rows, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).List(t.Context(), database.Query{})
		if err != nil || len(rows) != 1 || rows[0].Verified == nil || !*rows[0].Verified {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if strings.Contains(rows[0].Secret, second.secret) {
			t.Error("the secret is stored as it is")
		}
		s.challenged()
	})
}

func TestEnrolWithMail(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	c := s.signedUp()
	verify(c, "otp", "123456").WantError(twofactor.ErrOTPExpired)
	code := s.mailed(c)
	verify(c, "otp", another(code)).WantError(twofactor.ErrInvalidCode)
	old := c.Cookie(cookieSession)
	verify(c, "otp", code).Want(http.StatusOK)
	if c.Cookie(cookieSession) == old {
		t.Error("the session was not replaced")
	}
	if s.sessions() != 1 {
		t.Errorf("%d sessions", s.sessions())
	}
	signIn(s.Client()).WantBody(http.StatusOK, `{"twoFactorRedirect":true,"twoFactorMethods":["otp"]}`)
}

func TestEnableAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{SkipVerificationOnEnable: true}, plugintest.Options{})
	c := s.signedUp()
	old := c.Cookie(cookieSession)
	a, _ := s.begun(c)
	if c.Cookie(cookieSession) == old || s.sessions() != 1 {
		t.Error("the session was not replaced")
	}
	verify(s.challenged(), "totp", a.code(0)).Want(http.StatusOK)
}

func TestEverythingNeedsThePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t, mailing(), plugintest.Options{})
	c, _, _ := s.enrolled()
	for _, op := range []string{"enable", "disable", "get-totp-uri", "generate-backup-codes"} {
		path := "/two-factor/" + op
		s.Client().Post(path, map[string]any{"password": password}).WantError(betterauth.ErrUnauthorized)
		for _, wrong := range []string{"", "wrong password"} {
			c.Post(path, map[string]any{"password": wrong}).WantError(twofactor.ErrInvalidPassword)
		}
		for _, body := range []string{`{}`, `{"password":null}`, `{"password":1}`, `[]`, `"x"`} {
			c.Post(path, body).WantError(betterauth.ErrValidation)
		}
		c.Post(path, `{"password":"a\u0000b"}`).WantError(betterauth.ErrValidation)
	}
	c.Post("/two-factor/enable", map[string]any{"password": password, "method": "sms"}).WantError(betterauth.ErrValidation)
	s.challenged()
}

// Only who has no password does without one.
func TestPasswordless(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{AllowPasswordless: true}, plugintest.Options{})
	with := s.signedUp()
	with.Post("/two-factor/enable", map[string]any{}).WantError(twofactor.ErrInvalidPassword)
	without := s.SignedIn("keys-only@example.com")
	var got enabled
	without.Post("/two-factor/enable", map[string]any{}).Want(http.StatusOK).Into(&got)
	without.Post("/two-factor/get-totp-uri", map[string]any{}).Want(http.StatusOK)
	without.Post("/two-factor/disable", map[string]any{}).Want(http.StatusOK)

	strict := newSite(t, twofactor.Config{}, plugintest.Options{})
	strict.SignedIn("keys-only@example.com").Post("/two-factor/enable", map[string]any{"password": password}).WantError(twofactor.ErrInvalidPassword)

	alone := plugintest.New(t, twofactor.New(twofactor.Config{}))
	alone.SignedIn("keys-only@example.com").Post("/two-factor/enable", map[string]any{"password": password}).WantError(twofactor.ErrInvalidPassword)
	if !strings.Contains(alone.Log.String(), "no plugin checks passwords") {
		t.Error("nothing tells that nobody can set up a second step")
	}
}

func TestDisable(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		c, a, _ := s.enrolled()
		device, other := s.challenged(), s.challenged()
		trusting(device, "totp", a.code(0)).Want(http.StatusOK)
		trusting(other, "totp", a.code(1)).Want(http.StatusOK)
		waiting := s.challenged()

		old := device.Cookie(cookieSession)
		device.Post("/two-factor/disable", map[string]any{"password": password}).WantBody(http.StatusOK, `{"status":true}`)
		if device.Cookie(cookieSession) == old || device.Cookie(cookieTrust) != "" {
			t.Error("the session or the trust goes on")
		}
		verify(waiting, "totp", a.code(1)).WantError(twofactor.ErrTOTPNotEnabled)
		signIn(s.Client()).Want(http.StatusOK)
		rows, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Count(t.Context())
		if err != nil || rows != 0 {
			t.Errorf("%d rows, %v", rows, err)
		}

		// Set up again, no device is trusted from before; a code of the new app
		// counts though one of the old app was used in the same moment.
		again, _ := s.begun(device)
		verify(device, "totp", again.code(-1)).Want(http.StatusOK)
		other.ClearCookies()
		s.wantSession(c, true)
		s.challenged()
	})
}

// A trusted device that was not the one that disabled the second step is
// trusted no more either.
func TestDisableDistrustsEveryDevice(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{})
	c, a, _ := s.enrolled()
	device := s.challenged()
	trusting(device, "totp", a.code(0)).Want(http.StatusOK)
	c.Post("/two-factor/disable", map[string]any{"password": password}).Want(http.StatusOK)
	again, _ := s.begun(c)
	verify(c, "totp", again.code(0)).Want(http.StatusOK)
	if signIn(device).Want(http.StatusOK); device.Cookie(cookieChallenge) == "" {
		t.Error("a device trusted before skips the second step")
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	s := newSite(t, twofactor.Config{}, plugintest.Options{Config: betterauth.Config{AppName: "Äpp"}})
	c := s.signedUp()
	ask := map[string]any{"password": password}
	c.Post("/two-factor/get-totp-uri", ask).WantError(twofactor.ErrTOTPNotEnabled)
	var made enabled
	c.Post("/two-factor/enable", map[string]any{"password": password, "issuer": ""}).Want(http.StatusOK).Into(&made)
	if !strings.HasPrefix(made.TOTPURI, "otpauth://totp/%C3%84pp:ada%40example.com?") {
		t.Errorf("made %s", made.TOTPURI)
	}
	c.Post("/two-factor/get-totp-uri", ask).WantBody(http.StatusOK, `{"totpURI":"`+made.TOTPURI+`"}`)

	c.Post("/two-factor/enable", map[string]any{"password": password, "issuer": "Other"}).Want(http.StatusOK).Into(&made)
	if !strings.Contains(made.TOTPURI, "/Other:") || !strings.Contains(made.TOTPURI, "&issuer=Other&") {
		t.Errorf("made %s", made.TOTPURI)
	}

	without := newSite(t, twofactor.Config{TOTP: twofactor.TOTPConfig{Disabled: true}}, plugintest.Options{})
	c = without.signedUp()
	c.Post("/two-factor/enable", ask).WantBody(http.StatusBadRequest, `{"message":"TOTP is not available","code":"TOTP_NOT_CONFIGURED"}`)
	c.Post("/two-factor/get-totp-uri", ask).WantBody(http.StatusBadRequest, `{"message":"totp isn't configured","code":"TOTP_NOT_CONFIGURED"}`)
	verify(c, "totp", "123456").WantBody(http.StatusBadRequest, `{"message":"totp isn't configured","code":"TOTP_NOT_CONFIGURED"}`)
	c.Post("/two-factor/enable", map[string]any{"password": password, "method": "otp"}).WantError(twofactor.ErrOTPNotConfigured)
	c.Post("/two-factor/send-otp", nil).WantBody(http.StatusBadRequest, `{"message":"otp isn't configured","code":"OTP_NOT_CONFIGURED"}`)
}

// What others keep in a session stays when it is replaced.
func TestReplacedSessionKeepsColumns(t *testing.T) {
	t.Parallel()
	theme := betterauth.NewField[string]("session", database.Column{Name: "theme"})
	s := newSite(t, mailing(), plugintest.Options{Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{theme}}})
	c := s.signedUp()
	c.Post("/update-session", map[string]any{"theme": "dark"}).Want(http.StatusOK)
	c.Post("/two-factor/enable", map[string]any{"password": password, "method": "otp"}).Want(http.StatusOK)
	if body := string(c.Get("/get-session").Want(http.StatusOK).Body); !strings.Contains(body, `"theme":"dark"`) {
		t.Errorf("session %s", body)
	}
}

// Of many who enable at once with one session, all answers are of one row.
func TestEnableAtTheSameTime(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, twofactor.Config{}, plugintest.Options{DB: db})
		c := s.signedUp()
		plugintest.AtOnce(8, func(int) {
			c.Fork().Post("/two-factor/enable", map[string]any{"password": password}).Want(http.StatusOK)
		})
		rows, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Count(t.Context())
		if err != nil || rows != 1 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]twofactor.Config{
		"Methods has no effect": {EveryMethod: true, Methods: []string{"email"}},
		"Methods is empty":      {Methods: []string{}},
		"ChallengeTTL":          {ChallengeTTL: -time.Second},
		"TrustTTL":              {TrustTTL: time.Millisecond},
		"TOTP.Digits":           {TOTP: twofactor.TOTPConfig{Digits: 9}},
		"TOTP.Period":           {TOTP: twofactor.TOTPConfig{Period: 1500 * time.Millisecond}},
		"OTP.TTL":               {OTP: twofactor.OTPConfig{TTL: -1}},
		"OTP.Digits":            {OTP: twofactor.OTPConfig{Digits: 11}},
		"OTP.Attempts":          {OTP: twofactor.OTPConfig{Attempts: -1}},
		"OTP.Storage":           {OTP: twofactor.OTPConfig{Storage: betterauth.CodesHashedBy(nil)}},
		"Backup.Amount":         {Backup: twofactor.BackupConfig{Amount: -1}},
		"Backup.Length":         {Backup: twofactor.BackupConfig{Length: 4}},
		"Backup.Storage":        {Backup: twofactor.BackupConfig{Storage: betterauth.CodesHashed()}},
		"Lockout.Attempts":      {Lockout: twofactor.LockoutConfig{Attempts: -1}},
		"Lockout.Duration":      {Lockout: twofactor.LockoutConfig{Duration: -1}},
		"needs Config.Mailer":   mailing(),
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{twofactor.New(cfg)}, NoMailer: true})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// It builds with the others in any order.
func TestBuildsBesideOthers(t *testing.T) {
	t.Parallel()
	plugintest.New(t, twofactor.New(twofactor.Config{}), passkey.New(passkey.Config{}))
	plugintest.New(t, twofactor.New(twofactor.Config{}), emailpassword.New(emailpassword.Config{}))
}

// A set-up that nobody confirmed goes with the first proof of the address, beside a
// second step by mail as well, which stays.
func TestFirstProofRemovesUnconfirmedSetUp(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(s *site) *plugintest.Client{"alone": (*site).signedUp, "beside mailed codes": (*site).enrolledByMail} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newSite(t, mailing(), plugintest.Options{DB: db})
				c := start(s)
				s.begun(c)
				before, _ := twofactor.Enabled.Get(s.user())
				user, _, err := s.Host.ProvenUser(t.Context(), email, nil)
				if err != nil {
					t.Fatal(err)
				}
				if on, _ := twofactor.Enabled.Get(user); on != before {
					t.Errorf("a second step is asked for: %v, want %v", on, before)
				}
				if rows, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Count(t.Context()); err != nil || rows != 0 {
					t.Errorf("%d rows, %v", rows, err)
				}
			})
		})
	}
}

// Whether a second step is asked for changes the session's token and not its age:
// only a proof makes a session fresh, and whoever has the session was shown the
// secret.
func TestSecondStepRenewsTheTokenOnly(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		o := plugintest.Options{DB: db}
		o.Config.Session.FreshAge = time.Hour
		o.Plugins = append(o.Plugins, betterauth.Inline{ID: "fresh", Endpoints: []betterauth.Endpoint{betterauth.Handle(
			betterauth.Operation{ID: "fresh", Method: http.MethodPost, Path: "/fresh", Access: betterauth.WithFreshSession},
			func(*betterauth.Ctx, betterauth.None) (betterauth.Status, error) {
				return betterauth.Status{Status: true}, nil
			})}})
		s := newSite(t, mailing(), o)
		c := s.signedUp()
		a, _ := s.begun(c)
		s.Clock.Advance(2 * time.Hour)
		session := func() *betterauth.Session {
			t.Helper()
			rows, err := plugintest.StoreOf[betterauth.Session](s.Kit).List(t.Context(), database.Query{})
			if err != nil || len(rows) != 1 {
				t.Fatalf("%d sessions, %v", len(rows), err)
			}
			return rows[0]
		}
		for _, step := range []struct {
			what string
			do   func()
		}{
			{"an app", func() { verify(c, "totp", a.code(0)).Want(http.StatusOK) }},
			{"none", func() { c.Post("/two-factor/disable", map[string]any{"password": password}).Want(http.StatusOK) }},
			{"mailed codes", func() {
				c.Post("/two-factor/enable", map[string]any{"password": password, "method": "otp"}).Want(http.StatusOK)
			}},
		} {
			old, copied := session(), c.Fork()
			step.do()
			now := session()
			if now.ID != old.ID || now.Token == old.Token || !now.CreatedAt.Equal(old.CreatedAt) || !now.ExpiresAt.Equal(old.ExpiresAt) {
				t.Errorf("%s: %+v became %+v", step.what, old, now)
			}
			s.wantSession(copied, false)
			s.wantSession(c, true)
			c.Post("/fresh", nil).WantError(betterauth.ErrSessionNotFresh)
		}
	})
}

// Whoever signed up with a foreign address and set up a second step leaves it to
// the owner only where that is removed by mail. What waits at it ends in any case.
func TestFirstProofRemovesVerifiedSecondStepOnlyWithRecoveryByMail(t *testing.T) {
	t.Parallel()
	for name, recover := range map[string]bool{"default": false, "recovery by mail": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			firstProof(t, recover)
		})
	}
}

func firstProof(t *testing.T, recover bool) {
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		cfg := mailing()
		cfg.AllowRecoveryByMail = recover
		s := newSite(t, cfg, plugintest.Options{DB: db})
		_, a, _ := s.enrolled()
		device := s.challenged()
		trusting(device, "totp", a.code(0)).Want(http.StatusOK)
		waiting := s.challenged()
		user, _, err := s.Host.ProvenUser(t.Context(), email, nil)
		if err != nil {
			t.Fatal(err)
		}
		if on, _ := twofactor.Enabled.Get(user); on == recover {
			t.Errorf("the second step is asked for: %v", on)
		}
		verify(waiting, "totp", a.code(1)).WantError(twofactor.ErrInvalidCookie)
		rows, err := plugintest.StoreOf[twofactor.Enrolment](s.Kit).Count(t.Context())
		if err != nil || (rows == 0) != recover {
			t.Errorf("%d rows, %v", rows, err)
		}
		values, err := plugintest.StoreOf[betterauth.Verification](s.Kit).Count(t.Context(), database.Eq("value", user.ID))
		if err != nil || values != 0 {
			t.Errorf("%d values, %v", values, err)
		}
	})
}
