package admin_test

import (
	"net/http"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

const password = "password1234"

type object = map[string]any

// site is a kit with passwords and administrators.
type site struct {
	*plugintest.Kit
	t        testing.TB
	admin    *admin.Admin
	sessions *database.Store[betterauth.Session]
}

func newSite(t testing.TB, cfg admin.Config, o plugintest.Options) *site {
	t.Helper()
	s := &site{t: t, admin: admin.New(cfg)}
	o.Plugins = append([]betterauth.Plugin{emailpassword.New(emailpassword.Config{}), s.admin}, o.Plugins...)
	if o.Config.Password.Hasher == nil {
		o.Config.Password.Hasher = plugintest.FastHasher{}
	}
	s.Kit = plugintest.NewWith(t, o)
	s.sessions = plugintest.StoreOf[betterauth.Session](s.Kit)
	return s
}

// as returns a browser signed in as a new user with a role; "" leaves the default.
func (s *site) as(role, email string) *plugintest.Client {
	s.t.Helper()
	user := &betterauth.User{Name: role, Email: email}
	if role != "" {
		admin.Role.Set(user, role)
	}
	if err := s.admin.Create(s.t.Context(), user, password); err != nil {
		s.t.Fatal(err)
	}
	return s.SignedInAs(user)
}

func (s *site) live(conds ...database.Cond) int {
	s.t.Helper()
	n, err := s.sessions.Count(s.t.Context(), conds...)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *site) user(id string) *betterauth.User {
	s.t.Helper()
	user, err := s.admin.User(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return user
}

func signIn(email string) object { return object{"email": email, "password": password} }

// whose is the address of the user a browser is signed in as, "" for nobody.
func whose(c *plugintest.Client) string {
	var id *struct {
		User struct {
			Email string `json:"email"`
		} `json:"user"`
	}
	c.Get("/get-session").Want(http.StatusOK).Into(&id)
	if id == nil {
		return ""
	}
	return id.User.Email
}

// call is one operation with input that fits.
type call struct {
	op, method, path string
	body             object
	action           [2]string
	denied           *betterauth.ErrorCode
}

func (k call) by(c *plugintest.Client) *plugintest.Answer {
	if k.method == http.MethodGet {
		return c.Get(k.path)
	}
	return c.Post(k.path, k.body)
}

// calls are all operations that ask for an action, on one user.
func calls(id string) []call {
	on := object{"userId": id}
	const post, get = http.MethodPost, http.MethodGet
	return []call{
		{admin.SetRole, post, "/admin/set-role", object{"userId": id, "role": "user"}, [2]string{"user", "set-role"}, admin.ErrSetRole},
		{admin.GetUser, get, "/admin/get-user?id=" + id, nil, [2]string{"user", "get"}, admin.ErrGetUser},
		{admin.CreateUser, post, "/admin/create-user", object{"email": "new@example.com", "name": "New"}, [2]string{"user", "create"}, admin.ErrCreateUsers},
		{admin.UpdateUser, post, "/admin/update-user", object{"userId": id, "data": object{"name": "X"}}, [2]string{"user", "update"}, admin.ErrUpdateUsers},
		{admin.ListUsers, get, "/admin/list-users", nil, [2]string{"user", "list"}, admin.ErrListUsers},
		{admin.ListUserSessions, post, "/admin/list-user-sessions", on, [2]string{"session", "list"}, admin.ErrListSessions},
		{admin.UnbanUser, post, "/admin/unban-user", on, [2]string{"user", "ban"}, admin.ErrBanUsers},
		{admin.BanUser, post, "/admin/ban-user", on, [2]string{"user", "ban"}, admin.ErrBanUsers},
		{admin.RevokeUserSession, post, "/admin/revoke-user-session", object{"sessionToken": "x"}, [2]string{"session", "revoke"}, admin.ErrRevokeSessions},
		{admin.RevokeUserSessions, post, "/admin/revoke-user-sessions", on, [2]string{"session", "revoke"}, admin.ErrRevokeSessions},
		{admin.SetUserPassword, post, "/admin/set-user-password", object{"userId": id, "newPassword": "password5678"}, [2]string{"user", "set-password"}, admin.ErrSetPassword},
		{admin.UnbanUser, post, "/admin/unban-user", on, [2]string{"user", "ban"}, admin.ErrBanUsers},
		{admin.ImpersonateUser, post, "/admin/impersonate-user", on, [2]string{"user", "impersonate"}, admin.ErrImpersonate},
		{admin.RemoveUser, post, "/admin/remove-user", on, [2]string{"user", "delete"}, admin.ErrDeleteUsers},
	}
}
