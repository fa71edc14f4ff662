package admin

import (
	"context"
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
	if err := a.demand(c, toCreate); err != nil {
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
	needs := append([]permission{toCreate}, columnsNeed(in.Data)...)
	if given {
		needs = append(needs, toSetRole)
	}
	if err := a.demand(c, needs...); err != nil {
		return UserAnswer{}, err
	}
	email, ok := betterauth.NormalizeEmail(in.Email)
	if !ok {
		return UserAnswer{}, ErrInvalidEmail
	}
	user := &betterauth.User{Email: email}
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
	set, err := a.prepareCreate(c, user.Email, password)
	if err != nil {
		return UserAnswer{}, err
	}
	err = a.asCaller(c, nil, needs, func(tx *betterauth.Ctx, caller *betterauth.User, _ map[string]*betterauth.User) error {
		if err := a.writeUser(tx, user, set); err != nil {
			return err
		}
		// Whoever knows the password of a new user is that user, with the default
		// role too.
		switch role, _ := Role.Get(user); {
		case a.covers(caller, role):
			return nil
		case given:
			return ErrSetRole
		}
		return ErrCreateUsers
	})
	return UserAnswer{user}, err
}

// Create creates a user as betterauth.Auth.CreateUser does, with a password unless it is
// empty, and emits Created. The errors are ErrInvalidEmail, ErrUserExists for an address
// that is taken, ErrNoPasswords if no plugin stores passwords, and what that plugin says
// about the password.
func (a *Admin) Create(ctx context.Context, user *betterauth.User, password string) error {
	set, err := a.prepareCreate(ctx, user.Email, password)
	if err != nil {
		return err
	}
	return a.writeUser(ctx, user, set)
}

// prepareCreate judges and hashes the password of a user who is to be created.
func (a *Admin) prepareCreate(ctx context.Context, email, password string) (setPassword, error) {
	email, ok := betterauth.NormalizeEmail(email)
	if !ok {
		return nil, ErrInvalidEmail
	}
	if password != "" && a.passwords != nil {
		if err := a.passwords.CheckNewPassword(password); err != nil {
			return nil, err
		}
	}
	// The index decides; this spares hashing.
	exists, err := a.users.Exists(ctx, database.Eq("email", email))
	if err != nil {
		return nil, err
	}
	if exists {
		return nil, ErrUserExists
	}
	if password == "" {
		return func(context.Context, string) error { return nil }, nil
	}
	return a.prepare(ctx, password)
}

func (a *Admin) writeUser(ctx context.Context, user *betterauth.User, set setPassword) error {
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
