package emailverification_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/go-json-experiment/json/jsontext"
)

const accepted = `{"status":true}`

func ask(email string) map[string]any { return map[string]any{"email": email} }

func TestRequestWithoutMailer(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{emailverification.New(emailverification.Config{})}, NoMailer: true})
	kit.Client().Post("/send-verification-email", ask("a@example.com")).WantBody(http.StatusBadRequest,
		`{"message":"Verification email isn't enabled","code":"VERIFICATION_EMAIL_NOT_ENABLED"}`)
}

// Nobody learns from an answer whether an address is known or verified.
func TestAnonymousRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{})
	user := s.CreateUser("new@example.com", false)
	s.CreateUser("done@example.com", true)
	for _, email := range []string{"new@example.com", "done@example.com", "nobody@example.com", "New@Example.com"} {
		s.Client().Post("/send-verification-email", ask(email)).WantBody(http.StatusOK, accepted)
		sent := s.Mails()
		if unverified := strings.EqualFold(email, user.Email); (len(sent) == 1) != unverified || len(sent) > 1 {
			t.Errorf("%s: %d mails", email, len(sent))
		}
		if len(sent) == 1 && (sent[0].To != user.Email || sent[0].User.ID != user.ID) {
			t.Errorf("mailed %+v", sent[0])
		}
	}
	s.Client().Post("/send-verification-email", ask("nope")).WantError(betterauth.ErrValidation)
}

func TestRequestWithSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{})
	c := s.SignedIn("a@example.com")
	c.Post("/send-verification-email", ask("other@example.com")).WantBody(http.StatusBadRequest, `{"message":"Email mismatch","code":"EMAIL_MISMATCH"}`)
	c.Post("/send-verification-email", ask("A@example.com")).WantBody(http.StatusOK, accepted)
	c.Get(bare(s.Mail())).Want(http.StatusOK)
	c.Post("/send-verification-email", ask("a@example.com")).WantBody(http.StatusBadRequest, `{"message":"Email is already verified","code":"EMAIL_ALREADY_VERIFIED"}`)
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails for refused requests", n)
	}
}

// What a cookie remembers of the address is not what counts.
func TestRequestAfterVerifyingElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{}, plugintest.Options{Config: betterauth.Config{
		Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}})
	c := s.SignedIn("a@example.com")
	c.Get("/get-session").Want(http.StatusOK)
	c.Fork().Get(s.link(claims{Email: "a@example.com"})).Want(http.StatusOK)
	c.Post("/send-verification-email", ask("a@example.com")).WantError(emailverification.ErrAlreadyVerified)
}

func TestMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailverification.Config{ExpiresIn: 90 * time.Second}, plugintest.Options{Config: betterauth.Config{AppName: "Shop"}})
	user := s.CreateUser("ann@example.com", false)
	s.Client().Post("/send-verification-email", map[string]any{"email": "ann@example.com", "callbackURL": "/a b?c=d&e"}).Want(http.StatusOK)
	m := s.Mail()
	var claims jsontext.Value
	if err := s.Host.OpenToken(purposeOf(m), m.Token, &claims); err != nil {
		t.Fatal(err)
	}
	now := s.Clock.Now().Unix()
	if want := fmt.Sprintf(`{"email":"ann@example.com","userId":%q,"iat":%d,"exp":%d}`, user.ID, now, now+90); string(claims) != want {
		t.Errorf("claims %s, want %s", claims, want)
	}
	if want := plugintest.BaseURL + "/api/auth/verify-email?token=" + m.Token + "&callbackURL=%2Fa%20b%3Fc%3Dd%26e"; m.URL != want {
		t.Errorf("link %s, want %s", m.URL, want)
	}
	if m.Kind != "verify-email" || m.To != user.Email || m.User.ID != user.ID || m.Data != nil ||
		!strings.Contains(m.Subject, "Shop") || !strings.Contains(m.Text, m.URL) {
		t.Errorf("mail %+v", m)
	}
	s.Client().Post("/send-verification-email", ask("ann@example.com")).Want(http.StatusOK)
	if m := s.Mail(); !strings.HasSuffix(m.URL, "&callbackURL=%2F") {
		t.Errorf("link %s does not end at /", m.URL)
	}
	s.Client().Post("/send-verification-email", map[string]any{"email": "ann@example.com", "callbackURL": "https://evil.example"}).
		WantError(betterauth.ErrInvalidCallbackURL)
}

// What other plugins ask for is mailed when the configuration says so.
func TestMailForOtherPlugins(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg  emailverification.Config
		sent []string
	}{
		"nothing":    {emailverification.Config{}, []string{"sign-up required"}},
		"on sign-up": {emailverification.Config{OnSignUp: emailverification.MailEverybody}, []string{"sign-up", "sign-up required"}},
		"on sign-in": {emailverification.Config{SendOnSignIn: true}, []string{"sign-up required", "sign-in"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.cfg, plugintest.Options{})
			s.CreateUser("new@example.com", false)
			s.CreateUser("done@example.com", true)
			var sent []string
			for _, what := range []string{"sign-up", "sign-up required", "sign-in"} {
				for _, email := range []string{"new@example.com", "done@example.com"} {
					s.Client().Post("/peer", map[string]any{"email": email, "what": what, "callbackURL": "/x"}).Want(http.StatusOK)
					for _, m := range s.Mails() {
						sent = append(sent, what)
						if m.To != "new@example.com" || !strings.HasSuffix(m.URL, "&callbackURL=%2Fx") {
							t.Errorf("mailed %+v", m)
						}
					}
				}
			}
			if strings.Join(sent, ", ") != strings.Join(tt.sent, ", ") {
				t.Errorf("mailed on %v, want %v", sent, tt.sent)
			}
		})
	}
}

func TestOtherPluginsWithoutMailer(t *testing.T) {
	t.Parallel()
	v := emailverification.New(emailverification.Config{})
	kit := plugintest.NewWith(t, plugintest.Options{Plugins: []betterauth.Plugin{v, onBehalf(v)}, NoMailer: true})
	kit.SignedIn("a@example.com")
	for _, what := range []string{"sign-up required", "sign-in"} {
		kit.Client().Post("/peer", map[string]any{"email": "a@example.com", "what": what}).Want(http.StatusOK)
	}
	kit.Client().Post("/peer", map[string]any{"email": "a@example.com", "what": "change", "newEmail": "b@example.com"}).
		WantError(emailverification.ErrNotEnabled)
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Setenv("BETTER_AUTH_URL", "")
	build := func(cfg emailverification.Config, mailer betterauth.Mailer) error {
		_, err := betterauth.New(betterauth.Config{Secret: plugintest.Secret, Schema: betterauth.SchemaMigrate, Mailer: mailer}).
			Database(plugintest.New(t).DB).Plugin(emailverification.New(cfg)).Build(t.Context())
		return err
	}
	mailer := betterauth.MailerFunc(func(context.Context, *betterauth.Message) error { return nil })
	if err := build(emailverification.Config{}, mailer); err == nil || !strings.Contains(err.Error(), "BaseURL") {
		t.Errorf("links to any host: %v", err)
	}
	if err := build(emailverification.Config{ExpiresIn: -time.Second}, nil); err == nil || !strings.Contains(err.Error(), "ExpiresIn") {
		t.Errorf("links that are never good: %v", err)
	}
	if err := build(emailverification.Config{}, nil); err != nil {
		t.Errorf("without a mailer: %v", err)
	}
}
