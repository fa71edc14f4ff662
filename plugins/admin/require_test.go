package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/better-auth-go/better-auth/betterauth/plugintest"
	"github.com/better-auth-go/better-auth/database"
	"github.com/better-auth-go/better-auth/plugins/admin"
)

// guarded puts a handler behind a requirement, at /guarded. What the adapters make of
// roles is tried by adapters/adaptertest.
func guarded(auth *betterauth.Auth, requirement betterauth.Requirement) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /guarded", auth.Require(requirement)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := betterauth.SessionFrom(r.Context())
		_, _ = w.Write([]byte(who.User.Email))
	})))
	return mux
}

// Who has the role, or may do it, gets in; nobody is 401, and everybody else 403.
func TestRolesOnRoutes(t *testing.T) {
	t.Parallel()
	statements := admin.Control.Statements()
	statements["project"] = []string{"create", "delete"}
	control := access.New(statements)
	cfg := admin.Config{AdminUserIDs: []string{"operator"}, Roles: map[string]access.Role{
		"admin": admin.AdminRole, "user": admin.UserRole, "editor": control.NewRole(access.Statements{"project": {"create"}}),
		"owner": control.NewRole(access.Statements{"project": {"create", "delete"}}),
	}}
	s := newSite(t, cfg, plugintest.Options{Config: betterauth.Config{Session: betterauth.SessionConfig{
		CookieCache: betterauth.CookieCacheConfig{Enabled: true, MaxAge: time.Hour}}}})
	operator := &betterauth.User{ID: "operator", Name: "Op", Email: "operator@example.com"}
	if err := s.Auth.CreateUser(t.Context(), operator, betterauth.NewUserOptions{}); err != nil {
		t.Fatal(err)
	}
	clients := map[string]*plugintest.Client{"operator": s.SignedInAs(operator), "nobody": s.Client(),
		"user": s.as("user", "user@example.com"), "editor": s.as("user,editor", "editor@example.com"), "owner": s.as("owner", "owner@example.com")}
	for name, test := range map[string]struct {
		requirement betterauth.Requirement
		in          string
	}{
		"RequireRole(owner)":                         {s.admin.RequireRole("owner"), "owner operator"},
		"RequireRole(owner, editor)":                 {s.admin.RequireRole("owner", "editor"), "owner editor operator"},
		"RequirePermission(project, create)":         {s.admin.RequirePermission("project", "create"), "owner editor operator"},
		"RequirePermission(project, create, delete)": {s.admin.RequirePermission("project", "create", "delete"), "owner operator"},
	} {
		s.Serve(guarded(s.Auth, test.requirement))
		t.Log(name)
		for who, client := range clients {
			answer := client.Root().Get("/guarded")
			switch {
			case who == "nobody":
				answer.WantError(betterauth.ErrUnauthorized)
			case strings.Contains(test.in, who):
				answer.WantBody(http.StatusOK, who+"@example.com")
			default:
				answer.WantBody(http.StatusForbidden, `{"message":"You are not allowed to do this","code":"FORBIDDEN"}`)
			}
		}
	}

	// A role that was taken counts for nothing, whatever the cookie says; so does a
	// session that was ended.
	s.Serve(guarded(s.Auth, s.admin.RequireRole("owner")))
	owner := clients["owner"]
	if _, err := s.Users().Update(t.Context(), database.Set{"role": "user"}, database.Eq("id", owner.User.ID)); err != nil {
		t.Fatal(err)
	}
	owner.Root().Get("/guarded").WantError(betterauth.ErrForbidden)
	if _, err := s.admin.RevokeSessions(t.Context(), owner.User.ID); err != nil {
		t.Fatal(err)
	}
	owner.Root().Get("/guarded").WantError(betterauth.ErrUnauthorized)
}

// A requirement that nobody could ever satisfy lets nobody in, and says so.
func TestRequirementsThatAreMisspelt(t *testing.T) {
	t.Parallel()
	s := newSite(t, admin.Config{Roles: map[string]access.Role{"admin": admin.AdminRole, "user": admin.UserRole}}, plugintest.Options{})
	c := s.as("admin", "admin@example.com")
	for want, requirement := range map[string]betterauth.Requirement{
		"RequireRole: \\\"manger\\\"":             s.admin.RequireRole("admin", "manger"),
		"names no role":                           s.admin.RequireRole(),
		"names no action":                         s.admin.RequirePermission("user"),
		"no role may do \\\"delet\\\"":            s.admin.RequirePermission("user", "delet"),
		"no role may do \\\"delete\\\" with \\\"": s.admin.RequirePermission("users", "delete"),
	} {
		s.Serve(guarded(s.Auth, requirement))
		c.Root().Get("/guarded").WantError(betterauth.ErrInternal)
		s.Client().Root().Get("/guarded").WantError(betterauth.ErrUnauthorized)
		if log := s.Log.String(); !strings.Contains(log, want) {
			t.Errorf("%s is not logged", want)
		}
	}
}
