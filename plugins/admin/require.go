package admin

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
)

// RequireRole lets users through who have at least one of these roles, and those in
// Config.AdminUserIDs. It is for routes of the application:
//
//	mux.Handle("GET /reports", auth.Require(roles.RequireRole("admin", "manager"))(reports))
//
// Other users get 403, betterauth.ErrForbidden. A name that is not an existing role would
// let nobody through: every request is then 500, and the log says why. An administrator
// who acts as a user has that user's roles.
func (a *Admin) RequireRole(names ...string) betterauth.Requirement {
	names = slices.Clone(names)
	wrong := a.wrongRole(names)
	return func(_ *http.Request, who *betterauth.Identity) error {
		if wrong != nil {
			return wrong
		}
		if a.named(who.User) || slices.ContainsFunc(a.rolesOf(who.User), func(name string) bool { return slices.Contains(names, name) }) {
			return nil
		}
		return betterauth.ErrForbidden.Refuse(betterauth.Refusal{Reason: "the user has none of the roles that the route requires", Seen: []slog.Attr{slog.Any("roles", names)}})
	}
}

func (a *Admin) wrongRole(names []string) error {
	if len(names) == 0 {
		return errors.New("RequireRole names no role; pass it at least one")
	}
	for _, name := range names {
		if a.knows(name) != nil {
			return fmt.Errorf("RequireRole: %q is none of admin.Config.Roles; correct the name, or add the role there", name)
		}
	}
	return nil
}

// RequirePermission lets users through who may do all of these actions with a resource,
// as Allows decides. Other users get 403, betterauth.ErrForbidden.
//
//	mux.Handle("DELETE /projects/{id}", auth.Require(roles.RequirePermission("project", "delete"))(remove))
//
// An action that no role allows is most likely misspelt: every request is then 500, and
// the log says why.
func (a *Admin) RequirePermission(resource string, actions ...string) betterauth.Requirement {
	request := access.Request{resource: {Names: slices.Clone(actions)}}
	wrong := a.wrongPermission(resource, actions)
	return func(_ *http.Request, who *betterauth.Identity) error {
		if wrong != nil {
			return wrong
		}
		if a.Allows(who.User, request) {
			return nil
		}
		return betterauth.ErrForbidden.Refuse(betterauth.Refusal{Reason: "no role of the user may do what the route requires",
			Seen: []slog.Attr{slog.String("resource", resource), slog.Any("actions", actions)}})
	}
}

func (a *Admin) wrongPermission(resource string, actions []string) error {
	if len(actions) == 0 {
		return errors.New("RequirePermission names no action; pass it at least one")
	}
	for _, action := range actions {
		known := false
		for _, role := range a.roles {
			known = known || role.Allows(resource, action)
		}
		if !known {
			return fmt.Errorf("RequirePermission: no role may do %q with %q; correct the names, or allow it to a role of admin.Config.Roles", action, resource)
		}
	}
	return nil
}
