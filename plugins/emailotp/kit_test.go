package emailotp_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
)

const done = `{"success":true}`

// site is a kit with what the tests of this plugin need.
type site struct {
	*plugintest.Kit
	plugin *emailotp.EmailOTP
	t      *testing.T
}

func newSite(t *testing.T, cfg emailotp.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t, plugin: emailotp.New(cfg)}
	o.Plugins = append(o.Plugins, s.plugin)
	o.Config.Password.Hasher = plugintest.FastHasher{}
	s.Kit = plugintest.NewWith(t, o)
	return s
}

type members map[string]any

// code asks for a code and returns the one that was mailed.
func (s *site) code(email string, t emailotp.Type) string {
	s.t.Helper()
	s.Client().Post("/email-otp/send-verification-otp", members{"email": email, "type": t}).WantBody(http.StatusOK, done)
	return s.Mail().Code
}

// wrong is a code that is not this one.
func wrong(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func (s *site) signIn(email, code string) *plugintest.Answer {
	return s.Client().Post("/sign-in/email-otp", members{"email": email, "otp": code})
}

func (s *site) stored(identifier string) []*betterauth.Verification {
	s.t.Helper()
	rows, err := plugintest.StoreOf[betterauth.Verification](s.Kit).List(s.t.Context(), database.Query{
		Where: []database.Cond{database.Eq("identifier", identifier)}})
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}

func (s *site) sessions(userID string) int {
	s.t.Helper()
	n, err := plugintest.StoreOf[betterauth.Session](s.Kit).Count(s.t.Context(), database.Eq("userId", userID))
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
