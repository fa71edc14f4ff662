package username_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailotp"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
	"github.com/better-auth-go/better-auth/plugins/emailverification"
	"github.com/better-auth-go/better-auth/plugins/username"
)

// A spelling that nobody chose is not judged, however the user comes to be; one that
// somebody chose is.
func TestDerivedSpelling(t *testing.T) {
	t.Parallel()
	cfg := username.Config{ValidateDisplay: func(display string) bool { return strings.HasPrefix(display, "@") }}
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := site(t, cfg, plugintest.Options{DB: db, Plugins: []betterauth.Plugin{admin.New(admin.Config{}), emailotp.New(emailotp.Config{})}})
		c := kit.Client()
		c.Post("/sign-up/email", signUp("a@example.com", "Ann")).Want(http.StatusOK)
		wantNames(t, kit, "a@example.com", "ann", "Ann")
		chosen := signUp("b@example.com", "bob")
		for _, bad := range []string{"bob", "Bob"} { // sent, also where it is the username
			chosen["displayUsername"] = bad
			kit.Client().Post("/sign-up/email", chosen).WantError(username.ErrInvalidDisplay)
		}
		chosen["displayUsername"] = "@bob"
		kit.Client().Post("/sign-up/email", chosen).Want(http.StatusOK)
		wantNames(t, kit, "b@example.com", "bob", "@bob")

		c.Post("/update-user", body{"displayUsername": "Ann"}).WantError(username.ErrInvalidDisplay)
		c.Post("/update-user", body{"username": "Anna"}).Want(http.StatusOK)
		wantNames(t, kit, "a@example.com", "anna", "Ann")

		kit.Client().Post("/email-otp/send-verification-otp", body{"email": "c@example.com", "type": "sign-in"}).Want(http.StatusOK)
		kit.Client().Post("/sign-in/email-otp", body{"email": "c@example.com", "otp": kit.Mail().Code, "username": "Cy_"}).Want(http.StatusOK)
		wantNames(t, kit, "c@example.com", "cy_", "Cy_")

		root := &betterauth.User{Name: "Root", Email: "root@example.com"}
		admin.Role.Set(root, "admin")
		username.Name.Set(root, "Root")
		if err := kit.Users().Create(t.Context(), root); err != nil {
			t.Fatal(err)
		}
		wantNames(t, kit, "root@example.com", "root", "Root")
		create := body{"email": "d@example.com", "name": "D", "data": body{"username": "Dora"}}
		kit.SignedInAs(root).Post("/admin/create-user", create).Want(http.StatusOK)
		wantNames(t, kit, "d@example.com", "dora", "Dora")
		create = body{"email": "e@example.com", "name": "E", "data": body{"username": "Eve", "displayUsername": "Evil"}}
		kit.SignedInAs(root).Post("/admin/create-user", create).WantError(username.ErrInvalidDisplay)
	})
}

// It does not count as chosen either where a later sign-up takes the place of the
// first one.
func TestDerivedSpellingOfAClaim(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		kit := plugintest.NewWith(t, plugintest.Options{DB: db,
			Config: betterauth.Config{Password: betterauth.PasswordConfig{Hasher: plugintest.FastHasher{}}},
			Plugins: []betterauth.Plugin{emailpassword.New(emailpassword.Config{RequireVerifiedEmail: true}), emailverification.New(emailverification.Config{}),
				username.New(username.Config{ValidateDisplay: func(display string) bool { return strings.HasPrefix(display, "@") }})}})
		kit.Client().Post("/sign-up/email", signUp("a@example.com", "first")).Want(http.StatusOK)
		kit.Mail()
		c := kit.Client()
		c.Post("/sign-up/email", signUp("a@example.com", "Second")).Want(http.StatusOK)
		c.Get(kit.Route(kit.Mail())).WantRedirect("/")
		wantNames(t, kit, "a@example.com", "second", "Second")
	})
}
