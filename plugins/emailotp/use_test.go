package emailotp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
)

func TestSignUpOnFirstUse(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailotp.Config{}, plugintest.Options{DB: db, Config: betterauth.Config{AdditionalColumns: []betterauth.AddedColumn{
			betterauth.NewField[string]("user", database.Column{Name: "nickname"})}}})
		code := s.code("Ann@Example.com", emailotp.TypeSignIn)
		c := s.Client()
		a := c.Post("/sign-in/email-otp", members{"email": "Ann@Example.com", "otp": code, "name": "Ann", "image": "https://img", "nickname": "annie"}).Want(http.StatusOK)
		if !strings.HasPrefix(string(a.Body), `{"token":"`) || !strings.Contains(string(a.Body), `"nickname":"annie"`) {
			t.Errorf("body %s", a.Body)
		}
		user := s.User("ann@example.com")
		if user.Name != "Ann" || !user.EmailVerified || user.Image == nil || c.Cookie("better-auth.session_token") == "" {
			t.Errorf("user %+v", user)
		}
		s.signIn("ann@example.com", s.code("ann@example.com", emailotp.TypeSignIn)).Want(http.StatusOK)
		if n := s.sessions(user.ID); n != 2 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestDisableSignUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{DisableSignUp: true}, plugintest.Options{})
	code, err := s.plugin.Create(t.Context(), "nobody@example.com", emailotp.TypeSignIn)
	if err != nil {
		t.Fatal(err)
	}
	s.signIn("nobody@example.com", code).WantError(emailotp.ErrInvalid)
	if n, err := s.Users().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d users, %v", n, err)
	}
}

// A code is for what it was asked for.
func TestTypesAreApart(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	s.CreateUser("ann@example.com", true)
	code := s.code("ann@example.com", emailotp.TypeEmailVerification)
	s.signIn("ann@example.com", code).WantError(emailotp.ErrInvalid)
	s.Client().Post("/email-otp/reset-password", members{"email": "ann@example.com", "otp": code, "password": "password1234"}).WantError(emailotp.ErrInvalid)
	s.Client().Post("/email-otp/verify-email", members{"email": "ann@example.com", "otp": code}).Want(http.StatusOK)
}

// Somebody who signed up with another's address keeps nothing when its owner
// comes, whether to sign in or to choose a password.
func TestUnprovenAccessIsRevoked(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, emailotp.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
		for email, come := range map[string]func(email string){
			"in@example.com": func(email string) { s.signIn(email, s.code(email, emailotp.TypeSignIn)).Want(http.StatusOK) },
			"reset@example.com": func(email string) {
				code := s.code(email, emailotp.TypeForgetPassword)
				s.Client().Post("/email-otp/reset-password", members{"email": email, "otp": code, "password": "new-password"}).WantBody(http.StatusOK, done)
				s.Client().Post("/sign-in/email", members{"email": email, "password": "new-password"}).Want(http.StatusOK)
			},
		} {
			attacker := s.Client()
			attacker.Post("/sign-up/email", members{"name": "M", "email": email, "password": "password1234"}).Want(http.StatusOK)
			accounts := plugintest.StoreOf[betterauth.Account](s.Kit)
			if err := accounts.Create(t.Context(), &betterauth.Account{UserID: s.User(email).ID, ProviderID: "github", AccountID: email}); err != nil {
				t.Fatal(err)
			}
			come(email)
			attacker.Get("/get-session").WantBody(http.StatusOK, "null")
			attacker.Post("/sign-in/email", members{"email": email, "password": "password1234"}).WantError(emailpassword.ErrInvalidCredentials)
			user := s.User(email)
			if linked, err := accounts.Exists(t.Context(), database.Eq("providerId", "github")); linked || err != nil || !user.EmailVerified || s.sessions(user.ID) != 1 {
				t.Errorf("%s: %v, %v, %+v, %d sessions", email, linked, err, user, s.sessions(user.ID))
			}
		}
	})
}

var errBanned = &betterauth.ErrorCode{Code: "BANNED", Message: "You are banned", Status: http.StatusForbidden}

func TestGateRefuses(t *testing.T) {
	t.Parallel()
	gate := betterauth.Inline{ID: "gate", Gates: []betterauth.SessionGate{{Name: "ban", Check: func(_ *betterauth.Ctx, a *betterauth.Attempt) error {
		if a.SignIn.Method != emailotp.ID {
			t.Errorf("attempt %+v", a.SignIn)
		}
		return errBanned
	}}}}
	s := newSite(t, emailotp.Config{}, plugintest.Options{Plugins: []betterauth.Plugin{gate}})
	code := s.code("ann@example.com", emailotp.TypeSignIn)
	if a := s.signIn("ann@example.com", code).WantError(errBanned); len(a.Cookies) != 0 {
		t.Errorf("cookies %v", a.Cookies)
	}
	if n, err := s.Users().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d users, %v", n, err)
	}
	s.signIn("ann@example.com", code).WantError(emailotp.ErrInvalid)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	check := func(email, code string) *plugintest.Answer {
		return s.Client().Post("/email-otp/check-verification-otp", members{"email": email, "type": "sign-in", "otp": code})
	}
	check("nope", "x").WantError(emailotp.ErrInvalidEmail)
	code := s.code("ann@example.com", emailotp.TypeSignIn)
	check("ann@example.com", code).WantBody(http.StatusBadRequest, `{"message":"User not found","code":"USER_NOT_FOUND"}`)
	s.CreateUser("ann@example.com", true)
	check("ANN@example.com", code).WantBody(http.StatusOK, done)
	check("ann@example.com", code).WantBody(http.StatusOK, done) // it is left good
	s.signIn("ann@example.com", code).Want(http.StatusOK)
}

func TestVerifyEmail(t *testing.T) {
	t.Parallel()
	var calls []string
	hook := func(name string) func(context.Context, *betterauth.User) error {
		return func(_ context.Context, u *betterauth.User) error {
			calls = append(calls, name)
			if u.Email == "stop@example.com" && name == "after" {
				return errBanned
			}
			return nil
		}
	}
	cfg := betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}
	s := newSite(t, emailotp.Config{}, plugintest.Options{Config: cfg, Plugins: []betterauth.Plugin{
		emailverification.New(emailverification.Config{BeforeVerification: hook("before"), AfterVerification: hook("after")})}})
	verify := func(c *plugintest.Client, email, code string) *plugintest.Answer {
		return c.Post("/email-otp/verify-email", members{"email": email, "otp": code})
	}
	c := s.SignedIn("ann@example.com")
	c.Get("/get-session").Want(http.StatusOK) // and a copy of it in a cookie
	verify(c, "nope", "x").WantError(emailotp.ErrInvalidEmail)
	a := verify(c, "Ann@example.com", s.code("ann@example.com", emailotp.TypeEmailVerification)).Want(http.StatusOK)
	if !strings.HasPrefix(string(a.Body), `{"status":true,"token":null,"user":{`) || !strings.Contains(string(a.Body), `"emailVerified":true`) {
		t.Errorf("body %s", a.Body)
	}
	if strings.Join(calls, ",") != "before,after" {
		t.Errorf("called %v", calls)
	}
	if body := c.Get("/get-session").Want(http.StatusOK).Body; !strings.Contains(string(body), `"emailVerified":true`) {
		t.Errorf("the browser's copy says %s", body)
	}
	if a.SetCookie("better-auth.session_token") != nil {
		t.Error("a session that is none of this request's is issued")
	}
	// Nobody else's session is changed.
	bob := s.SignedIn("bob@example.com")
	verify(bob, "ann@example.com", s.code("ann@example.com", emailotp.TypeEmailVerification)).Want(http.StatusOK)
	if body := bob.Get("/get-session").Want(http.StatusOK).Body; !strings.Contains(string(body), "bob@example.com") {
		t.Errorf("bob is now %s", body)
	}
	// A hook that refuses undoes it.
	s.CreateUser("stop@example.com", false)
	verify(s.Client(), "stop@example.com", s.code("stop@example.com", emailotp.TypeEmailVerification)).WantError(errBanned)
	if s.User("stop@example.com").EmailVerified {
		t.Error("verified all the same")
	}
	code, err := s.plugin.Create(t.Context(), "nobody@example.com", emailotp.TypeEmailVerification)
	if err != nil {
		t.Fatal(err)
	}
	verify(s.Client(), "nobody@example.com", code).WantError(emailotp.ErrUserNotFound)
}

func TestReset(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		told := 0
		var s *site
		audit := betterauth.Inline{ID: "audit", Events: []betterauth.Subscriber{betterauth.On(func(ctx context.Context, e betterauth.EndingHappened) error {
			if e.Ending != betterauth.PasswordReset {
				return nil
			}
			if user, err := s.Users().Get(ctx, database.Eq("id", e.UserID)); err == nil && user.EmailVerified {
				told++
			}
			return nil
		})}}
		s = newSite(t, emailotp.Config{}, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{audit, emailpassword.New(emailpassword.Config{
			RevokeSessionsOnReset: true})}})
		c := s.Client()
		c.Post("/sign-up/email", members{"name": "A", "email": "ann@example.com", "password": "password1234"}).Want(http.StatusOK)
		s.Client().Post("/email-otp/verify-email", members{"email": "ann@example.com", "otp": s.code("ann@example.com", emailotp.TypeEmailVerification)}).Want(http.StatusOK)
		s.Client().Post("/request-password-reset", members{"email": "ann@example.com"}).Want(http.StatusOK)
		link := s.Mail()
		s.Client().Post("/email-otp/request-password-reset", members{"email": "Ann@example.com"}).WantBody(http.StatusOK, done)
		code := s.Mail().Code
		reset := func(code, password string) *plugintest.Answer {
			return s.Client().Post("/email-otp/reset-password", members{"email": "Ann@example.com", "otp": code, "password": password})
		}
		// A password that will not do costs neither code nor attempt.
		for range 4 {
			reset(code, "short").WantError(emailpassword.ErrPasswordTooShort)
			reset(code, strings.Repeat("x", 129)).WantError(emailpassword.ErrPasswordTooLong)
		}
		reset(wrong(code), "new-password").WantError(emailotp.ErrInvalid)
		reset(code, "new-password").WantBody(http.StatusOK, done)
		reset(code, "other-password").WantError(emailotp.ErrInvalid)
		c.Get("/get-session").WantBody(http.StatusOK, "null")
		s.Client().Post("/reset-password", members{"token": link.Token, "newPassword": "by-the-link"}).WantError(emailpassword.ErrInvalidToken)
		s.Client().Post("/sign-in/email", members{"email": "ann@example.com", "password": "password1234"}).WantError(emailpassword.ErrInvalidCredentials)
		s.Client().Post("/sign-in/email", members{"email": "ann@example.com", "password": "new-password"}).Want(http.StatusOK)
		if told != 1 {
			t.Errorf("told of the reset %d times", told)
		}
		// Somebody without a password gets one.
		user := s.CreateUser("bob@example.com", true)
		s.Client().Post("/forget-password/email-otp", members{"email": "bob@example.com"}).WantBody(http.StatusOK, done)
		s.Client().Post("/email-otp/reset-password", members{"email": "bob@example.com", "otp": s.Mail().Code, "password": "new-password"}).WantBody(http.StatusOK, done)
		s.Client().Post("/sign-in/email", members{"email": "bob@example.com", "password": "new-password"}).Want(http.StatusOK)
		if n := s.sessions(user.ID); n != 1 {
			t.Errorf("%d sessions", n)
		}
		gone, err := s.plugin.Create(t.Context(), "nobody@example.com", emailotp.TypeForgetPassword)
		if err != nil {
			t.Fatal(err)
		}
		s.Client().Post("/email-otp/reset-password", members{"email": "nobody@example.com", "otp": gone, "password": "new-password"}).WantError(emailotp.ErrUserNotFound)
	})
}

func TestResetDisabled(t *testing.T) {
	t.Parallel()
	for name, plugins := range map[string][]betterauth.Plugin{"no passwords": nil, "disabled": {emailpassword.New(emailpassword.Config{DisableReset: true})}} {
		s := newSite(t, emailotp.Config{}, plugintest.Options{Plugins: plugins})
		s.CreateUser("ann@example.com", true)
		code, err := s.plugin.Create(t.Context(), "ann@example.com", emailotp.TypeForgetPassword)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Client().Post("/email-otp/reset-password", members{"email": "ann@example.com", "otp": code, "password": "password1234"})
		if a.Code() != "RESET_PASSWORD_DISABLED" || a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func changing(verifyCurrent bool) emailotp.Config {
	return emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true, VerifyCurrentEmail: verifyCurrent}}
}

func TestChangeEmail(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, changing(false), plugintest.Options{DB: db})
		c := s.SignedIn("ann@example.com")
		request := func(email string) *plugintest.Answer {
			return c.Post("/email-otp/request-email-change", members{"newEmail": email})
		}
		change := func(email, code string) *plugintest.Answer {
			return c.Post("/email-otp/change-email", members{"newEmail": email, "otp": code})
		}
		request("nope").WantError(emailotp.ErrInvalidEmail)
		request("Ann@example.com").WantBody(http.StatusBadRequest, `{"message":"Email is the same"}`)
		change("Ann@example.com", "x").WantBody(http.StatusBadRequest, `{"message":"Email is the same"}`)
		change("nope", "x").WantError(emailotp.ErrInvalidEmail)
		s.CreateUser("taken@example.com", true)
		request("taken@example.com").WantBody(http.StatusOK, done)
		if n := len(s.Mails()); n != 0 {
			t.Errorf("%d mails to a taken address", n)
		}
		request("New@example.com").WantBody(http.StatusOK, done)
		m := s.Mail()
		if m.Kind != emailotp.KindChangeEmail || m.To != "new@example.com" || m.User.ID != c.User.ID {
			t.Errorf("mail %+v", m)
		}
		if rows := s.stored("change-email-otp-" + c.User.ID + ":new@example.com"); len(rows) != 1 || rows[0].Value != m.Code+":0" {
			t.Errorf("stored %+v", rows)
		}
		change("new@example.com", wrong(m.Code)).WantError(emailotp.ErrInvalid)
		// The code is the user's own and the address's own.
		s.SignedIn("bob@example.com").Post("/email-otp/change-email", members{"newEmail": "new@example.com", "otp": m.Code}).WantError(emailotp.ErrInvalid)
		change("other@example.com", m.Code).WantError(emailotp.ErrInvalid)
		a := change("New@Example.com", m.Code).WantBody(http.StatusOK, done)
		if user := s.User("new@example.com"); user.ID != c.User.ID || !user.EmailVerified || a.SetCookie("better-auth.session_token") == nil {
			t.Errorf("user %+v", user)
		}
		// Somebody may take the address before the code is used.
		request("late@example.com").Want(http.StatusOK)
		code := s.Mail().Code
		s.CreateUser("late@example.com", true)
		change("late@example.com", code).WantBody(http.StatusBadRequest, `{"message":"Email already in use"}`)
		s.Client().Post("/email-otp/change-email", members{"newEmail": "x@example.com", "otp": "1"}).WantError(betterauth.ErrUnauthorized)
		s.Client().Post("/email-otp/request-email-change", members{"newEmail": "x@example.com"}).WantError(betterauth.ErrUnauthorized)
	})
}

func TestChangeEmailIsOffByDefault(t *testing.T) {
	t.Parallel()
	s := newSite(t, emailotp.Config{}, plugintest.Options{})
	c := s.SignedIn("ann@example.com")
	const off = `{"message":"Change email with OTP is disabled","code":"CHANGE_EMAIL_WITH_OTP_DISABLED"}`
	c.Post("/email-otp/request-email-change", members{"newEmail": "new@example.com"}).WantBody(http.StatusBadRequest, off)
	c.Post("/email-otp/change-email", members{"newEmail": "new@example.com", "otp": "1"}).WantBody(http.StatusBadRequest, off)
}

func TestChangeEmailAsksTheCurrentAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t, changing(true), plugintest.Options{})
	c := s.SignedIn("ann@example.com")
	request := func(code string) *plugintest.Answer {
		return c.Post("/email-otp/request-email-change", members{"newEmail": "new@example.com", "otp": code})
	}
	request("").WantBody(http.StatusBadRequest, `{"message":"OTP is required to verify current email"}`)
	code := s.code("ann@example.com", emailotp.TypeEmailVerification)
	request(wrong(code)).WantError(emailotp.ErrInvalid)
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails", n)
	}
	request(code).WantBody(http.StatusOK, done)
	m := s.Mail()
	request(code).WantError(emailotp.ErrInvalid) // once
	c.Post("/email-otp/change-email", members{"newEmail": "new@example.com", "otp": m.Code}).WantBody(http.StatusOK, done)
}

// Two changes whose addresses make the same text are two changes: a code that
// was mailed to one new address does not take another.
func TestChangeIsOfTwoAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t, changing(false), plugintest.Options{})
	s.SignedIn("a@x.com-b.org").Post("/email-otp/request-email-change", members{"newEmail": "c@y.com"}).WantBody(http.StatusOK, done)
	code := s.Mail().Code
	s.SignedIn("a@x.com").Post("/email-otp/change-email", members{"newEmail": "b.org-c@y.com", "otp": code}).WantError(emailotp.ErrInvalid)
	s.SignedIn("a@x.com-b.org").Post("/email-otp/change-email", members{"newEmail": "c@y.com", "otp": code}).WantBody(http.StatusOK, done)
}

// Addresses too long for mail are refused, and nothing is kept of them.
func TestChangeOfLongAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t, changing(false), plugintest.Options{})
	c := s.SignedIn("a@x.com")
	for _, hyphens := range []int{32, 300, 50_000} {
		email := strings.Repeat("a-", hyphens) + "a@y.com"
		c.Post("/email-otp/request-email-change", members{"newEmail": email}).WantError(emailotp.ErrInvalidEmail)
		c.Post("/email-otp/change-email", members{"newEmail": email, "otp": "123456"}).WantError(emailotp.ErrInvalidEmail)
	}
	if rows := s.Rows()["verification"]; len(rows) != 0 || len(s.Mails()) != 0 {
		t.Errorf("kept %v", rows)
	}
	email := strings.Repeat("a-", 31) + "a@y.com"
	c.Post("/email-otp/request-email-change", members{"newEmail": email}).WantBody(http.StatusOK, done)
	c.Post("/email-otp/change-email", members{"newEmail": email, "otp": s.Mail().Code}).WantBody(http.StatusOK, done)
}

// A database that does not answer is neither a wrong code nor an unknown
// address.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	s := newSite(t, changing(false), plugintest.Options{Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{})}})
	s.CreateUser("ann@example.com", true)
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	body := members{"email": "ann@example.com", "type": "sign-in", "otp": "123456", "password": "password1234"}
	for _, path := range []string{"/email-otp/send-verification-otp", "/email-otp/check-verification-otp", "/email-otp/verify-email", "/sign-in/email-otp",
		"/email-otp/request-password-reset", "/email-otp/reset-password", "/forget-password/email-otp"} {
		s.Client().Post(path, body).WantError(betterauth.ErrInternal)
	}
}

// A failure of the random source or of an application's callback is a failure.
func TestCallbackFails(t *testing.T) {
	t.Parallel()
	fails := errors.New("secret cause")
	s := newSite(t, emailotp.Config{Storage: betterauth.CodesHashedBy(func(context.Context, string) (string, error) { return "", fails })}, plugintest.Options{})
	a := s.Client().Post("/email-otp/send-verification-otp", members{"email": "ann@example.com", "type": "sign-in"}).WantError(betterauth.ErrInternal)
	if strings.Contains(string(a.Body), "secret") {
		t.Errorf("body %s", a.Body)
	}
}
