package access_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/better-auth-go/better-auth/betterauth/access"
)

var control = access.New(access.Statements{"project": {"create", "share", "delete"}, "member": {"invite"}, "bill": {"pay"}})

func Example() {
	editor := control.NewRole(access.Statements{"project": {"create", "share"}})
	fmt.Println(editor.Allows("project", "create"), editor.Allows("project", "delete"))
	fmt.Println(editor.Authorize(access.Request{"project": {Names: []string{"delete", "share"}, Any: true}}, access.All))
	// Output:
	// true false
	// <nil>
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	role := control.NewRole(access.Statements{"project": {"create", "share"}, "bill": {}})
	names := func(n ...string) access.Actions { return access.Actions{Names: n} }
	either := func(n ...string) access.Actions { return access.Actions{Names: n, Any: true} }
	for name, tt := range map[string]struct {
		request access.Request
		how     access.Connector
		want    string
	}{
		"one":                      {access.Request{"project": names("create")}, access.All, ""},
		"two":                      {access.Request{"project": names("share", "create")}, access.All, ""},
		"one too many":             {access.Request{"project": names("create", "delete")}, access.All, `unauthorized to access resource "project"`},
		"either":                   {access.Request{"project": either("create", "delete")}, access.All, ""},
		"neither":                  {access.Request{"project": either("delete")}, access.All, `unauthorized to access resource "project"`},
		"unknown resource":         {access.Request{"member": names("invite")}, access.All, "You are not allowed to access resource: member"},
		"resource without actions": {access.Request{"bill": names("pay")}, access.All, `unauthorized to access resource "bill"`},
		"nothing of a resource":    {access.Request{"project": names()}, access.All, `unauthorized to access resource "project"`},
		"nothing":                  {access.Request{}, access.All, "Not authorized"},
		"nil":                      {nil, access.Any, "Not authorized"},
		"all of two":               {access.Request{"project": names("create"), "member": names("invite")}, access.All, "You are not allowed to access resource: member"},
		"any of two":               {access.Request{"project": names("create"), "member": names("invite")}, access.Any, ""},
		"any of one":               {access.Request{"project": names("delete")}, access.Any, "Not authorized"},
		"any of none":              {access.Request{"project": names("delete"), "member": names("invite")}, access.Any, "Not authorized"},
	} {
		got := ""
		if err := role.Authorize(tt.request, tt.how); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	// Maps have no order, and the reason that is told has.
	for range 20 {
		err := role.Authorize(access.Request{"bill": names("pay"), "member": names("invite"), "zone": names("enter"), "project": names("create")}, access.All)
		if err == nil || err.Error() != `unauthorized to access resource "bill"` {
			t.Fatalf("of three reasons %v is told", err)
		}
	}
	var denied *access.Denied
	if err := role.Authorize(access.RequestFor(map[string][]string{"member": {"invite"}}), access.All); !errors.As(err, &denied) || denied.Resource != "member" {
		t.Errorf("%v", err)
	}
}

// A role that was spelt wrong, or not made at all, may do nothing.
func TestBrokenRoles(t *testing.T) {
	t.Parallel()
	broken := control.NewRole(access.Statements{"project": {"create", "shaer"}, "bil": {"pay"}})
	if broken.Err() == nil || broken.Err().Error() != "there is no action \"pay\" on \"bil\"; correct it, or add it to the statements that access.New gets\n"+
		"there is no action \"shaer\" on \"project\"; correct it, or add it to the statements that access.New gets" {
		t.Errorf("%v", broken.Err())
	}
	if broken.Allows("project", "create") || (access.Role{}).Allows("project", "create") {
		t.Error("allowed")
	}
}

// What a role was made of can be changed afterwards without changing the role.
func TestRolesAreImmutable(t *testing.T) {
	t.Parallel()
	given := access.Statements{"project": {"create"}}
	role := control.NewRole(given)
	given["project"][0] = "delete"
	role.Statements()["project"][0] = "delete"
	control.Statements()["project"][0] = "destroy"
	if role.Allows("project", "delete") || !role.Allows("project", "create") || control.Statements()["project"][0] != "create" {
		t.Error("changed")
	}
}

// A role covers another exactly if it is granted every request that the other is.
func TestCovers(t *testing.T) {
	t.Parallel()
	role := func(s access.Statements) access.Role { return control.NewRole(s) }
	all := role(control.Statements())
	creator, sharer := role(access.Statements{"project": {"create"}}), role(access.Statements{"project": {"share"}})
	both := role(access.Statements{"project": {"share", "create", "share"}})
	nothing := role(access.Statements{"project": {}, "bill": nil})
	broken := role(access.Statements{"project": {"create"}, "bil": {"pay"}})
	payer := role(access.Statements{"bill": {"pay"}})
	for name, tt := range map[string]struct {
		r, other access.Role
		want     bool
	}{
		"itself":                       {both, both, true},
		"all":                          {all, both, true},
		"more than all it has":         {both, all, false},
		"less":                         {both, creator, true},
		"more on a resource":           {creator, both, false},
		"something else":               {creator, sharer, false},
		"another resource":             {both, payer, false},
		"nothing":                      {creator, nothing, true},
		"nothing by nothing":           {nothing, nothing, true},
		"something by nothing":         {nothing, creator, false},
		"the zero role":                {nothing, access.Role{}, true},
		"by the zero role":             {access.Role{}, creator, false},
		"the zero role by itself":      {access.Role{}, access.Role{}, true},
		"a broken role":                {nothing, broken, true},
		"by a broken role":             {broken, creator, false},
		"nothing by a broken role":     {broken, nothing, true},
		"a broken role by itself":      {broken, broken, true},
		"a broken one by a broken one": {broken, role(access.Statements{"x": {"y"}}), true},
	} {
		if got := tt.r.Covers(tt.other); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
