package admin_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
	"github.com/better-auth-go/better-auth/plugins/emailpassword"
)

// Everybody is an administrator here, since nobody else may do anything. What
// administrators change belongs to others by its nature.
func TestContract(t *testing.T) {
	t.Parallel()
	var people atomic.Int32
	address := func() string { return fmt.Sprintf("person%d@example.com", people.Add(1)) }
	someone := func(k *plugintest.Kit) *betterauth.User {
		user := &betterauth.User{Name: "P", Email: address()}
		if err := k.Users().Create(t.Context(), user); err != nil {
			t.Error(err)
		}
		return user
	}
	on := func(more object) func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
		return func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			body := object{"userId": someone(k).ID}
			for name, value := range more {
				body[name] = value
			}
			return plugintest.Request{Body: body}
		}
	}
	options := []plugintest.Option{
		plugintest.Companions(func() []betterauth.Plugin { return []betterauth.Plugin{emailpassword.New(emailpassword.Config{})} }),
		plugintest.SignedInBy(func(k *plugintest.Kit, email string) *plugintest.Client {
			user, err := k.Users().Get(t.Context(), database.Eq("email", email))
			if errors.Is(err, database.ErrNotFound) {
				user = &betterauth.User{Name: "Admin", Email: email}
				admin.Role.Set(user, "admin")
				err = k.Users().Create(t.Context(), user)
			}
			if err != nil {
				t.Error(err)
			}
			return k.SignedInAs(user)
		}),
		plugintest.Sample(admin.SetRole, on(object{"role": "user"})),
		plugintest.Sample(admin.UpdateUser, on(object{"data": object{"name": "X"}})),
		plugintest.Sample(admin.SetUserPassword, on(object{"newPassword": password})),
		plugintest.Sample(admin.ListUsers, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"searchValue": {"a"}, "sortBy": {"name"}, "filterField": {"role"}, "filterValue": {"user"}}}
		}),
		plugintest.Sample(admin.GetUser, func(k *plugintest.Kit, _ *plugintest.Client) plugintest.Request {
			return plugintest.Request{Query: url.Values{"id": {someone(k).ID}}}
		}),
		plugintest.Sample(admin.CreateUser, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: object{"email": address(), "name": "New", "password": password, "role": "user"}}
		}),
		plugintest.Sample(admin.UserHasPermission, func(*plugintest.Kit, *plugintest.Client) plugintest.Request {
			return plugintest.Request{Body: object{"permissions": object{"user": []string{"list"}}}}
		}),
		plugintest.Sample(admin.StopImpersonating, func(k *plugintest.Kit, c *plugintest.Client) plugintest.Request {
			c.Post("/admin/impersonate-user", object{"userId": someone(k).ID}).Want(http.StatusOK)
			return plugintest.Request{}
		}),
	}
	for _, op := range []string{admin.ListUserSessions, admin.BanUser, admin.UnbanUser, admin.ImpersonateUser, admin.RevokeUserSessions, admin.RemoveUser} {
		options = append(options, plugintest.Sample(op, on(nil)))
	}
	for _, op := range []string{admin.SetRole, admin.GetUser, admin.UpdateUser, admin.ListUserSessions, admin.UnbanUser, admin.BanUser, admin.ImpersonateUser,
		admin.RevokeUserSession, admin.RevokeUserSessions, admin.RemoveUser, admin.SetUserPassword} {
		options = append(options, plugintest.Except("ownership", op, "it is there for what belongs to others; TestEveryOperationAsksForItsAction"))
	}
	plugintest.Run(t, func() betterauth.Plugin { return admin.New(admin.Config{}) }, options...)
}

// Without a session, with a forged and with an expired one every operation
// answers 401 and nothing else.
func TestWithoutASession(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{}, plugintest.Options{})
	c := s.as("admin", "admin@example.com")
	all := append(calls(c.User.ID), call{method: http.MethodPost, path: "/admin/stop-impersonating", op: admin.StopImpersonating},
		call{method: http.MethodPost, path: "/admin/has-permission", op: admin.UserHasPermission, body: object{"permissions": object{"user": []string{"list"}}}})
	seen := map[string]bool{}
	forged := s.Client()
	forged.SetCookie(sessionCookie, c.Session.Token+"."+s.Host.Sign("x"))
	s.Clock.Advance(s.Host.SessionConfig().ExpiresIn)
	for _, k := range all {
		seen[k.op] = true
		for _, from := range []*plugintest.Client{s.Client(), forged, c.Fork()} {
			k.by(from).WantBody(http.StatusUnauthorized, "")
		}
	}
	if len(seen) != len(s.admin.Manifest().Endpoints) {
		t.Errorf("%d operations tried", len(seen))
	}
}
