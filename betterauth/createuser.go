package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// PasswordKeeper is implemented by the plugin that stores passwords, such as
// email-password. CreateUser uses it, and other plugins reach it with Need. At most one
// plugin may implement it.
type PasswordKeeper interface {
	// PreparePassword checks a new password and hashes it, which takes long. set stores
	// the hash for a user, in the transaction of its context.
	PreparePassword(ctx context.Context, password string) (set func(ctx context.Context, userID string) error, err error)
}

// NewUserOptions say what CreateUser does beside creating the row.
type NewUserOptions struct {
	// Password is the password that the user signs in with. The plugin that stores
	// passwords checks and hashes it. Default "": the user has no password and signs in
	// by another way, such as a link or a reset of the password.
	Password string
}

// ErrNoPasswords says that a user was to get a password, but no plugin stores passwords.
var ErrNoPasswords = errors.New("betterauth: no plugin keeps passwords; add emailpassword.New")

// CreateUser creates a user from Go code: an import, an invitation, a first
// administrator, a handler of the application. It checks no permission and signs nobody
// in (see SignIn and CreateSession). No mail is sent except what plugins send to every
// new user.
//
// Set Name and Email, and what else is known: EmailVerified if somebody has proven that
// the address is theirs, an ID or a CreatedAt to preserve, and added columns with
// Field.Set. Empty fields get their defaults. Afterwards user is as stored: its address
// is in lower case and without white space around it.
//
// The same hooks and checks run as for every other way to create a user. The errors are
// ErrInvalidEmail; ErrUserExists if a user has the address; ErrNoPasswords; what the
// plugin that stores passwords refuses (such as emailpassword.ErrPasswordTooShort); and
// the errors of hooks. After any error there is no user. All happens in one transaction,
// that of ctx if it has one.
func (a *Auth) CreateUser(ctx context.Context, user *User, o NewUserOptions) error {
	if user == nil {
		return errors.New("betterauth: CreateUser needs a user")
	}
	// Before a password is hashed for nothing; the hooks and the index decide.
	email, ok := NormalizeEmail(user.Email)
	if !ok {
		return ErrInvalidEmail
	}
	exists, err := a.users.Exists(ctx, database.Eq("email", email))
	if err != nil {
		return err
	}
	if exists {
		return ErrUserExists
	}
	set := func(context.Context, string) error { return nil }
	if o.Password != "" {
		if a.passwords == nil {
			return ErrNoPasswords
		}
		if set, err = a.passwords.PreparePassword(ctx, o.Password); err != nil {
			return err
		}
	}
	stored := *user
	err = a.db.Transaction(ctx, func(ctx context.Context) error {
		if err := a.users.Create(ctx, &stored); err != nil {
			return emailTaken(err)
		}
		return set(ctx, stored.ID)
	})
	if err != nil {
		return err
	}
	*user = stored
	return nil
}

// UserByEmail returns the user with an address. Case, and white space around the address,
// do not matter. If no user has it, the error is database.ErrNotFound.
func (a *Auth) UserByEmail(ctx context.Context, email string) (*User, error) {
	return a.users.Get(ctx, database.Eq("email", storedEmail(email)))
}

// emailTaken gives the error of an address that somebody has its code.
func emailTaken(err error) error {
	if database.UniqueViolation(err, "user", "email") {
		return ErrUserExists.Because(err)
	}
	return err
}
