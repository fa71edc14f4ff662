package admin

import (
	"context"
	"errors"
	"slices"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// UserAnswer is the answer of operations that answer with the member "user".
type UserAnswer struct {
	User *betterauth.User `json:"user"`
}

// GetUserInput is the input of getUser.
type GetUserInput struct {
	ID string `query:"id"`
}

func (a *Admin) getUser(c *betterauth.Ctx, in GetUserInput) (*betterauth.User, error) {
	if err := a.demand(c, toGet); err != nil {
		return nil, err
	}
	return a.User(c, in.ID)
}

// User returns a user, or betterauth.ErrUserNotFound.
func (a *Admin) User(ctx context.Context, id string) (*betterauth.User, error) {
	user, err := a.users.Get(ctx, database.Eq("id", id))
	return user, missing(err)
}

// missing tells clients of a user that is not there.
func missing(err error) error {
	if errors.Is(err, database.ErrNotFound) {
		return betterauth.ErrUserNotFound.Because(err)
	}
	return err
}

// UpdateInput is the input of adminUpdateUser: any columns of the user, including those
// that the user may not set.
type UpdateInput struct {
	UserID string             `json:"userId" check:"coerce"`
	Data   betterauth.Members `json:"data"`
}

func (a *Admin) updateUser(c *betterauth.Ctx, in UpdateInput) (*betterauth.User, error) {
	if err := a.demand(c, toUpdate); err != nil {
		return nil, err
	}
	if len(in.Data) == 0 {
		return nil, ErrNoData
	}
	if has(in.Data, "password") {
		return nil, ErrPasswordColumn
	}
	if has(in.Data, "id") {
		return nil, ErrIDColumn
	}
	role, given, err := a.roleFrom(c, in.Data["role"])
	if err != nil {
		return nil, err
	}
	needs := append([]permission{toUpdate}, columnsNeed(in.Data)...)
	if err := a.demand(c, needs...); err != nil {
		return nil, err
	}
	email, err := a.emailFrom(c, in)
	if err != nil {
		return nil, err
	}
	set, err := a.columnsFrom(in.Data)
	if err != nil {
		return nil, err
	}
	if given {
		set["role"] = role
	}
	if has(in.Data, "email") {
		set["email"] = email
	}
	var user *betterauth.User
	err = a.actOn(c, in.UserID, needs, func(tx *betterauth.Ctx, caller, target *betterauth.User) (err error) {
		if set["banned"] == true && target.ID == caller.ID {
			return ErrBanYourself
		}
		user, err = a.Update(tx, target.ID, set)
		return err
	})
	return user, err
}

// columnsNeed is what columns of a user take beyond creating or updating one.
func columnsNeed(data betterauth.Members) (needs []permission) {
	if has(data, "role") {
		needs = append(needs, toSetRole)
	}
	if has(data, "banned", "banReason", "banExpires") {
		needs = append(needs, toBan)
	}
	if has(data, "email", "emailVerified") {
		needs = append(needs, toSetEmail)
	}
	if has(data, "phoneNumber", "phoneNumberVerified") {
		needs = append(needs, toSetPhone)
	}
	return needs
}

// emailFrom reads the address that a user is to have, "" without one.
func (a *Admin) emailFrom(ctx context.Context, in UpdateInput) (string, error) {
	if !has(in.Data, "email") {
		return "", nil
	}
	email, _ := in.Data.Text("email")
	email, ok := betterauth.NormalizeEmail(email)
	if !ok {
		return "", ErrInvalidEmail
	}
	taken, err := a.users.Exists(ctx, database.Eq("email", email), database.Ne("id", in.UserID))
	if err == nil && taken {
		err = ErrUserExists
	}
	return email, err
}

// Update sets columns of a user. A ban ends the user's sessions, those in which they
// impersonate others, and what betterauth.UserBanned ends. A change of roles ends those
// impersonations by the user and of the user that are no longer allowed. The errors are
// betterauth.ErrUserNotFound and, for an address that is taken, ErrUserExists.
func (a *Admin) Update(ctx context.Context, userID string, set database.Set) (user *betterauth.User, err error) {
	err = a.host.Transaction(ctx, func(ctx context.Context) error {
		banning := set["banned"] == true
		_, roles := set["role"]
		if banning || roles {
			// First, as everywhere: see end.
			if err := a.takeTurns(ctx); err != nil {
				return err
			}
		}
		before, err := a.users.GetLocked(ctx, database.Eq("id", userID))
		if err != nil {
			return missing(err)
		}
		if user, err = a.users.UpdateOne(ctx, set, database.Eq("id", userID)); err != nil {
			return taken(missing(err))
		}
		if banning {
			if _, err = a.end(ctx, userID); err == nil {
				err = a.host.End(ctx, userID, betterauth.UserBanned)
			}
		} else if roles {
			err = a.endUnallowed(ctx, user)
		}
		a.tellOfUpdate(ctx, before, user)
		return err
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// taken tells clients of an address, or a value of another unique column, that
// somebody else has.
func taken(err error) error {
	var unique *database.UniqueError
	switch {
	case !errors.As(err, &unique) || unique.Table != "user":
		return err
	case slices.Contains(unique.Columns, "email"):
		return ErrUserExists.Because(err)
	}
	return betterauth.ErrValidation.Because(err)
}

func has(members betterauth.Members, names ...string) bool {
	for _, name := range names {
		if _, ok := members[name]; ok {
			return true
		}
	}
	return false
}

// columnsFrom reads the members that are columns of the user, but for the id and
// those that are read elsewhere.
func (a *Admin) columnsFrom(members betterauth.Members) (database.Set, error) {
	set := database.Set{}
	for _, column := range a.columns {
		raw, sent := members[column.Name]
		if !sent || column.Name == "id" || column.Name == "email" || column.Name == "role" {
			continue
		}
		value, err := column.Parse(raw)
		if err != nil {
			return nil, betterauth.ErrValidation.Messagef("%s is not a valid %s", column.Name, column.Type)
		}
		if value == nil && column.Required {
			return nil, betterauth.ErrMissingField.Messagef("%s is required", column.Name)
		}
		if value != nil && column.Validate != nil {
			if err := column.Validate(value); err != nil {
				return nil, betterauth.ErrValidation.Messagef("%s: %s", column.Name, err)
			}
		}
		set[column.Name] = value
	}
	return set, nil
}
