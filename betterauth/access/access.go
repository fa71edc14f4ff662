// Package access says who may do what: statements name the actions there are on
// each resource, and a role is a choice among them.
//
//	control := access.New(access.Statements{"project": {"create", "share"}})
//	editor := control.NewRole(access.Statements{"project": {"create"}})
//	editor.Allows("project", "create")           // true
//	editor.Allows("project", "create", "share")  // false
//
// It holds no users and no database: plugins that keep roles, and applications,
// ask it. Everything here is immutable and safe for concurrent use.
//
// Start with [New], and [Control.NewRole]. What can be asked of a [Role] is
// request.go.
package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Statements are actions by resource.
type Statements map[string][]string

// clone copies s, so that nobody changes a role that is in use.
func (s Statements) clone() Statements {
	out := make(Statements, len(s))
	for resource, actions := range s {
		out[resource] = slices.Clone(actions)
	}
	return out
}

// Control knows every action there is. Make one with New.
type Control struct{ statements Statements }

// New makes a Control of all the actions there are.
func New(all Statements) Control { return Control{all.clone()} }

// Statements returns a copy of what New was given.
func (c Control) Statements() Statements { return c.statements.clone() }

// NewRole makes a role that may do what allowed says. An action that the Control
// does not know is Role.Err, which whoever takes roles reports: a role with a
// misspelt action would otherwise lack it silently.
func (c Control) NewRole(allowed Statements) Role {
	r := Role{statements: allowed.clone()}
	var problems []error
	for _, resource := range slices.Sorted(maps.Keys(allowed)) {
		for _, action := range allowed[resource] {
			if !slices.Contains(c.statements[resource], action) {
				problems = append(problems, fmt.Errorf("there is no action %q on %q; correct it, or add it to the statements that access.New gets", action, resource))
			}
		}
	}
	r.err = errors.Join(problems...)
	return r
}

// Role is what somebody may do. The zero Role may do nothing.
type Role struct {
	statements Statements
	err        error
}

// Err says what was wrong with the statements the role was made of. Such a role
// may do nothing.
func (r Role) Err() error { return r.err }

// Statements returns a copy of what the role may do.
func (r Role) Statements() Statements { return r.statements.clone() }

// Allows reports whether the role may do all of the actions on a resource. No
// actions are not allowed: whoever asks for nothing has made a mistake.
func (r Role) Allows(resource string, actions ...string) bool {
	return r.Authorize(Request{resource: {Names: actions}}, All) == nil
}

// Covers reports whether the role may do everything that other may: every request
// that Authorize grants other it grants r. A resource without actions, and a role
// that may do nothing, such as the zero Role, are covered by every role.
func (r Role) Covers(other Role) bool {
	if other.err != nil {
		return true
	}
	for resource, actions := range other.statements {
		if len(actions) > 0 && !r.Allows(resource, actions...) {
			return false
		}
	}
	return true
}
