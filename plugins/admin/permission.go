package admin

import (
	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/betterauth/access"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The actions that operations of this plugin ask for, on "user" and "session".
// Roles of an application's own may be made of them and of more:
//
//	all := admin.Control.Statements()
//	all["project"] = []string{"create", "delete"}
//	control := access.New(all)
var (
	Control = access.New(access.Statements{
		"user":    {"create", "list", "set-role", "ban", "impersonate", "impersonate-admins", "delete", "set-password", "set-email", "set-phone", "get", "update"},
		"session": {"list", "revoke", "delete"},
	})
	// AdminRole allows everything but impersonating administrators.
	AdminRole = Control.NewRole(access.Statements{
		"user":    {"create", "list", "set-role", "ban", "impersonate", "delete", "set-password", "set-email", "set-phone", "get", "update"},
		"session": {"list", "revoke", "delete"},
	})
	// UserRole allows nothing.
	UserRole = Control.NewRole(access.Statements{"user": {}, "session": {}})
)

// Allows reports whether one of the user's roles allows the whole request, or the user is
// in Config.AdminUserIDs.
func (a *Admin) Allows(user *betterauth.User, request access.Request) bool {
	if a.named(user) {
		return true
	}
	// Of many names only those of roles count, and each is asked once: how many a
	// user has and how much is asked for must not be multiplied.
	asked := map[string]bool{}
	for _, name := range a.rolesOf(user) {
		role, known := a.roles[name]
		if !known || asked[name] {
			continue
		}
		asked[name] = true
		if role.Authorize(request, access.All) == nil {
			return true
		}
	}
	return false
}

func (a *Admin) may(user *betterauth.User, resource, action string) bool {
	return a.Allows(user, access.Request{resource: {Names: []string{action}}})
}

// HasPermissionInput is the input of userHasPermission. The operation always answers
// about the user of the session: UserID and Role are accepted and ignored.
type HasPermissionInput struct {
	UserID      *string        `json:"userId" check:"coerce"`
	Role        *string        `json:"role"`
	Permission  jsontext.Value `json:"permission"`
	Permissions jsontext.Value `json:"permissions"`
}

// PermissionAnswer is the answer of userHasPermission. Error is always null.
type PermissionAnswer struct {
	Error   *string `json:"error"`
	Success bool    `json:"success"`
}

func checkHasPermission(_ *betterauth.Ctx, in *HasPermissionInput) error {
	_, old := permissions(in.Permission)
	_, current := permissions(in.Permissions)
	switch {
	case old && current:
		return betterauth.ErrValidation.Messagef("[body] Invalid input: more than one option matched")
	case old:
		return errNothingAsked
	case !current:
		return betterauth.ErrValidation.Messagef("[body] Invalid input")
	}
	return nil
}

func permissions(raw jsontext.Value) (asked map[string][]string, ok bool) {
	if raw.Kind() != '{' {
		return nil, false
	}
	var actions map[string]jsontext.Value
	if json.Unmarshal(raw, &actions) != nil {
		return nil, false
	}
	asked = make(map[string][]string, len(actions))
	for resource, list := range actions {
		if asked[resource], ok = texts(list); !ok {
			return nil, false
		}
	}
	return asked, true
}

// texts reads an array of strings.
func texts(raw jsontext.Value) (list []string, ok bool) {
	if raw.Kind() != '[' {
		return nil, false
	}
	var items []jsontext.Value
	if json.Unmarshal(raw, &items) != nil {
		return nil, false
	}
	list = make([]string, len(items))
	for i, item := range items {
		if item.Kind() != '"' || json.Unmarshal(item, &list[i]) != nil {
			return nil, false
		}
	}
	return list, true
}

func (a *Admin) userHasPermission(c *betterauth.Ctx, in HasPermissionInput) (PermissionAnswer, error) {
	asked, _ := permissions(in.Permissions)
	return PermissionAnswer{Success: a.Allows(c.Identity().User, access.RequestFor(asked))}, nil
}
