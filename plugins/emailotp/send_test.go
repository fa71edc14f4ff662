package emailotp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

// Whether an address is known shows neither in the answer nor in what guesses
// come to; only its owner has mail.
func TestSendTellsNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg    emailotp.Config
		path   string
		body   func(email string) members
		use    string
		mailed bool // to an unknown address
	}{
		"sign in or up": {path: "/email-otp/send-verification-otp", use: "/sign-in/email-otp", mailed: true,
			body: func(email string) members { return members{"email": email, "type": "sign-in"} }},
		"sign in": {cfg: emailotp.Config{DisableSignUp: true}, path: "/email-otp/send-verification-otp", use: "/sign-in/email-otp",
			body: func(email string) members { return members{"email": email, "type": "sign-in"} }},
		"verify": {path: "/email-otp/send-verification-otp", use: "/email-otp/verify-email",
			body: func(email string) members { return members{"email": email, "type": "email-verification"} }},
		"forget": {path: "/email-otp/send-verification-otp", use: "/email-otp/reset-password",
			body: func(email string) members { return members{"email": email, "type": "forget-password"} }},
		"reset": {path: "/email-otp/request-password-reset", use: "/email-otp/reset-password",
			body: func(email string) members { return members{"email": email} }},
		"deprecated": {path: "/forget-password/email-otp", use: "/email-otp/reset-password",
			body: func(email string) members { return members{"email": email} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.cfg, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
			s.CreateUser("known@example.com", true)
			var answers [2]string
			for i, email := range []string{"known@example.com", "unknown@example.com"} {
				s.Client().Post(tt.path, tt.body(email)).WantBody(http.StatusOK, done)
				mails := s.Mails()
				if want := i == 0 || tt.mailed; (len(mails) == 1) != want || len(mails) > 1 {
					t.Errorf("%s: %d mails", email, len(mails))
				}
				for range 5 {
					a := s.Client().Post(tt.use, members{"email": email, "otp": "wrong!", "password": "password1234"})
					answers[i] += string(a.Body)
				}
			}
			if answers[0] != answers[1] || !strings.Contains(answers[0], "TOO_MANY_ATTEMPTS") {
				t.Errorf("guesses are answered\n%s\n%s", answers[0], answers[1])
			}
		})
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{Config: betterauth.Config{AppName: "Shop"},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	user := s.CreateUser("ann@example.com", true)
	for typ, kind := range map[emailotp.Type]string{emailotp.TypeSignIn: emailotp.KindSignIn,
		emailotp.TypeEmailVerification: emailotp.KindEmailVerification, emailotp.TypeForgetPassword: emailotp.KindForgetPassword} {
		s.Client().Post("/email-otp/send-verification-otp", members{"email": "Ann@Example.com", "type": typ}).Want(http.StatusOK)
		m := s.Mail()
		if m.Kind != kind || m.To != user.Email || m.User.ID != user.ID || m.Code == "" || m.URL != "" || !strings.Contains(m.Subject, "Shop") || !strings.Contains(m.Text, m.Code) {
			t.Errorf("mail %+v", m)
		}
	}
}

func TestSendRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	post := func(body any) *plugintest.Answer { return s.Client().Post("/email-otp/send-verification-otp", body) }
	post(members{"email": "nope", "type": "sign-in"}).WantBody(http.StatusBadRequest, `{"message":"Invalid email","code":"INVALID_EMAIL"}`)
	post(members{"email": "a@b.com", "type": "change-email"}).WantBody(http.StatusBadRequest, `{"message":"Invalid OTP type"}`)
	for _, body := range []string{`{}`, `{"email":"a@b.com"}`, `{"email":"a@b.com","type":"x"}`, `{"email":1,"type":"sign-in"}`, `{"email":null,"type":"sign-in"}`,
		"{\"email\":\"a\\u0000@b.com\",\"type\":\"sign-in\"}"} {
		post(body).WantError(betterauth.ErrValidation)
	}
	foreign := s.Client()
	foreign.Header = http.Header{"Origin": {"https://evil.example"}}
	foreign.Post("/email-otp/send-verification-otp", members{"email": "a@b.com", "type": "sign-in"}).WantError(betterauth.ErrInvalidOrigin)
	// What is no address has no code, and nothing is kept for it.
	s.signIn(strings.Repeat("x", 10000), "123456").WantError(emailotp.ErrInvalid)
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails for refused requests", n)
	}
}

func TestWithoutMailer(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{},
		plugintest.Options{NoMailer: true, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	const refused = `{"message":"send email verification is not implemented","code":"EMAIL_OTP_NOT_ENABLED"}`
	s.Client().Post("/email-otp/send-verification-otp", members{"email": "a@b.com", "type": "sign-in"}).WantBody(http.StatusBadRequest, refused)
	s.Client().Post("/email-otp/request-password-reset", members{"email": "a@b.com"}).WantBody(http.StatusBadRequest, refused)
	s.Client().Post("/sign-up/email", members{"name": "A", "email": "new@b.com", "password": "password1234"}).Want(http.StatusOK)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{RateLimited: true})
	for _, path := range []string{"/email-otp/send-verification-otp", "/email-otp/check-verification-otp", "/email-otp/verify-email", "/sign-in/email-otp",
		"/email-otp/request-password-reset", "/email-otp/reset-password", "/forget-password/email-otp", "/email-otp/request-email-change", "/email-otp/change-email"} {
		for range 3 {
			if a := s.Client().Post(path, members{}); a.Status == http.StatusTooManyRequests {
				t.Errorf("%s: limited too early", path)
			}
		}
		s.Client().Post(path, members{}).Want(http.StatusTooManyRequests)
	}
}

func TestSignUpMailsCode(t *testing.T) {
	t.Parallel()
	signUp := members{"name": "Ann", "email": "Ann@example.com", "password": "password1234"}
	s := newSite(t, emailotp.Config{SendVerificationOnSignUp: true}, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	c := s.Client()
	// A sign-up that signs in needs nothing else to be remembered by.
	if a := c.Post("/sign-up/email", signUp).Want(http.StatusOK); len(a.Cookies) != 1 || a.SetCookie("better-auth.session_token") == nil {
		t.Errorf("signing up set %v", a.Cookies)
	}
	m := s.Mail()
	if m.Kind != emailotp.KindEmailVerification || m.To != "ann@example.com" {
		t.Errorf("mail %+v", m)
	}
	c.Post("/email-otp/verify-email", members{"email": "ann@example.com", "otp": m.Code}).Want(http.StatusOK)
	if !s.User("ann@example.com").EmailVerified {
		t.Error("not verified")
	}
	s.Client().Post("/sign-up/email", signUp).WantError(emailpassword.ErrUserExists)
	s.SignedIn("made-otherwise@example.com")
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails to people who did not sign up", n)
	}
	silent := newSite(t, emailotp.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	silent.Client().Post("/sign-up/email", signUp).Want(http.StatusOK)
	if n := len(silent.Mails()); n != 0 {
		t.Errorf("%d mails nobody asked for", n)
	}
}

// Where codes replace links, every occasion to mail a link mails a code.
func TestOverride(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{OverrideDefaultEmailVerification: true, SendVerificationOnSignUp: true}, plugintest.Options{Plugins: []betterauth.Plugin{
		emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}),
		emailverification.New(emailverification.Config{SendOnSignIn: true, AutoSignInAfterVerification: true}),
	}})
	wantCode := func() string {
		t.Helper()
		m := s.Mail()
		if m.Kind != emailotp.KindEmailVerification || m.To != "ann@example.com" || m.URL != "" {
			t.Errorf("mail %+v", m)
		}
		return m.Code
	}
	s.Client().Post("/sign-up/email", members{"name": "Ann", "email": "ann@example.com", "password": "password1234"}).Want(http.StatusOK)
	wantCode()
	s.Client().Post("/sign-in/email", members{"email": "ann@example.com", "password": "password1234"}).WantError(emailpassword.ErrEmailNotVerified)
	wantCode()
	s.Client().Post("/send-verification-email", members{"email": "ann@example.com"}).Want(http.StatusOK)
	code := wantCode()
	s.Client().Post("/send-verification-email", members{"email": "nobody@example.com"}).Want(http.StatusOK)
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails to nobody", n)
	}
	if n := len(s.stored("email-verification-otp-nobody@example.com")); n != 1 {
		t.Error("less work for nobody")
	}
	c := s.Client()
	c.Post("/email-otp/verify-email", members{"email": "ann@example.com", "otp": code}).Want(http.StatusOK)
	if c.Cookie("better-auth.session_token") == "" {
		t.Error("not signed in")
	}
}

// Codes take the place of links of one plugin, which there must be, and of no links
// that somebody else's codes took the place of.
func TestOverrideNeedsLinks(t *testing.T) {
	t.Parallel()
	codes := func() betterauth.Plugin {
		return emailotp.New(emailotp.Config{OverrideDefaultEmailVerification: true})
	}
	links := func() betterauth.Plugin { return emailverification.New(emailverification.Config{}) }
	for want, plugins := range map[string][]betterauth.Plugin{
		"plugin email-otp: need emailotp.Links: no plugin implements it; OverrideDefaultEmailVerification mails codes in place of its links; add emailverification.New": {codes()},
		"plugin email-otp: Init: another plugin has called ReplaceLinks already":                                                                                        {links(), &otherCodes{}, codes()},
	} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: plugins}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build: %v, want %q", err, want)
		}
	}
	// A Build that failed later is repeated with the same values.
	again := []betterauth.Plugin{links(), codes()}
	failing := &failingOnce{}
	for i, want := range []bool{false, true} {
		if _, err := plugintest.Build(t, plugintest.Options{Plugins: append(again, failing)}); (err == nil) != want {
			t.Errorf("Build number %d: %v", i+1, err)
		}
	}
}

// otherCodes is another plugin that replaces links.
type otherCodes struct{ links emailotp.Links }

func (o *otherCodes) Manifest() betterauth.Manifest {
	return betterauth.Manifest{ID: "other-codes", Needs: []betterauth.Dependency{betterauth.Need(&o.links)}}
}

func (o *otherCodes) Init(context.Context, *betterauth.Host) error {
	return o.links.ReplaceLinks(func(*betterauth.Ctx, *betterauth.User, string, bool) error { return nil })
}

type failingOnce struct{ failed bool }

func (*failingOnce) Manifest() betterauth.Manifest { return betterauth.Manifest{ID: "failing-once"} }

func (f *failingOnce) Init(context.Context, *betterauth.Host) error {
	if f.failed {
		return nil
	}
	f.failed = true
	return errors.New("told to")
}
