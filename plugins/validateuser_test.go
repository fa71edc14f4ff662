package plugins_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/username"
	"github.com/go-json-experiment/json/jsontext"
)

// waysToAUser make a user with an address: each says of itself which operation it
// is, and what it was answered, a redirect's "error" included.
var waysToAUser = map[string]func(s *signInSite, email string) string{
	"signUpEmail": func(s *signInSite, email string) string {
		return said(s.Client().Post("/sign-up/email", map[string]any{"name": "New", "email": email, "password": adasPassword, "username": "new"}))
	},
	"magicLinkVerify": func(s *signInSite, email string) string {
		s.Client().Post("/sign-in/magic-link", map[string]any{"email": email}).Want(http.StatusOK)
		return said(s.Client().Get("/magic-link/verify?token=" + url.QueryEscape(s.Mail().Token)))
	},
	"signInEmailOTP": func(s *signInSite, email string) string {
		s.Client().Post("/email-otp/send-verification-otp", map[string]any{"email": email, "type": emailotp.TypeSignIn}).Want(http.StatusOK)
		return said(s.Client().Post("/sign-in/email-otp", map[string]any{"email": email, "otp": s.Mail().Code}))
	},
	"verifyPasskeyRegistration": func(s *signInSite, email string) string {
		c := s.Client()
		response, err := s.authenticator(passkeytest.Synced).Create(
			c.Get("/passkey/generate-register-options?context="+url.QueryEscape(email)).Want(http.StatusOK).Body, passkeytest.CreateOptions{})
		if err != nil {
			s.t.Fatal(err)
		}
		return said(c.Post("/passkey/verify-registration", map[string]any{"response": jsontext.Value(response), "createSession": true}))
	},
	"createUser": func(s *signInSite, email string) string {
		root := &betterauth.User{Name: "Root", Email: "root@example.com", EmailVerified: true}
		admin.Role.Set(root, "admin")
		if _, err := s.Users().Get(s.t.Context(), database.Eq("email", root.Email)); errors.Is(err, database.ErrNotFound) {
			if err := s.Users().Create(s.t.Context(), root); err != nil {
				s.t.Fatal(err)
			}
		}
		return said(s.SignedIn("root@example.com").Post("/admin/create-user", map[string]any{"name": "New", "email": email, "password": adasPassword}))
	},
	"": func(s *signInSite, email string) string { // Go code
		err := s.Users().Create(s.t.Context(), &betterauth.User{Name: "New", Email: email})
		code, ok := errors.AsType[*betterauth.ErrorCode](err)
		if err != nil && !ok {
			return "INTERNAL_SERVER_ERROR"
		}
		if ok {
			return code.Code
		}
		return ""
	},
}

// said is the error of an answer, "" for a success.
func said(a *plugintest.Answer) string {
	if a.Status == http.StatusFound {
		to, _ := url.Parse(a.Header.Get("Location"))
		return to.Query().Get("error")
	}
	if a.Status >= 500 {
		return "INTERNAL_SERVER_ERROR"
	}
	if a.Status != http.StatusOK {
		return a.Code()
	}
	return ""
}

// Config.ValidateUserInfo is asked about every user, by every way, and what it
// refuses leaves nothing.
func TestValidateUserInfo(t *testing.T) {
	t.Parallel()
	errWrongDomain := &betterauth.ErrorCode{Code: "wrong_domain", Message: "Only for the company", Status: http.StatusForbidden}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		asked := map[string]*betterauth.User{} // by operation
		s := &signInSite{t: t}
		told := func() int {
			return len(slices.DeleteFunc(s.audit.take(), func(fact string) bool { return !strings.HasPrefix(fact, "created ") }))
		}
		s.Kit = plugintest.NewWith(t, plugintest.Options{DB: db,
			Config: betterauth.Config{
				Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
				ValidateUserInfo: func(_ context.Context, info betterauth.UserInfo) error {
					asked[info.OperationID] = info.User
					info.User.Name = "changed" // a copy
					switch {
					case strings.HasSuffix(info.User.Email, "@evil.example"):
						return errWrongDomain
					case strings.HasSuffix(info.User.Email, "@broken.example"):
						return errors.New("the directory does not answer")
					case strings.HasSuffix(info.User.Email, "@panic.example"):
						panic("no directory")
					}
					return nil
				}},
			Plugins: []betterauth.Plugin{s.audit.plugin(), emailpassword.New(emailpassword.Config{}), username.New(username.Config{}), admin.New(admin.Config{}),
				magiclink.New(magiclink.Config{}), emailotp.New(emailotp.Config{}),
				passkey.New(passkey.Config{Registration: passkey.Registration{AllowWithoutSession: true,
					ResolveUser: func(_ *betterauth.Ctx, email string) (passkey.ResolvedUser, error) {
						return passkey.ResolvedUser{New: &passkey.NewUser{Name: "New", Email: email}}, nil
					}}})},
		})
		for op, arrive := range waysToAUser {
			for domain, want := range map[string]string{
				"evil.example": "wrong_domain", "broken.example": "INTERNAL_SERVER_ERROR", "panic.example": "INTERNAL_SERVER_ERROR", "good.example": "",
			} {
				email := "new@" + domain
				delete(asked, op)
				s.audit.take()
				before, _ := s.count()
				if got := arrive(s, email); got != want {
					t.Errorf("%q, %s: answered %q, want %q", op, domain, got, want)
				}
				if now, _ := s.count(); told() != now-before {
					t.Errorf("%q, %s: not told of each new user once", op, domain)
				}
				if asked[op] == nil || asked[op].Email != email {
					t.Errorf("%q, %s: asked about %+v", op, domain, asked)
				}
				user, err := s.Users().Get(t.Context(), database.Eq("email", email))
				if want != "" && !errors.Is(err, database.ErrNotFound) || want == "" && (err != nil || user.Name == "changed") {
					t.Errorf("%q, %s: stored %+v, %v", op, domain, user, err)
				}
				if user != nil {
					if _, err := s.Users().Delete(t.Context(), database.Eq("id", user.ID)); err != nil {
						t.Error(err)
					}
				}
			}
		}
		// It sees what plugins made of the row, and what is stored of nobody is nothing.
		if name, ok := asked["signUpEmail"].Extra.Value("username"); !ok || name != "new" {
			t.Errorf("the username it was shown is %v", name)
		}
		for table, n := range map[string]func() (int, error){
			"account":  func() (int, error) { return plugintest.StoreOf[betterauth.Account](s.Kit).Count(t.Context()) },
			"passkeys": func() (int, error) { return plugintest.StoreOf[passkey.Passkey](s.Kit).Count(t.Context()) },
		} {
			if left, err := n(); left != 0 || err != nil {
				t.Errorf("%d %s are left, %v", left, table, err)
			}
		}
	})
}

// Where signing up does not tell whether an address is taken, a refusal does not
// either: it is asked first.
func TestValidateUserInfoTellsNothing(t *testing.T) {
	t.Parallel()
	kit := plugintest.NewWith(t, plugintest.Options{
		Config: betterauth.Config{
			Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}},
			ValidateUserInfo: func(_ context.Context, info betterauth.UserInfo) error {
				if info.OperationID == "signUpEmail" && strings.HasSuffix(info.User.Email, "@evil.example") {
					return betterauth.ErrUnauthorized
				}
				return nil
			}},
		Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true, AddressesVerifiedElsewhere: true})},
	})
	if err := kit.Users().Create(t.Context(), &betterauth.User{Name: "Old", Email: "taken@evil.example", EmailVerified: true}); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"taken@evil.example", "free@evil.example"} {
		kit.Client().Post("/sign-up/email", map[string]any{"name": "New", "email": email, "password": adasPassword}).WantError(betterauth.ErrUnauthorized)
	}
}
