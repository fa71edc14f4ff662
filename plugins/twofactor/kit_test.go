package twofactor_test

import (
	"encoding/base32"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

const (
	email    = "ada@example.com"
	password = "password1234"

	cookieSession   = "better-auth.session_token"
	cookieChallenge = "better-auth.two_factor"
	cookieTrust     = "better-auth.trust_device"
)

// site is a kit with this plugin and passwords.
type site struct {
	*plugintest.Kit
	plugin *twofactor.TwoFactor
	t      testing.TB
}

func newSite(t testing.TB, cfg twofactor.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t, plugin: twofactor.New(cfg)}
	if o.Config.Password.Hasher == nil {
		o.Config.Password.Hasher = plugintest.FastHasher{}
	}
	o.Plugins = append(o.Plugins, emailpassword.New(emailpassword.Config{}), s.plugin)
	s.Kit = plugintest.NewWith(t, o)
	return s
}

func mailing() twofactor.Config { return twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}} }

// signedUp is a browser of somebody who has just signed up.
func (s *site) signedUp() *plugintest.Client {
	s.t.Helper()
	c := s.Client()
	c.Post("/sign-up/email", map[string]any{"name": "Ada", "email": email, "password": password}).Want(http.StatusOK)
	return c
}

// app is an authenticator app.
type app struct {
	site   *site
	secret string
}

// code is what the app shows, some periods from now.
func (a app) code(periods int) string {
	a.site.Clock.Advance(time.Duration(periods) * 30 * time.Second)
	defer a.site.Clock.Advance(time.Duration(-periods) * 30 * time.Second)
	return a.site.plugin.GenerateTOTP(a.secret)
}

type enabled struct {
	Method      string   `json:"method"`
	TOTPURI     string   `json:"totpURI"`
	BackupCodes []string `json:"backupCodes"`
}

// begun has set up an app without showing a code.
func (s *site) begun(c *plugintest.Client) (app, []string) {
	s.t.Helper()
	var got enabled
	c.Post("/two-factor/enable", map[string]any{"password": password}).Want(http.StatusOK).Into(&got)
	u, err := url.Parse(got.TOTPURI)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	if err != nil {
		s.t.Fatal(err)
	}
	return app{s, string(secret)}, got.BackupCodes
}

// enrolled is somebody with an app, who used it a while ago.
func (s *site) enrolled() (*plugintest.Client, app, []string) {
	s.t.Helper()
	c := s.signedUp()
	a, codes := s.begun(c)
	verify(c, "totp", a.code(0)).Want(http.StatusOK)
	s.wantSession(c, true)
	s.Clock.Advance(2 * time.Minute)
	return c, a, codes
}

// enrolledByMail is somebody who passes the second step with mailed codes.
func (s *site) enrolledByMail() *plugintest.Client {
	s.t.Helper()
	c := s.signedUp()
	c.Post("/two-factor/enable", map[string]any{"password": password, "method": "otp"}).WantBody(http.StatusOK, `{"method":"otp"}`)
	return c
}

func signIn(c *plugintest.Client) *plugintest.Answer {
	return c.Post("/sign-in/email", map[string]any{"email": email, "password": password})
}

// challenged is a browser that gave the password and waits for the second step.
func (s *site) challenged() *plugintest.Client {
	s.t.Helper()
	c := s.Client()
	signIn(c).Want(http.StatusOK)
	if c.Cookie(cookieChallenge) == "" || c.Cookie(cookieSession) != "" {
		s.t.Fatalf("not challenged: cookies %q and %q", c.Cookie(cookieChallenge), c.Cookie(cookieSession))
	}
	return c
}

func verify(c *plugintest.Client, kind, code string) *plugintest.Answer {
	return c.Post("/two-factor/verify-"+kind, map[string]any{"code": code})
}

func trusting(c *plugintest.Client, kind, code string) *plugintest.Answer {
	return c.Post("/two-factor/verify-"+kind, map[string]any{"code": code, "trustDevice": true})
}

// mailed asks for a code and reads it in the mail.
func (s *site) mailed(c *plugintest.Client) string {
	s.t.Helper()
	c.Post("/two-factor/send-otp", map[string]any{}).WantBody(http.StatusOK, `{"status":true}`)
	return s.Mail().Code
}

func (s *site) user() *betterauth.User {
	s.t.Helper()
	user, err := s.Users().Get(s.t.Context(), database.Eq("email", email))
	if err != nil {
		s.t.Fatal(err)
	}
	return user
}

func (s *site) sessions() int {
	s.t.Helper()
	n, err := plugintest.StoreOf[betterauth.Session](s.Kit).Count(s.t.Context(), database.Eq("userId", s.user().ID))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) wantSession(c *plugintest.Client, want bool) {
	s.t.Helper()
	got := string(c.Get("/get-session").Want(http.StatusOK).Body) != "null"
	if got != want {
		s.t.Fatalf("signed in: %v, want %v", got, want)
	}
}

// another is a wrong code of the same length.
func another(code string) string {
	wrong := []byte(code)
	wrong[0] = '0' + (wrong[0]-'0'+1)%10
	return string(wrong)
}

// unescaped is a cookie's value as SetCookie takes it.
func unescaped(t testing.TB, value string) string {
	t.Helper()
	plain, err := url.QueryUnescape(value)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
