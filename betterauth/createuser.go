package betterauth

import (
	"context"
	"errors"

	"github.com/better-auth-go/better-auth/database"
)

// PasswordKeeper is the plugin that keeps passwords, for CreateUser and for other
// plugins, which Need it; at most one may be present. The plugin email-password is one.
type PasswordKeeper interface {
	// PreparePassword checks a password that is to become somebody's and hashes it,
	// which takes long. set stores it as a user's in the transaction of its context.
	PreparePassword(ctx context.Context, password string) (set func(ctx context.Context, userID string) error, err error)
}

// NewUserOptions are what CreateUser does beside making the row.
type NewUserOptions struct {
	// Password is what the user signs in with: the plugin that keeps passwords
	// judges and hashes it. Default "": the user has none, and gets in by what else
	// the application offers, such as a link or a reset of the password.
	Password string
}

// ErrNoPasswords says that a user was to have a password and no plugin keeps them.
var ErrNoPasswords = errors.New("betterauth: no plugin keeps passwords; add emailpassword.New")

// CreateUser makes a user, for programs: an import, an invitation, a first
// administrator, a handler of one's own. Nobody is asked for permission, nobody is
// signed in (see SignIn and CreateSession) and nothing is mailed but what plugins
// mail about every new user.
//
// Set Name and Email, and whatever else is known: EmailVerified where somebody has
// proven that the address is theirs, an ID or CreatedAt to keep, and added columns
// with Field.Set. What is left out gets its default. user is then as stored: its
// address is without white space around it and in lower case.
//
// Hooks and checks are those of every way to a user. The errors are ErrInvalidEmail,
// ErrUserExists for an address that somebody has, ErrNoPasswords, what the plugin
// that keeps passwords says of one (such as emailpassword.ErrPasswordTooShort), and
// those of hooks; after any of them there is no user. It happens in one transaction,
// that of ctx if there is one.
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

// UserByEmail returns the user with an address, in whatever case and with white
// space around it; without one the error is database.ErrNotFound.
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
