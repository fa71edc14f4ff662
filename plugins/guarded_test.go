package plugins_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/account"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/twofactor"
)

// Whoever may only impersonate removes nobody, and no way in, by a session that is
// fresh; and whoever acts as another administrator does not write columns by them.
func TestNothingIsRemovedInAnImpersonation(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		support := admin.Control.NewRole(access.Statements{"user": {"impersonate", "impersonate-admins", "update"}})
		k := plugintest.NewWith(t, plugintest.Options{DB: db, Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
			Plugins: []betterauth.Plugin{
				emailpassword.New(emailpassword.Config{}), twofactor.New(twofactor.Config{}),
				account.New(account.Config{DeleteUser: account.DeleteUserConfig{Enabled: true}, AllowUnlinkingAll: true}),
				admin.New(admin.Config{Roles: map[string]access.Role{"support": support, "user": admin.UserRole}, AdminRoles: []string{"support"}}),
			}})
		k.Client().Post("/sign-up/email", map[string]any{"name": "ada", "email": "ada@example.com", "password": "correct horse"}).Want(http.StatusOK)
		caller := &betterauth.User{Name: "support", Email: "support@example.com"}
		admin.Role.Set(caller, "support")
		if err := k.Users().Create(t.Context(), caller); err != nil {
			t.Fatal(err)
		}
		ada, err := k.Users().UpdateOne(t.Context(), database.Set{"role": "support", "twoFactorEnabled": true}, database.Eq("email", "ada@example.com"))
		if err != nil {
			t.Fatal(err)
		}
		password, err := plugintest.StoreOf[betterauth.Account](k).Get(t.Context(), database.Eq("userId", ada.ID))
		if err != nil {
			t.Fatal(err)
		}
		c := k.SignedInAs(caller)
		c.Post("/admin/impersonate-user", map[string]any{"userId": ada.ID}).Want(http.StatusOK)
		c.Post("/admin/update-user", map[string]any{"userId": ada.ID, "data": map[string]any{"twoFactorEnabled": false}}).WantError(admin.ErrWhileImpersonating)
		c.Post("/unlink-account", map[string]any{"accountId": password.ID}).WantError(admin.ErrWhileImpersonating)
		c.Post("/delete-user", map[string]any{}).WantError(admin.ErrWhileImpersonating)
		if now, err := k.Users().Get(t.Context(), database.Eq("id", ada.ID)); err != nil {
			t.Error(err)
		} else if on, _ := twofactor.Enabled.Get(now); !on {
			t.Error("the second step is off")
		}
	})
}
