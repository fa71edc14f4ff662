package plugins_test

import (
	"encoding/base32"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

type body = map[string]any

const (
	adaMail     = "ada@example.com"
	adaPassword = "password1234"
)

// guessing is a site with every plugin that takes what can be guessed, where
// failures and mail count and requests do not.
type guessing struct {
	*plugintest.Kit
	t     *testing.T
	plain *emailotp.EmailOTP
	ada   *plugintest.Client // signed in
	app   string             // the secret of her authenticator app
}

func newGuessing(t *testing.T, db *database.DB) *guessing {
	t.Helper()
	g := &guessing{t: t, plain: emailotp.New(emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true, VerifyCurrentEmail: true}})}
	second := twofactor.New(twofactor.Config{OTP: twofactor.OTPConfig{Enabled: true}, Lockout: twofactor.LockoutConfig{Disabled: true}})
	g.Kit = plugintest.NewWith(t, plugintest.Options{
		DB: db, RateLimited: true,
		Config: betterauth.Config{
			RateLimit: betterauth.RateLimitConfig{Disabled: true}, Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
			ClientIP: betterauth.ClientIPConfig{Headers: []string{"X-Real-IP"}},
		},
		Plugins: []betterauth.Plugin{
			emailpassword.New(emailpassword.Config{}), username.New(username.Config{}), g.plain, second, magiclink.New(magiclink.Config{}),
			account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}}),
		},
	})
	g.ada = g.Client()
	g.ada.Post("/sign-up/email", body{"name": "Ada", "email": adaMail, "password": adaPassword, "username": "ada"}).Want(http.StatusOK)
	return g
}

// enrol gives Ada an authenticator app.
func (g *guessing) enrol() {
	g.t.Helper()
	var enabled struct {
		TOTPURI string `json:"totpURI"`
	}
	g.ada.Post("/two-factor/enable", body{"password": adaPassword}).Want(http.StatusOK).Into(&enabled)
	uri, err := url.Parse(enabled.TOTPURI)
	if err != nil {
		g.t.Fatal(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(uri.Query().Get("secret"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.app = string(secret)
	g.ada.Post("/two-factor/verify-totp", body{"code": g.totp()}).Want(http.StatusOK)
}

func (g *guessing) totp() string {
	g.t.Helper()
	answer, err := plugintest.Call[twofactor.GenerateTOTPAnswer](g.Client(), "generateTOTP", twofactor.GenerateTOTPInput{Secret: g.app})
	if err != nil {
		g.t.Fatal(err)
	}
	return answer.Code
}

// second is a browser that gave the password and is asked for the second step.
func (g *guessing) second() *plugintest.Client {
	g.t.Helper()
	c := g.Client()
	c.Post("/sign-in/email", body{"email": adaMail, "password": adaPassword}).Want(http.StatusOK)
	return c
}

// forget ends all counts, as time does.
func (g *guessing) forget() { g.Clock.Advance(25 * time.Hour) }

// guess is something that can be guessed: one wrong guess by somebody new.
type guess struct {
	name string
	// wrong makes it, for Ada or in the same way for nobody, and answers what it
	// came to.
	wrong func(g *guessing, email, username string) *plugintest.Answer
	// own says that only Ada herself, signed in, can make it.
	own bool
	// second says that it takes Ada's password first.
	second bool
}

// code makes a code that is good, and returns one that is not.
func (g *guessing) wrongCode(email string, t emailotp.Type) string {
	g.t.Helper()
	code, err := g.plain.Create(g.t.Context(), email, t)
	if err != nil {
		g.t.Fatal(err)
	}
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

var guesses = []guess{
	{name: "password by address", wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.Client().Post("/sign-in/email", body{"email": email, "password": "wrong-password"})
	}},
	{name: "password by username", wrong: func(g *guessing, _, username string) *plugintest.Answer {
		return g.Client().Post("/sign-in/username", body{"username": username, "password": "wrong-password"})
	}},
	{name: "code to sign in", wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.Client().Post("/sign-in/email-otp", body{"email": email, "otp": g.wrongCode(email, emailotp.TypeSignIn)})
	}},
	{name: "code to verify", wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.Client().Post("/email-otp/verify-email", body{"email": email, "otp": g.wrongCode(email, emailotp.TypeEmailVerification)})
	}},
	{name: "code to look at", wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.Client().Post("/email-otp/check-verification-otp", body{"email": email, "type": "sign-in", "otp": g.wrongCode(email, emailotp.TypeSignIn)})
	}},
	{name: "code to reset", wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.Client().Post("/email-otp/reset-password", body{"email": email, "password": "password5678", "otp": g.wrongCode(email, emailotp.TypeForgetPassword)})
	}},
	{name: "code to change the address", own: true, wrong: func(g *guessing, email, _ string) *plugintest.Answer {
		return g.ada.Post("/email-otp/request-email-change", body{"newEmail": "new@example.com", "otp": g.wrongCode(email, emailotp.TypeEmailVerification)})
	}},
	{name: "change of password", own: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.ada.Post("/change-password", body{"currentPassword": "wrong-password", "newPassword": "password5678"})
	}},
	{name: "password to look at", own: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.ada.Post("/verify-password", body{"password": "wrong-password"})
	}},
	{name: "password to delete", own: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.ada.Post("/delete-user", body{"password": "wrong-password"})
	}},
	{name: "password to change the second step", own: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.ada.Post("/two-factor/generate-backup-codes", body{"password": "wrong-password"})
	}},
	{name: "code of the app", second: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.second().Post("/two-factor/verify-totp", body{"code": "000000x"})
	}},
	{name: "backup code", second: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		return g.second().Post("/two-factor/verify-backup-code", body{"code": "00000-00000"})
	}},
	{name: "mailed code of the second step", second: true, wrong: func(g *guessing, _, _ string) *plugintest.Answer {
		c := g.second()
		c.Post("/two-factor/send-otp", body{}).Want(http.StatusOK)
		return c.Post("/two-factor/verify-otp", body{"code": "000000x"})
	}},
}

// mustFail is a wrong guess that was looked at.
func (g *guessing) mustFail(what guess, email, username string) {
	g.t.Helper()
	if answer := what.wrong(g, email, username); answer.Status == http.StatusTooManyRequests || answer.Status < 400 || answer.Status >= 500 {
		g.t.Fatalf("%s: %d %s", what.name, answer.Status, answer.Body)
	}
}

// Whatever is guessed, and however guesses are mixed, the twentieth is the last
// before a wait, in which nothing of it all is looked at.
func TestGuessesOfAllKindsCountTogether(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		g := newGuessing(t, db)
		g.enrol()
		for i, first := range guesses {
			next := guesses[(i+1)%len(guesses)]
			for range 10 {
				g.mustFail(first, adaMail, "ada")
				g.mustFail(next, adaMail, "ada")
			}
			for _, any := range guesses {
				if any.second {
					continue // the password before it is refused
				}
				any.wrong(g, adaMail, "ada").WantError(betterauth.ErrTooManyFailures)
			}
			g.Client().Post("/sign-in/email", body{"email": adaMail, "password": adaPassword}).WantError(betterauth.ErrTooManyFailures)
			g.Mails()
			g.forget()
		}
	})
}

// A second step that was begun before the wait is refused in it, right or wrong,
// and is there after it.
func TestTheSecondStepWaits(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		g := newGuessing(t, db)
		g.enrol()
		g.Clock.Advance(time.Minute) // the app has another code
		begun := g.second()
		for range 20 {
			g.mustFail(guesses[0], adaMail, "ada")
		}
		begun.Post("/two-factor/verify-totp", body{"code": "000000x"}).WantError(betterauth.ErrTooManyFailures)
		begun.Post("/two-factor/verify-totp", body{"code": g.totp()}).WantError(betterauth.ErrTooManyFailures)
		begun.Post("/two-factor/verify-backup-code", body{"code": "00000-00000"}).WantError(betterauth.ErrTooManyFailures)
		g.Clock.Advance(30 * time.Second)
		begun.Post("/two-factor/verify-totp", body{"code": g.totp()}).Want(http.StatusOK)
		// Which ended the count.
		for range 20 {
			g.mustFail(guesses[0], adaMail, "ada")
		}
	})
}

// A right password does not end the count of who is asked for more: whoever
// knows it has no more guesses at the second step than others.
func TestAPasswordDoesNotBuyGuessesAtTheSecondStep(t *testing.T) {
	t.Parallel()
	g := newGuessing(t, nil)
	g.enrol()
	looked := 0
	for range 60 {
		c := g.Client()
		if answer := c.Post("/sign-in/email", body{"email": adaMail, "password": adaPassword}); answer.Status != http.StatusOK {
			answer.WantError(betterauth.ErrTooManyFailures)
			continue
		}
		if answer := c.Post("/two-factor/verify-totp", body{"code": "000000x"}); answer.Code() != betterauth.ErrTooManyFailures.Code {
			answer.WantError(twofactor.ErrInvalidCode)
			looked++
		}
	}
	if looked != 20 {
		t.Errorf("%d guesses at the second step, want 20", looked)
	}
}

// Nobody learns by guessing who has an account: the answers are the same, to the
// byte and in their order.
func TestGuessesAtNobodyAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		g := newGuessing(t, db)
		for _, what := range guesses {
			if what.own || what.second {
				continue
			}
			for range 22 {
				known, unknown := what.wrong(g, adaMail, "ada"), what.wrong(g, "nobody@example.com", "nobody")
				if known.Status != unknown.Status || string(known.Body) != string(unknown.Body) || known.Header.Get("Retry-After") != unknown.Header.Get("Retry-After") {
					t.Fatalf("%s: %d %s, and for nobody %d %s", what.name, known.Status, known.Body, unknown.Status, unknown.Body)
				}
			}
			what.wrong(g, "nobody@example.com", "NoBody").WantError(betterauth.ErrTooManyFailures)
			g.forget()
		}
	})
}

// mails is something that is mailed to an address on request.
var mails = map[string]func(c *plugintest.Client, email string) *plugintest.Answer{
	"code to sign in": func(c *plugintest.Client, email string) *plugintest.Answer {
		return c.Post("/email-otp/send-verification-otp", body{"email": email, "type": "sign-in"})
	},
	"code to reset": func(c *plugintest.Client, email string) *plugintest.Answer {
		return c.Post("/email-otp/request-password-reset", body{"email": email})
	},
	"link to sign in": func(c *plugintest.Client, email string) *plugintest.Answer {
		return c.Post("/sign-in/magic-link", body{"email": email})
	},
}

// However much mail somebody asks for to an address, ten are sent, and the last
// that was sent works. Who has an account is not told by it.
func TestAFloodOfMailLeavesTheLastOneGood(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		g := newGuessing(t, db)
		for name, ask := range mails {
			g.Clock.Advance(time.Hour) // what another case used up is there again
			var last *betterauth.Message
			sent := 0
			for range 40 {
				known, unknown := ask(g.Client(), adaMail), ask(g.Client(), "nobody@example.com")
				if known.Want(http.StatusOK); string(known.Body) != string(unknown.Body) || unknown.Status != http.StatusOK {
					t.Fatalf("%s: %s, and for nobody %d %s", name, known.Body, unknown.Status, unknown.Body)
				}
				for _, m := range g.Mails() {
					if m.To == adaMail {
						sent++
						last = m
					}
				}
			}
			if sent != 10 {
				t.Errorf("%s: %d mails", name, sent)
			}
			switch {
			case last.Kind == emailotp.KindForgetPassword:
				g.Client().Post("/email-otp/reset-password", body{"email": adaMail, "password": adaPassword, "otp": last.Code}).Want(http.StatusOK)
			case last.Code != "":
				g.Client().Post("/sign-in/email-otp", body{"email": adaMail, "otp": last.Code}).Want(http.StatusOK)
			default:
				if answer := g.Client().Get(g.Route(last)); answer.SetCookie("better-auth.session_token") == nil {
					t.Errorf("%s: the last link came to %d %s", name, answer.Status, answer.Body)
				}
			}
		}
	})
}

// Who has given the password gets the code of the second step, however much mail
// others ask for to the address; too much of that leaves the last code good.
func TestAFloodOfMailDoesNotKeepTheSecondStepAway(t *testing.T) {
	t.Parallel()
	g := newGuessing(t, nil)
	g.enrol()
	for range 20 {
		mails["code to sign in"](g.Client(), adaMail).Want(http.StatusOK)
	}
	g.Mails()
	c := g.second()
	var sent []*betterauth.Message
	for range 15 {
		c.Post("/two-factor/send-otp", body{}).Want(http.StatusOK)
		sent = append(sent, g.Mails()...)
	}
	if len(sent) != 10 {
		t.Fatalf("%d codes were mailed", len(sent))
	}
	c.Post("/two-factor/verify-otp", body{"code": sent[9].Code}).Want(http.StatusOK)
}

// A code from the present address is not used up where the new one gets no mail.
func TestTooMuchMailCostsNoCode(t *testing.T) {
	t.Parallel()
	g := newGuessing(t, nil)
	for range 10 {
		mails["code to sign in"](g.Client(), "new@example.com").Want(http.StatusOK)
	}
	code, err := g.plain.Create(t.Context(), adaMail, emailotp.TypeEmailVerification)
	if err != nil {
		t.Fatal(err)
	}
	g.Mails()
	ask := func() int {
		g.ada.Post("/email-otp/request-email-change", body{"newEmail": "new@example.com", "otp": code}).Want(http.StatusOK)
		return len(g.Mails())
	}
	if n := ask(); n != 0 {
		t.Fatalf("%d mails", n)
	}
	g.Clock.Advance(3 * time.Minute)
	if n := ask(); n != 1 {
		t.Errorf("%d mails when there is room again", n)
	}
}
