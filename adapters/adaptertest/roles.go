package adaptertest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// testRoles puts what the plugin admin demands before routes: who has the role, or may
// do it, gets in; nobody is 401, and everybody else 403.
func testRoles(t *testing.T, b Binding) {
	statements := admin.Control.Statements()
	statements["project"] = []string{"create", "delete"}
	control := access.New(statements)
	roles := admin.New(admin.Config{Roles: map[string]access.Role{
		"admin": admin.AdminRole, "user": admin.UserRole, "editor": control.NewRole(access.Statements{"project": {"create"}}),
		"owner": control.NewRole(access.Statements{"project": {"create", "delete"}}),
	}})
	s := newSite(t, betterauth.Config{Session: betterauth.SessionConfig{CookieCache: betterauth.CookieCacheConfig{Enabled: true}}}, roles)
	routes := []struct {
		path        string
		requirement betterauth.Requirement
		in          []string
	}{
		{"/role", roles.RequireRole("owner"), []string{"owner"}},
		{"/roles", roles.RequireRole("owner", "editor"), []string{"owner", "user,editor"}},
		{"/create", roles.RequirePermission("project", "create"), []string{"owner", "user,editor"}},
		{"/both", roles.RequirePermission("project", "create", "delete"), []string{"owner"}},
	}
	app := App{Auths: []*betterauth.Auth{s.Auth}}
	for _, route := range routes {
		app.Routes = append(app.Routes, Route{Path: route.path, Handle: greet(t), Guards: []Guard{
			{Auth: s.Auth, Required: true, Requirements: []betterauth.Requirement{route.requirement}}}})
	}
	users, err := betterauth.StoreOf[betterauth.User](s.Auth)
	if err != nil {
		t.Fatal(err)
	}
	h := b(t, app)
	for email, role := range map[string]string{"user@example.com": "user", "editor@example.com": "user,editor", "owner@example.com": "owner"} {
		c := serve(t, h)
		for _, route := range routes {
			c.get(route.path).expectJSON(t, "nobody", http.StatusUnauthorized, unauthorized)
		}
		c.signUp(s, email)
		if _, err := users.Update(t.Context(), database.Set{"role": role}, database.Eq("email", email)); err != nil {
			t.Fatal(err)
		}
		for _, route := range routes {
			if slices.Contains(route.in, role) {
				c.get(route.path).expect(t, role, http.StatusOK, email)
			} else {
				c.get(route.path).expectJSON(t, role, http.StatusForbidden, forbidden)
			}
		}
	}
}
