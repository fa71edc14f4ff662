package admin

import (
	"context"
	"strings"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// SetRoleInput is the input of setRole. Role is a string or an array of them.
type SetRoleInput struct {
	UserID string         `json:"userId" check:"coerce"`
	Role   jsontext.Value `json:"role"`
}

func checkSetRole(_ *betterauth.Ctx, in *SetRoleInput) error { return checkRole(in.Role) }

// checkRole demands text or an array of texts.
func checkRole(raw jsontext.Value) error {
	list, ok := texts(raw)
	if raw.Kind() == '"' {
		list = make([]string, 1)
		ok = json.Unmarshal(raw, &list[0]) == nil
	}
	if !ok || strings.ContainsRune(strings.Join(list, ""), 0) {
		return betterauth.ErrValidation.Messagef("[body.role] Invalid input")
	}
	return nil
}

func (a *Admin) setRole(c *betterauth.Ctx, in SetRoleInput) (UserAnswer, error) {
	role, _, err := a.roleFrom(c, in.Role)
	if err != nil {
		return UserAnswer{}, err
	}
	var user *betterauth.User
	err = a.actOn(c, in.UserID, []permission{toSetRole}, func(tx *betterauth.Ctx, _, target *betterauth.User) (err error) {
		user, err = a.Update(tx, target.ID, database.Set{"role": role})
		return err
	})
	return UserAnswer{user}, err
}

// SetRoles replaces a user's roles. If Config.Roles is set, any other role is
// ErrNoSuchRole. If there is no such user, the error is betterauth.ErrUserNotFound.
func (a *Admin) SetRoles(ctx context.Context, userID string, roles ...string) (*betterauth.User, error) {
	for _, name := range roles {
		if err := a.knows(name); err != nil {
			return nil, err
		}
	}
	return a.Update(ctx, userID, database.Set{"role": strings.Join(roles, ",")})
}

// roleFrom reads the roles that a caller who may set roles gives somebody; which
// ones they may give is seen when they are written. given is false when there
// are none.
func (a *Admin) roleFrom(c *betterauth.Ctx, raw jsontext.Value) (role string, given bool, err error) {
	if raw == nil {
		return "", false, nil
	}
	if err := a.demand(c, toSetRole); err != nil {
		return "", false, err
	}
	items := []jsontext.Value{raw}
	if raw.Kind() == '[' && json.Unmarshal(raw, &items) != nil {
		return "", false, ErrInvalidRole
	}
	names := make([]string, len(items))
	for i, item := range items {
		if item.Kind() != '"' || json.Unmarshal(item, &names[i]) != nil || strings.ContainsRune(names[i], 0) {
			return "", false, ErrInvalidRole
		}
		if err := a.knows(names[i]); err != nil {
			return "", false, err
		}
	}
	return strings.Join(names, ","), true, nil
}

// knows refuses a role that is none of Config.Roles.
func (a *Admin) knows(name string) error {
	if a.cfg.Roles == nil {
		return nil
	}
	if _, ok := a.cfg.Roles[name]; !ok {
		return ErrNoSuchRole
	}
	return nil
}
