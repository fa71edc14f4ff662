package account_test

import (
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const (
	changed       = `{"status":true}`
	deleted       = `{"success":true,"message":"User deleted"}`
	mailed        = `{"success":true,"message":"Verification email sent"}`
	sessionCookie = "better-auth.session_token"
)

// site is a kit with what the tests of this plugin need.
type site struct {
	*plugintest.Kit
	t        testing.TB
	accounts *database.Store[betterauth.Account]
}

func newSite(t testing.TB, cfg account.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t}
	// Who knows passwords.
	o.Plugins = append(o.Plugins, account.New(cfg), emailpassword.New(emailpassword.Config{}))
	o.Config.Password.Hasher = plugintest.FastHasher{}
	s.Kit = plugintest.NewWith(t, o)
	s.accounts = plugintest.StoreOf[betterauth.Account](s.Kit)
	return s
}

// exists reports whether a user has this address.
func (s *site) exists(email string) bool {
	s.t.Helper()
	ok, err := s.Users().Exists(s.t.Context(), database.Eq("email", email))
	if err != nil {
		s.t.Fatal(err)
	}
	return ok
}

// verified returns a browser signed in as a user whose address is verified.
func (s *site) verified(email string) *plugintest.Client {
	s.t.Helper()
	user := &betterauth.User{Name: "A", Email: email, EmailVerified: true}
	if err := s.Users().Create(s.t.Context(), user); err != nil {
		s.t.Fatal(err)
	}
	return s.SignedInAs(user)
}

// link gives a user an account.
func (s *site) link(user *betterauth.User, provider string) *betterauth.Account {
	s.t.Helper()
	scope, secret := " openid, email,", "fast:password1234"
	row := &betterauth.Account{UserID: user.ID, ProviderID: provider, AccountID: provider + "-" + user.ID, Scope: &scope, AccessToken: &secret}
	if provider == betterauth.ProviderCredential {
		row.AccountID, row.Scope, row.AccessToken, row.Password = user.ID, nil, nil, &secret
	}
	if err := s.accounts.Create(s.t.Context(), row); err != nil {
		s.t.Fatal(err)
	}
	return row
}
