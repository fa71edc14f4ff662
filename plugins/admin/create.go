package admin

import (
	"context"
	"strings"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
	"github.com/go-json-experiment/json/jsontext"
)

// CreateInput is the input of createUser. Role is a string or an array of them;
// Data holds any columns of the user.
type CreateInput struct {
	Email    string             `json:"email"`
	Password *string            `json:"password"`
	Name     string             `json:"name"`
	Role     jsontext.Value     `json:"role"`
	Data     betterauth.Members `json:"data,omitempty"`
}

func checkCreate(_ *betterauth.Ctx, in *CreateInput) error {
	if in.Role == nil {
		return nil
	}
	return checkRole(in.Role)
}

func (a *Admin) createUser(c *betterauth.Ctx, in CreateInput) (UserAnswer, error) {
	if err := a.demand(c, "user", "create", ErrCreateUsers); err != nil {
		return UserAnswer{}, err
	}
	asked := in.Role
	if asked == nil {
		asked = in.Data["role"]
	}
	role, given, err := a.roleFrom(c, asked)
	if err != nil {
		return UserAnswer{}, err
	}
	if has(in.Data, "banned", "banReason", "banExpires") {
		if err := a.demand(c, "user", "ban", ErrBanUsers); err != nil {
			return UserAnswer{}, err
		}
	}
	user := &betterauth.User{Email: strings.ToLower(in.Email)}
	if !betterauth.IsEmail(user.Email) {
		return UserAnswer{}, ErrInvalidEmail
	}
	if err := a.fill(user, in.Data); err != nil {
		return UserAnswer{}, err
	}
	user.Name = in.Name
	if given {
		Role.Set(user, role)
	}
	password := ""
	if in.Password != nil {
		password = *in.Password
	}
	return UserAnswer{user}, a.Create(c, user, password)
}

// Create creates a user, with a password unless that is empty. The errors are
// ErrUserExists for an address that is taken, ErrNoPasswords where no plugin
// keeps passwords, and what that one says of the password.
func (a *Admin) Create(ctx context.Context, user *betterauth.User, password string) error {
	// The index decides; this spares hashing.
	exists, err := a.users.Exists(ctx, database.Eq("email", user.Email))
	if err != nil {
		return err
	}
	if exists {
		return ErrUserExists
	}
	set := func(context.Context, string) error { return nil }
	if password != "" {
		if set, err = a.prepare(ctx, password); err != nil {
			return err
		}
	}
	return a.host.Transaction(ctx, func(ctx context.Context) error {
		if err := a.users.Create(ctx, user); err != nil {
			return taken(err)
		}
		betterauth.Emit(ctx, a.host, Created{By: actor(ctx), UserID: user.ID})
		return set(ctx, user.ID)
	})
}

// fill puts what an administrator says into a user's columns.
func (a *Admin) fill(user *betterauth.User, members betterauth.Members) error {
	set, err := a.columnsFrom(members)
	if err != nil {
		return err
	}
	added := user.AddedColumns()
	for _, column := range a.columns {
		value := set[column.Name]
		switch column.Name {
		case "name", "email", "id":
		case "emailVerified":
			user.EmailVerified, _ = value.(bool)
		case "image":
			if image, ok := value.(string); ok {
				user.Image = &image
			}
		case "createdAt":
			user.CreatedAt, _ = value.(time.Time)
		case "updatedAt":
			user.UpdatedAt, _ = value.(time.Time)
		default:
			if value != nil {
				added.SetValue(column.Name, value)
			} else if column.Required && column.Default == nil && !column.DefaultNow {
				return betterauth.ErrMissingField.Messagef("%s is required", column.Name)
			}
		}
	}
	return nil
}
