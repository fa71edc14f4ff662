package plugins_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// hashes counts what is hashed and compared.
type hashes struct {
	plugintest.FastHasher
	n atomic.Int64
}

func (h *hashes) Hash(ctx context.Context, password string) (string, error) {
	h.n.Add(1)
	return h.FastHasher.Hash(ctx, password)
}

func (h *hashes) Verify(ctx context.Context, password, stored string) (bool, error) {
	h.n.Add(1)
	return h.FastHasher.Verify(ctx, password, stored)
}

// A password that is longer than any may be is refused as such wherever one is
// sent, before anything is hashed, whoever it is said to be of; and no guess counts.
func TestPasswordsTooLong(t *testing.T) {
	t.Parallel()
	hasher := &hashes{}
	kit := plugintest.NewWith(t, plugintest.Options{
		Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: hasher}},
		Plugins: []betterauth.Plugin{
			emailpassword.New(emailpassword.Config{}), username.New(username.Config{}), emailotp.New(emailotp.Config{}),
			account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}}), admin.New(admin.Config{}),
			twofactor.New(twofactor.Config{AllowPasswordless: true}),
		},
	})
	c := kit.Client()
	const email, right = "ada@example.com", "password1234"
	c.Post("/sign-up/email", map[string]any{"name": "Ada", "email": email, "password": right, "username": "ada"}).Want(200)
	if _, err := kit.Users().Update(t.Context(), database.Set{"role": "admin"}, database.Eq("email", email)); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("\U0001F511", 64) + "x" // 129 code units
	short := strings.Repeat("\U0001F511", 64)
	for _, r := range []struct {
		path string
		body map[string]any
	}{
		{"/sign-up/email", map[string]any{"name": "B", "email": "b@example.com", "password": long}},
		{"/sign-in/email", map[string]any{"email": email, "password": long}},
		{"/sign-in/email", map[string]any{"email": "nobody@example.com", "password": long}},
		{"/sign-in/username", map[string]any{"username": "ada", "password": long}},
		{"/sign-in/username", map[string]any{"username": "nobody", "password": long}},
		{"/verify-password", map[string]any{"password": long}},
		{"/change-password", map[string]any{"currentPassword": right, "newPassword": long}},
		{"/change-password", map[string]any{"currentPassword": long, "newPassword": right}},
		{"/reset-password", map[string]any{"token": "unknown", "newPassword": long}},
		{"/email-otp/reset-password", map[string]any{"email": email, "otp": "123456", "password": long}},
		{"/delete-user", map[string]any{"password": long}},
		{"/two-factor/enable", map[string]any{"password": long}},
		{"/two-factor/disable", map[string]any{"password": long}},
		{"/admin/create-user", map[string]any{"name": "B", "email": email, "password": long}},
		{"/admin/set-user-password", map[string]any{"userId": "nobody", "newPassword": long}},
	} {
		before := hasher.n.Load()
		if answer := c.Post(r.path, r.body); answer.Status != 400 || answer.Code() != "PASSWORD_TOO_LONG" {
			t.Errorf("%s: %d %s", r.path, answer.Status, answer.Body)
		}
		if n := hasher.n.Load() - before; n != 0 {
			t.Errorf("%s: %d hashes", r.path, n)
		}
	}
	// What is not an address or no username is said first.
	c.Post("/sign-in/email", map[string]any{"email": "ada", "password": long}).WantError(emailpassword.ErrInvalidEmail)
	if answer := c.Post("/sign-in/username", map[string]any{"username": "a!", "password": long}); answer.Code() == "PASSWORD_TOO_LONG" {
		t.Errorf("no username: %s", answer.Body)
	}
	c.Post("/sign-in/email", map[string]any{"email": email, "password": short}).WantError(emailpassword.ErrInvalidCredentials)
	c.Post("/sign-in/email", map[string]any{"email": email, "password": right}).Want(200)
}
