package plugins_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/apikey"
	"github.com/better-auth-go/better-auth/plugins/bearer"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/magiclink"
	"github.com/better-auth-go/better-auth/plugins/passkey"
	"github.com/better-auth-go/better-auth/plugins/passkey/passkeytest"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/go-json-experiment/json/jsontext"
)

// What opens an account, or will, ends with the state it came from: each artefact
// is made, each event happens, and then the artefact is tried.
func TestEndings(t *testing.T) {
	t.Parallel()
	for _, a := range artefacts {
		if len(a.want) != len(happenings) {
			t.Fatalf("%s has %d cells", a.name, len(a.want))
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
				s := newEndingsSite(t, db)
				// The artefact does something where nothing happens, before all that happens
				// and after it.
				control := func(when string, verified bool) {
					t.Run("nothing, "+when, func(t *testing.T) { s.with(t).control(a, verified) })
				}
				control("unverified", false)
				control("before", true)
				for i, h := range happenings {
					t.Run(h.name, func(t *testing.T) { s.with(t).play(a, h, a.want[i]) })
				}
				control("after", true)
			})
		})
	}
}

// What a cell says.
const (
	ends    = "ends"
	stays   = "stays"
	refused = "refused" // while the user is banned
)

// artefact is something that opens an account or will. make makes it for Ada and
// returns how to try it, which says whether it still does what it is for.
type artefact struct {
	name string
	make func(s *endingsSite) (try func() bool)
	// want is what becomes of it at each of happenings.
	want []string
}

// happening is an event, and what has to be there for it.
type happening struct {
	name string
	do   func(s *endingsSite)
	// unverified says that Ada's address has not been proven before.
	unverified bool
}

var happenings = []happening{
	{"address proven for the first time", func(s *endingsSite) {
		s.Client().Post("/sign-in/magic-link", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		s.Client().Get(s.Route(s.Mail())).Want(http.StatusFound)
	}, true},
	{"password reset by link", func(s *endingsSite) {
		s.Client().Post("/request-password-reset", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		s.password = "the next password"
		s.Client().Post("/reset-password", map[string]any{"token": s.Mail().Token, "newPassword": s.password}).Want(http.StatusOK)
	}, false},
	{"password reset by code", func(s *endingsSite) {
		s.Client().Post("/email-otp/request-password-reset", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		s.password = "the next password"
		s.Client().Post("/email-otp/reset-password", map[string]any{"email": s.ada.Email, "otp": s.Mail().Code, "password": s.password}).Want(http.StatusOK)
	}, false},
	{"password set by an administrator", func(s *endingsSite) {
		s.password = "the next password"
		s.admin().Post("/admin/set-user-password", map[string]any{"userId": s.ada.ID, "newPassword": s.password}).Want(http.StatusOK)
	}, false},
	{"password changed", func(s *endingsSite) {
		s.SignedInAs(s.ada).Post("/change-password", map[string]any{"currentPassword": s.password, "newPassword": "the next password"}).Want(http.StatusOK)
		s.password = "the next password"
	}, false},
	{"address changed by link", func(s *endingsSite) {
		c := s.SignedInAs(s.ada)
		c.Post("/change-email", map[string]any{"newEmail": "new@example.com"}).Want(http.StatusOK)
		c.Get(s.Route(s.Mail())).Want(http.StatusFound)
	}, false},
	{"address set by an administrator", func(s *endingsSite) {
		s.admin().Post("/admin/update-user", map[string]any{"userId": s.ada.ID, "data": map[string]any{"email": "new@example.com"}}).Want(http.StatusOK)
	}, false},
	{"all sessions revoked", func(s *endingsSite) {
		s.SignedInAs(s.ada).Post("/revoke-sessions", nil).Want(http.StatusOK)
	}, false},
	{"banned", func(s *endingsSite) {
		s.admin().Post("/admin/ban-user", map[string]any{"userId": s.ada.ID}).Want(http.StatusOK)
	}, false},
	{"deleted", func(s *endingsSite) {
		s.admin().Post("/admin/remove-user", map[string]any{"userId": s.ada.ID}).Want(http.StatusOK)
	}, false},
}

var artefacts = []artefact{
	{"session on another device", func(s *endingsSite) func() bool {
		c := s.SignedInAs(s.ada)
		return func() bool { return s.is(c) }
	}, []string{ends, stays, stays, stays, stays, stays, stays, ends, ends, ends}},
	{"password", func(s *endingsSite) func() bool {
		password := s.password
		return func() bool {
			a := s.Client().Post("/sign-in/email", map[string]any{"email": s.address(), "password": password})
			return a.Status == http.StatusOK
		}
	}, []string{ends, ends, ends, ends, ends, stays, stays, stays, refused, ends}},
	{"account at a provider", func(s *endingsSite) func() bool {
		linked := &betterauth.Account{UserID: s.ada.ID, ProviderID: "elsewhere", AccountID: "4711"}
		if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(s.t.Context(), linked); err != nil {
			s.t.Fatal(err)
		}
		return func() bool {
			there, err := plugintest.StoreOf[betterauth.Account](s.Kit).Exists(s.t.Context(), database.Eq("id", linked.ID))
			if err != nil {
				s.t.Fatal(err)
			}
			return there && s.admitted(betterauth.SignIn{Method: "elsewhere"})
		}
	}, []string{ends, stays, stays, stays, stays, stays, stays, stays, refused, ends}},
	{"passkey", func(s *endingsSite) func() bool {
		return s.passkey()
	}, []string{ends, stays, stays, stays, stays, stays, stays, stays, refused, ends}},
	{"API key", func(s *endingsSite) func() bool {
		return s.key("default")
	}, []string{ends, stays, stays, stays, stays, stays, stays, stays, ends, ends}},
	{"API key, `EndOnPasswordReset`", func(s *endingsSite) func() bool {
		return s.key("short")
	}, []string{ends, ends, ends, ends, stays, stays, stays, stays, ends, ends}},
	{"second step", func(s *endingsSite) func() bool {
		s.enrol()
		return func() bool {
			s.demand(http.StatusOK, s.unban())
			_, err := s.Auth.CreateSession(s.t.Context(), s.ada.ID, betterauth.SignIn{Method: "email"})
			return err != nil && strings.Contains(err.Error(), "a further step is needed")
		}
	}, []string{stays, stays, stays, stays, stays, stays, stays, stays, stays, ends}},
	{"second step that is due", func(s *endingsSite) func() bool {
		code := s.enrol()
		c := s.Client()
		c.Post("/sign-in/email", map[string]any{"email": s.ada.Email, "password": s.password}).Want(http.StatusOK)
		return func() bool {
			c.Post("/two-factor/verify-totp", map[string]any{"code": code()})
			return s.is(c)
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, ends, ends, ends}},
	{"trusted device", func(s *endingsSite) func() bool {
		code := s.enrol()
		c := s.Client()
		c.Post("/sign-in/email", map[string]any{"email": s.ada.Email, "password": s.password}).Want(http.StatusOK)
		c.Post("/two-factor/verify-totp", map[string]any{"code": code(), "trustDevice": true}).Want(http.StatusOK)
		c.Post("/sign-out", nil).Want(http.StatusOK)
		return func() bool {
			if s.gone() {
				return s.valuesOf("trust-device-") > 0
			}
			s.givePassword()
			c.Post("/sign-in/email", map[string]any{"email": s.address(), "password": s.password})
			return s.is(c)
		}
	}, []string{ends, ends, ends, ends, ends, stays, stays, ends, ends, ends}},
	{"change of address by link", func(s *endingsSite) func() bool {
		s.SignedInAs(s.ada).Post("/change-email", map[string]any{"newEmail": "later@example.com"}).Want(http.StatusOK)
		link := s.Route(s.Mail())
		return func() bool {
			if c := s.again(); c != nil {
				c.Get(link)
			}
			return s.address() == "later@example.com"
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, ends, ends, ends}},
	{"change of address by code", func(s *endingsSite) func() bool {
		s.SignedInAs(s.ada).Post("/email-otp/request-email-change", map[string]any{"newEmail": "later@example.com"}).Want(http.StatusOK)
		code := s.Mail().Code
		return func() bool {
			if c := s.again(); c != nil {
				c.Post("/email-otp/change-email", map[string]any{"newEmail": "later@example.com", "otp": code})
			}
			return s.address() == "later@example.com"
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, ends, ends, ends}},
	{"link to reset the password", func(s *endingsSite) func() bool {
		s.Client().Post("/request-password-reset", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		token := s.Mail().Token
		return func() bool {
			return s.Client().Post("/reset-password", map[string]any{"token": token, "newPassword": "another password"}).Status == http.StatusOK
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, stays, ends, ends}},
	{"code to reset the password", func(s *endingsSite) func() bool {
		s.Client().Post("/email-otp/request-password-reset", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		code, email := s.Mail().Code, s.ada.Email
		return func() bool {
			s.backTo(email)
			return s.Client().Post("/email-otp/reset-password", map[string]any{"email": email, "otp": code, "password": "another password"}).Status == http.StatusOK
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, stays, ends, ends}},
	{"link to sign in", func(s *endingsSite) func() bool {
		s.Client().Post("/sign-in/magic-link", map[string]any{"email": s.ada.Email}).Want(http.StatusOK)
		link, email := s.Route(s.Mail()), s.ada.Email
		return func() bool {
			s.backTo(email)
			c := s.Client()
			c.Get(link)
			return s.is(c)
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, stays, ends, ends}},
	{"code to verify the address", func(s *endingsSite) func() bool {
		s.Client().Post("/email-otp/send-verification-otp", map[string]any{"email": s.ada.Email, "type": "email-verification"}).Want(http.StatusOK)
		code, email := s.Mail().Code, s.ada.Email
		return func() bool {
			s.backTo(email)
			return s.Client().Post("/email-otp/verify-email", map[string]any{"email": email, "otp": code}).Status == http.StatusOK
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, stays, ends, ends}},
	{"code to sign in", func(s *endingsSite) func() bool {
		s.Client().Post("/email-otp/send-verification-otp", map[string]any{"email": s.ada.Email, "type": "sign-in"}).Want(http.StatusOK)
		code, email := s.Mail().Code, s.ada.Email
		return func() bool {
			s.backTo(email)
			c := s.Client()
			c.Post("/sign-in/email-otp", map[string]any{"email": email, "otp": code})
			return s.is(c)
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, stays, ends, ends}},
	{"link to delete the account", func(s *endingsSite) func() bool {
		s.SignedInAs(s.ada).Post("/delete-user", map[string]any{}).Want(http.StatusOK)
		link := s.Route(s.Mail())
		return func() bool {
			c := s.again()
			return c != nil && c.Get(link).Status < 400
		}
	}, []string{ends, ends, ends, ends, ends, ends, ends, ends, ends, ends}},
	{"later sign-up with the address", func(s *endingsSite) func() bool {
		s.setVerified(false)
		other := s.Client()
		other.Post("/sign-up/email", map[string]any{"name": "Other", "email": s.ada.Email, "password": "password of another"}).Want(http.StatusOK)
		link, email := s.Route(s.Mail()), s.ada.Email
		return func() bool {
			s.setVerified(false)
			s.backTo(email)
			other.Fork().Get(link)
			return s.Client().Post("/sign-in/email", map[string]any{"email": email, "password": "password of another"}).Status == http.StatusOK
		}
	}, []string{ends, ends, ends, stays, stays, ends, ends, stays, ends, ends}},
}

// endingsSite is an application with all that keeps something, and Ada, who has a
// password.
type endingsSite struct {
	*plugintest.Kit
	t        *testing.T
	ada      *betterauth.User
	password string
	n        int
	audit    audit
}

func newEndingsSite(t *testing.T, db *database.DB) *endingsSite {
	t.Helper()
	s := &endingsSite{t: t}
	o := plugintest.Options{DB: db, Plugins: []betterauth.Plugin{
		// In discreet mode a later sign-up is one of its own.
		emailpassword.New(emailpassword.Config{DisableAutoSignIn: true}),
		emailverification.New(emailverification.Config{OnSignUp: emailverification.MailEverybody}),
		emailotp.New(emailotp.Config{ChangeEmail: emailotp.ChangeEmailConfig{Enabled: true}}),
		magiclink.New(magiclink.Config{}),
		account.New(account.Config{ChangeEmail: account.ChangeEmailConfig{Enabled: true}, DeleteUser: account.DeleteUserConfig{Enabled: true, MailToken: true}}),
		passkey.New(passkey.Config{}),
		twofactor.New(twofactor.Config{}),
		apikey.New(apikey.Config{ConfigID: "default", EnableSessions: true}, apikey.Config{ConfigID: "short", EnableSessions: true, EndOnPasswordReset: true, Headers: []string{"X-Short-Key"}}),
		admin.New(admin.Config{}),
		bearer.New(bearer.Config{}),
		s.audit.plugin(),
	}}
	o.Config.Password.Hasher = plugintest.FastHasher{}
	s.Kit = plugintest.NewWith(t, o)
	return s
}

// with is the site for a cell, with nobody but Ada.
func (s *endingsSite) with(t *testing.T) *endingsSite {
	t.Helper()
	s.Kit, s.t = s.With(t), t
	if _, err := s.Users().Delete(t.Context(), database.NotNull("id")); err != nil {
		t.Fatal(err)
	}
	s.Mails()
	s.n++
	s.password = adasPassword
	s.ada = &betterauth.User{Name: "Ada", Email: fmt.Sprintf("ada%d@example.com", s.n), EmailVerified: true}
	hash, err := s.Host.Hasher().Hash(t.Context(), s.password)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Users().Create(t.Context(), s.ada); err != nil {
		t.Fatal(err)
	}
	if err := plugintest.StoreOf[betterauth.Account](s.Kit).Create(t.Context(), &betterauth.Account{
		UserID: s.ada.ID, ProviderID: betterauth.ProviderCredential, AccountID: s.ada.ID, Password: &hash}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *endingsSite) play(a artefact, h happening, want string) {
	s.t.Helper()
	s.setVerified(!h.unverified)
	try := a.make(s)
	s.Mails()
	h.do(s)
	s.Mails()
	got := stays
	if !try() {
		got = ends
		if h.name == "banned" {
			s.demand(http.StatusOK, s.unban())
			if try() {
				got = refused
			}
		}
	}
	if got != want {
		s.t.Errorf("%s, want %s", got, want)
	}
}

// control makes and tries the artefact while nothing happens.
func (s *endingsSite) control(a artefact, verified bool) {
	s.t.Helper()
	s.setVerified(verified)
	try := a.make(s)
	s.Mails()
	if !try() {
		s.t.Error("it does nothing even if nothing happens")
	}
}

// is reports whether a browser is signed in as Ada.
func (s *endingsSite) is(c *plugintest.Client) bool {
	s.t.Helper()
	var id *betterauth.Identity
	a := c.Get("/get-session")
	if a.Status != http.StatusOK {
		return false
	}
	a.Into(&id)
	return id != nil && id.User.ID == s.ada.ID
}

func (s *endingsSite) now() *betterauth.User {
	s.t.Helper()
	rows, err := s.Users().List(s.t.Context(), database.Query{Where: []database.Cond{database.Eq("id", s.ada.ID)}})
	if err != nil {
		s.t.Fatal(err)
	}
	if len(rows) == 0 {
		return nil
	}
	return rows[0]
}

func (s *endingsSite) gone() bool { return s.now() == nil }

// address is Ada's at present.
func (s *endingsSite) address() string {
	if u := s.now(); u != nil {
		return u.Email
	}
	return s.ada.Email
}

func (s *endingsSite) set(set database.Set) {
	s.t.Helper()
	if _, err := s.Users().Update(s.t.Context(), set, database.Eq("id", s.ada.ID)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *endingsSite) setVerified(verified bool) { s.set(database.Set{"emailVerified": verified}) }

// backTo gives Ada an address again, so that what was mailed there is tried
// against somebody who has it.
func (s *endingsSite) backTo(email string) { s.set(database.Set{"email": email}) }

// again signs Ada in once more, nil where she cannot be.
func (s *endingsSite) again() *plugintest.Client {
	u := s.now()
	if u == nil || !s.admitted(betterauth.SignIn{Method: "test"}) {
		return nil
	}
	return s.SignedInAs(u)
}

func (s *endingsSite) admitted(how betterauth.SignIn) bool {
	_, err := s.Auth.CreateSession(s.t.Context(), s.ada.ID, how)
	return err == nil
}

func (s *endingsSite) admin() *plugintest.Client {
	s.t.Helper()
	root := &betterauth.User{Name: "Root", Email: fmt.Sprintf("root%d@example.com", s.n), EmailVerified: true}
	if old, err := s.Users().Get(s.t.Context(), database.Eq("email", root.Email)); err == nil {
		return s.SignedInAs(old)
	}
	admin.Role.Set(root, "admin")
	if err := s.Users().Create(s.t.Context(), root); err != nil {
		s.t.Fatal(err)
	}
	return s.SignedInAs(root)
}

func (s *endingsSite) demand(status int, a *plugintest.Answer) {
	s.t.Helper()
	if a != nil {
		a.Want(status)
	}
}

// unban lifts a ban, if there is one.
func (s *endingsSite) unban() *plugintest.Answer {
	if u := s.now(); u != nil {
		if banned, _ := admin.Banned.Get(u); banned {
			return s.admin().Post("/admin/unban-user", map[string]any{"userId": u.ID})
		}
	}
	return nil
}

// givePassword makes sure that Ada has the password she thinks she has: the first
// proof of an address takes it.
func (s *endingsSite) givePassword() {
	s.t.Helper()
	accounts := plugintest.StoreOf[betterauth.Account](s.Kit)
	there, err := accounts.Exists(s.t.Context(), database.Eq("userId", s.ada.ID), database.Eq("providerId", betterauth.ProviderCredential))
	if err != nil || there {
		return
	}
	hash, err := s.Host.Hasher().Hash(s.t.Context(), s.password)
	if err == nil {
		err = accounts.Create(s.t.Context(), &betterauth.Account{UserID: s.ada.ID, ProviderID: betterauth.ProviderCredential, AccountID: s.ada.ID, Password: &hash})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// valuesOf counts what is kept under a prefix.
func (s *endingsSite) valuesOf(prefix string) int {
	s.t.Helper()
	n, err := plugintest.StoreOf[betterauth.Verification](s.Kit).Count(s.t.Context(), database.StartsWith("identifier", prefix))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *endingsSite) authenticator() *passkeytest.Authenticator {
	return passkeytest.New(passkeytest.Options{Origin: plugintest.BaseURL, Flags: passkeytest.Synced})
}

// passkey registers one and tries it.
func (s *endingsSite) passkey() func() bool {
	s.t.Helper()
	a := s.authenticator()
	c := s.SignedInAs(s.ada)
	response, err := a.Create(c.Get("/passkey/generate-register-options").Want(http.StatusOK).Body, passkeytest.CreateOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	c.Post("/passkey/verify-registration", map[string]any{"response": jsontext.Value(response)}).Want(http.StatusOK)
	return func() bool {
		c := s.Client()
		response, err := a.Get(c.Get("/passkey/generate-authenticate-options").Want(http.StatusOK).Body, passkeytest.GetOptions{})
		if err != nil {
			s.t.Fatal(err)
		}
		c.Post("/passkey/verify-authentication", map[string]any{"response": jsontext.Value(response)})
		return s.is(c)
	}
}

// key makes an API key of a configuration and tries it.
func (s *endingsSite) key(config string) func() bool {
	s.t.Helper()
	var made struct {
		Key string `json:"key"`
	}
	s.SignedInAs(s.ada).Post("/api-key/create", map[string]any{"name": "k", "configId": config}).Want(http.StatusOK).Into(&made)
	header := map[string]string{"default": "X-Api-Key", "short": "X-Short-Key"}[config]
	return func() bool {
		c := s.Client()
		c.Header.Set(header, made.Key)
		return s.is(c)
	}
}

// enrol sets up an authenticator app for Ada and returns the codes it shows, one
// after the other.
func (s *endingsSite) enrol() (code func() string) {
	s.t.Helper()
	c := s.SignedInAs(s.ada)
	var enabled twofactor.EnableAnswer
	c.Post("/two-factor/enable", map[string]any{"password": s.password}).Want(http.StatusOK).Into(&enabled)
	u, err := url.Parse(enabled.TOTPURI)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	if err != nil {
		s.t.Fatal(err)
	}
	code = func() string {
		s.t.Helper()
		s.Clock.Advance(30 * time.Second) // no code is good twice
		answer, err := plugintest.Call[twofactor.GenerateTOTPAnswer](c, "generateTOTP", twofactor.GenerateTOTPInput{Secret: string(secret)})
		if err != nil {
			s.t.Fatal(err)
		}
		return answer.Code
	}
	c.Post("/two-factor/verify-totp", map[string]any{"code": code()}).Want(http.StatusOK)
	return code
}

const (
	endingsPage  = "../docs/security.md"
	endingsBegin = "<!-- endings: generated by go test ./plugins -update -->\n"
	endingsEnd   = "<!-- end of endings -->\n"
)

// The table in the documentation is the one that is played.
func TestEndingsPage(t *testing.T) {
	t.Parallel()
	head := []string{"what opens an account, or will"}
	for _, h := range happenings {
		head = append(head, h.name)
	}
	var rows [][]string
	for _, a := range artefacts {
		rows = append(rows, append([]string{a.name}, a.want...))
	}
	renew(t, endingsPage, endingsBegin, endingsEnd, table(head, rows))
}
