// Package username lets users sign in with a name of their choice and their password. The
// name is a unique column of the user, set at sign-up or by an update; a second column
// holds the spelling that the user chose. Passwords are those of the plugin
// email-password, which must be present.
//
// Start with [New] and [Config]. The rules for names are in rules.go, the checks of every
// new or changed user in store.go, and signing in is in signin.go.
package username

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID                  = "username"
	SignInUsername      = "signInUsername"
	IsUsernameAvailable = "isUsernameAvailable"
)

// The operations of other plugins that set usernames.
const (
	signUpEmail = "signUpEmail"
	updateUser  = "updateUser"
)

// Config says what usernames look like. The zero value has the defaults of the TypeScript
// server. Its functions are called concurrently and more than once for one value, and
// must return the same result every time.
type Config struct {
	// MinLength and MaxLength limit the length of a username in UTF-16 code units.
	// Default 3 and 30.
	MinLength, MaxLength int
	// Validate reports whether a username of allowed length is acceptable. Default: ASCII
	// letters, digits, "_" and "." only. If you allow more, consider names that only look
	// alike.
	Validate func(username string) bool
	// Normalize returns the one form of all spellings that count as the same name;
	// applying it twice must change nothing. This form is stored and looked up. Default:
	// lower case.
	Normalize func(username string) string
	// DisableNormalization stores usernames as they are written, so that "Ada"
	// and "ada" are two. Default false.
	DisableNormalization bool
	// ValidateNormalized measures and validates what Normalize made of a
	// username, not what was written. Default false.
	ValidateNormalized bool
	// Immutable refuses to change or remove a username by updateUser once it is
	// set. Default false.
	Immutable bool

	// DisableAvailability turns off /is-username-available, which tells everybody whether
	// a username is free, 20 times a minute for each client: it then answers 404. Sign-up
	// still reveals it, since it refuses a taken username. Default false.
	DisableAvailability bool

	// DisableDisplayUsername leaves out the column with the spelling. Default false.
	DisableDisplayUsername bool
	// ValidateDisplay reports whether a spelling that a user chose is acceptable. It is
	// not called for a spelling that is derived from the username. Default: every
	// spelling is.
	ValidateDisplay func(displayUsername string) bool
	// NormalizeDisplay changes a spelling before it is stored; applying it twice must
	// change nothing more. Default: no change.
	NormalizeDisplay func(displayUsername string) string
	// ValidateDisplayNormalized validates what NormalizeDisplay made of a
	// spelling, not what was written. Default false.
	ValidateDisplayNormalized bool
}

// The columns on user.
var (
	// Name is the normalized username, unique; not set for users without one.
	Name = betterauth.NewField[string]("user", database.Column{Name: "username", Unique: true})
	// DisplayName is the username as its owner spells it.
	DisplayName = betterauth.NewField[string]("user", database.Column{Name: "displayUsername"})
)

// Username is the plugin. Make one with New for each Auth. Its methods are safe
// for concurrent use.
type Username struct {
	cfg       Config
	host      *betterauth.Host
	users     *database.Store[betterauth.User]
	passwords passwords
}

// passwords is the plugin that signs in with a password, and up: a username is given
// at its sign-up.
type passwords interface {
	SignInUser(c *betterauth.Ctx, name string, find func(context.Context) (*betterauth.User, error), password string,
		how betterauth.SignIn, callbackURL string, refused *betterauth.ErrorCode) (*betterauth.User, *betterauth.Session, error)
}

var (
	_ betterauth.Plugin      = (*Username)(nil)
	_ betterauth.Checker     = (*Username)(nil)
	_ betterauth.Initializer = (*Username)(nil)
)

// New makes the plugin.
func New(cfg Config) *Username {
	if cfg.MinLength == 0 {
		cfg.MinLength = 3
	}
	if cfg.MaxLength == 0 {
		cfg.MaxLength = 30
	}
	if cfg.Validate == nil {
		cfg.Validate = plain
	}
	switch {
	case cfg.DisableNormalization:
	case cfg.Normalize == nil:
		cfg.Normalize = lower
	}
	return &Username{cfg: cfg}
}

// Manifest implements betterauth.Plugin.
func (u *Username) Manifest() betterauth.Manifest {
	columns := []betterauth.AddedColumn{Name}
	if !u.cfg.DisableDisplayUsername {
		columns = append(columns, DisplayName)
	}
	endpoints := []betterauth.Endpoint{
		betterauth.Handle(betterauth.Operation{
			ID: SignInUsername, Method: http.MethodPost, Path: "/sign-in/username", Access: betterauth.Public, SignIn: betterauth.MakesSession,
			Summary: "Signs in with a username and a password.",
			Errors:  append([]*betterauth.ErrorCode{ErrInvalidCredentials, ErrPasswordTooLong}, malformed...),
		}, u.signIn),
	}
	if !u.cfg.DisableAvailability {
		endpoints = append(endpoints, betterauth.Handle(betterauth.Operation{
			ID: IsUsernameAvailable, Method: http.MethodPost, Path: "/is-username-available", Access: betterauth.Public,
			Limit:   &betterauth.Rule{Window: time.Minute, Max: 20},
			Summary: "Says whether a username is free.", Errors: malformed,
		}, u.isAvailable))
	}
	return betterauth.Manifest{
		ID:        ID,
		Needs:     []betterauth.Dependency{betterauth.Need(&u.passwords).Hint("add emailpassword.New")},
		Schema:    betterauth.Schema{Columns: columns},
		Endpoints: endpoints,
		Before: []betterauth.BeforeHook{
			betterauth.BeforeMembers(signUpEmail, u.beforeSignUp),
			betterauth.BeforeMembers(updateUser, u.beforeUpdateUser).IfPresent(),
		},
		After:    []betterauth.AfterHook{betterauth.AfterMatch(betterauth.Every, takenMeanwhile)},
		RowHooks: []database.Hooks{database.RowHooks[betterauth.User]{BeforeCreate: u.beforeCreate, BeforeUpdate: u.beforeUpdate}},
		// Of the operations of others that set usernames.
		Errors: []*betterauth.ErrorCode{ErrTaken, ErrTooShort, ErrTooLong, ErrInvalid, ErrInvalidDisplay, ErrImmutable},
	}
}

// Check implements betterauth.Checker.
func (u *Username) Check(betterauth.Site) error {
	var problems []error
	if u.cfg.MinLength < 0 || u.cfg.MaxLength < u.cfg.MinLength {
		problems = append(problems, errors.New("MinLength and MaxLength leave no username; set 0 <= MinLength <= MaxLength"))
	}
	if u.cfg.DisableNormalization && u.cfg.Normalize != nil {
		problems = append(problems, errors.New("DisableNormalization leaves Normalize without effect; remove one of them"))
	}
	if u.cfg.DisableDisplayUsername && u.cfg.ValidateDisplay != nil {
		problems = append(problems, errors.New("ValidateDisplay has no effect with DisableDisplayUsername; remove one of them"))
	}
	if u.cfg.DisableDisplayUsername && u.cfg.NormalizeDisplay != nil {
		problems = append(problems, errors.New("NormalizeDisplay has no effect with DisableDisplayUsername; remove one of them"))
	}
	return errors.Join(problems...)
}

// Init implements betterauth.Initializer.
func (u *Username) Init(_ context.Context, h *betterauth.Host) error {
	u.host = h
	u.users = h.UserStore()
	return nil
}
