package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/database/databasetest"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// Each operation takes its own action and no other, and a stored session.
func TestEveryOperationAsksForItsAction(t *testing.T) {
	t.Parallel()
	for i, k := range calls("") {
		t.Run(fmt.Sprint(i, k.op), func(t *testing.T) {
			t.Parallel()
			all, lacking := admin.Control.Statements(), admin.Control.Statements()
			for resource, actions := range all {
				lacking[resource] = nil
				for _, action := range actions {
					if [2]string{resource, action} != k.action {
						lacking[resource] = append(lacking[resource], action)
					}
				}
			}
			s := newSite(t, admin.Config{Roles: map[string]access.Role{
				"admin": admin.AdminRole, "user": admin.UserRole, "lacking": admin.Control.NewRole(lacking),
				"one": admin.Control.NewRole(access.Statements{k.action[0]: {k.action[1]}}),
			}}, plugintest.Options{})
			k := calls(s.as("user", "victim@example.com").User.ID)[i]
			k.by(s.Client()).WantBody(http.StatusUnauthorized, "")
			k.by(s.as("", "user@example.com")).WantError(k.denied)
			k.by(s.as("lacking", "lacking@example.com")).WantError(k.denied)
			k.by(s.as("nonsense", "nonsense@example.com")).WantError(k.denied)
			k.by(s.as("user,one", "one@example.com")).Want(http.StatusOK)
		})
	}
}

// Reading "role" takes more than updating: a role, a ban and an address each
// have an action of their own.
func TestUpdateAsksForMore(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{Roles: map[string]access.Role{
		"admin": admin.AdminRole, "user": admin.UserRole, "editor": admin.Control.NewRole(access.Statements{"user": {"update", "create"}}),
	}}, plugintest.Options{})
	id, editor := s.as("user", "victim@example.com").User.ID, s.as("editor", "editor@example.com")
	for member, denied := range map[string]*betterauth.ErrorCode{
		`"role":"admin"`: admin.ErrSetRole, `"role":null`: admin.ErrSetRole, `"banned":false`: admin.ErrBanUsers, `"banReason":null`: admin.ErrBanUsers,
		`"banExpires":1`: admin.ErrBanUsers, `"email":1`: admin.ErrSetEmail, `"emailVerified":true`: admin.ErrSetEmail, `"password":"x"`: admin.ErrPasswordColumn,
		`"phoneNumber":"1"`: admin.ErrSetPhone, `"phoneNumberVerified":true`: admin.ErrSetPhone, `"id":"x"`: admin.ErrIDColumn,
	} {
		editor.Post("/admin/update-user", fmt.Sprintf(`{"userId":%q,"data":{"name":"X",%s}}`, id, member)).WantError(denied)
		if s.user(id).Name == "X" {
			t.Errorf("%s: updated", member)
		}
	}
	for _, more := range []object{{"role": "admin"}, {"data": object{"role": "admin"}}} {
		more["email"], more["name"] = "new@example.com", "New"
		editor.Post("/admin/create-user", more).WantError(admin.ErrSetRole)
	}
	editor.Post("/admin/create-user", object{"email": "new@example.com", "name": "New", "data": object{"banned": false}}).WantError(admin.ErrBanUsers)
}

// A role that was taken away, or a session that was revoked, is seen at once,
// whatever a cookie still says.
func TestCookiesAreNotBelieved(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{Config: betterauth.Config{Session: betterauth.SessionConfig{
		CookieCache: betterauth.CookieCacheConfig{Enabled: true},
	}}})
	c := s.as("admin", "admin@example.com")
	whose(c) // takes the copy
	if c.Cookie("better-auth.session_data") == "" {
		t.Fatal("no copy")
	}
	if _, err := s.admin.SetRoles(t.Context(), c.User.ID, "user"); err != nil {
		t.Fatal(err)
	}
	c.Get("/admin/list-users").WantError(admin.ErrListUsers)
	if _, err := s.admin.RevokeSessions(t.Context(), c.User.ID); err != nil {
		t.Fatal(err)
	}
	c.Get("/admin/list-users").Want(http.StatusUnauthorized)
}

func TestAdminUserIDs(t *testing.T) {
	t.Parallel()
	cfg := admin.Config{AdminUserIDs: []string{"the-operator"}, DefaultRole: "guest", Roles: map[string]access.Role{
		"admin": admin.AdminRole, "guest": admin.UserRole, "anything": admin.UserRole}}
	s := newSite(t, cfg, plugintest.Options{})
	user := &betterauth.User{ID: "the-operator", Name: "Op", Email: "op@example.com"}
	if err := s.Users().Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	op, other := s.SignedInAs(user), s.as("admin", "admin@example.com")
	if role, _ := admin.Role.Get(s.user(user.ID)); role != "guest" {
		t.Errorf("role %q", role)
	}
	op.Post("/admin/set-role", object{"userId": other.User.ID, "role": "anything"}).Want(http.StatusOK)
	other.Get("/admin/list-users").WantError(admin.ErrListUsers)
	s.as("admin", "second@example.com").Post("/admin/impersonate-user", object{"userId": user.ID}).WantError(admin.ErrImpersonateAdmins)
}

func TestHasPermission(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c, other := s.as("admin", "admin@example.com"), s.as("", "user@example.com")
	const list = `{"permissions":{"user":["list"]}}`
	c.Post("/admin/has-permission", list).WantBody(http.StatusOK, `{"error":null,"success":true}`)
	other.Post("/admin/has-permission", list).WantBody(http.StatusOK, `{"error":null,"success":false}`)
	other.Post("/admin/has-permission", `{"permissions":{"user":["list"]},"role":"admin","userId":"`+c.User.ID+`"}`).WantBody(http.StatusOK, `{"error":null,"success":false}`)
	s.Client().Post("/admin/has-permission", list).WantBody(http.StatusUnauthorized, "")
	c.Post("/admin/has-permission", `{"permission":{"user":["list"]}}`).WantBody(http.StatusBadRequest, `{"message":"invalid permission check. no permission(s) were passed."}`)
	for _, body := range []string{`{}`, `{"permissions":1}`, `{"permissions":{"user":"list"}}`, `{"permissions":{"user":[1]}}`, `{"permissions":{"a":["b"]},"permission":{}}`} {
		c.Post("/admin/has-permission", body).WantError(betterauth.ErrValidation)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]admin.Config{
		`there is no action "lsit" on "user"`:  {Roles: map[string]access.Role{"admin": admin.Control.NewRole(access.Statements{"user": {"lsit"}})}},
		`AdminRoles: "Admin" is none of Roles`: {AdminRoles: []string{"Admin"}},
		"ImpersonationDuration is negative":    {ImpersonationDuration: -time.Second},
	} {
		_, err := plugintest.Build(t, plugintest.Options{Plugins: []betterauth.Plugin{admin.New(cfg)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Nothing that can be sent is the server's failure.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	databasetest.EachEngine(t, func(t *testing.T, db *database.DB) {
		s := newSite(t, admin.Config{}, plugintest.Options{DB: db})
		c, id := s.as("admin", "admin@example.com"), s.as("", "victim@example.com").User.ID
		values := []string{`null`, `1`, `-1e300`, `true`, `"\u0000"`, `[]`, `["a"]`, `[null]`, `{}`, `{"a":{}}`, `"` + strings.Repeat("x", 5000) + `"`, `"'\";--%_\\"`, `"9999999999-01-01"`}
		members := []string{"userId", "role", "email", "name", "password", "data", "banReason", "banExpiresIn", "sessionToken", "newPassword", "permissions"}
		columns := []string{"name", "email", "emailVerified", "image", "createdAt", "updatedAt", "role", "banned", "banReason", "banExpires", "id", "x"}
		send := func(path, body string) {
			if answer := c.Post(path, body); answer.Status >= 500 {
				t.Errorf("%s %.200s: %d %s", path, body, answer.Status, answer.Body)
			}
		}
		for _, k := range calls(id) {
			if k.method == http.MethodGet || k.op == admin.RemoveUser || k.op == admin.ImpersonateUser {
				continue
			}
			for _, value := range values {
				for _, member := range members {
					body := fmt.Sprintf(`{"userId":%q,"role":"user","email":"h@example.com","name":"H","sessionToken":"x","newPassword":"password1234","data":{"name":"x"}}`, id)
					if _, ok := k.body[member]; !ok {
						continue
					}
					send(k.path, strings.Replace(body, `"`+member+`":`, `"`+member+`":`+value+`,"was":`, 1))
				}
			}
		}
		for _, value := range values {
			for _, column := range columns {
				send("/admin/update-user", fmt.Sprintf(`{"userId":%q,"data":{%q:%s}}`, id, column, value))
				send("/admin/create-user", fmt.Sprintf(`{"email":"%s%d@example.com","name":"H","data":{%q:%s}}`, column, len(value), column, value))
			}
		}
		send("/admin/update-user", `{"userId":"a","userId":"b","data":{}}`)
	})
}

// A database that does not answer is nobody's missing session or user.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c := s.as("admin", "admin@example.com")
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, k := range calls(c.User.ID) {
		if answer := k.by(c).WantError(betterauth.ErrInternal); len(answer.Cookies) > 0 {
			t.Errorf("%s: cookies %v", k.op, answer.Cookies)
		}
	}
}
