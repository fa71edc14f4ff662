package admin

import (
	"slices"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
)

// Dominates reports whether actor may do everything that target may, so that actor gains
// nothing by acting on target. Everything that a role of target allows, one single role
// of actor must allow: roles do not add up here, just as in Allows. A role that is not
// among Config.Roles allows nothing. Of Config.DefaultRole only the actions of this
// plugin count, since what an application allows its ordinary users does not put them
// above their administrators. A user in Config.AdminUserIDs dominates everybody, and is
// dominated only by another one of them. All users dominate themselves.
//
// Every operation of this plugin that reaches a user checks it. Handlers of an
// application that act on users can call it too.
func (a *Admin) Dominates(actor, target *betterauth.User) bool {
	switch {
	case actor.ID == target.ID, a.named(actor):
		return true
	case a.named(target):
		return false
	}
	role, _ := Role.Get(target)
	return a.covers(actor, role)
}

// covers reports whether actor may do everything that the column role, as it
// stands or is to stand, lets its bearer do. It is asked of roles that are given,
// where it does not help that everybody dominates themself.
func (a *Admin) covers(actor *betterauth.User, role string) bool {
	if a.named(actor) {
		return true
	}
	own := a.rolesOf(actor)
	for _, name := range a.namesIn(role) {
		covered := slices.ContainsFunc(own, func(mine string) bool {
			if name == a.cfg.DefaultRole {
				return coversAdministration(a.roles[mine], a.roles[name])
			}
			return a.roles[mine].Covers(a.roles[name])
		})
		if !covered {
			return false
		}
	}
	return true
}

// coversAdministration reports whether a role allows what another one does of the
// actions of this plugin.
func coversAdministration(role, other access.Role) bool {
	for resource, actions := range Control.Statements() {
		for _, action := range actions {
			request := access.Request{resource: {Names: []string{action}}}
			if other.Authorize(request, access.All) == nil && role.Authorize(request, access.All) != nil {
				return false
			}
		}
	}
	return true
}

// named reports whether a user is one of Config.AdminUserIDs.
func (a *Admin) named(user *betterauth.User) bool {
	return slices.Contains(a.cfg.AdminUserIDs, user.ID)
}

// rolesOf are the names of a user's roles.
func (a *Admin) rolesOf(user *betterauth.User) []string {
	role, _ := Role.Get(user)
	return a.namesIn(role)
}

// namesIn are the names of the roles in a value of the column role.
func (a *Admin) namesIn(role string) []string {
	if role == "" {
		role = a.cfg.DefaultRole
	}
	return strings.Split(role, ",")
}
