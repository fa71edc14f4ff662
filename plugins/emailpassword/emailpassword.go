// Package emailpassword signs people up and in with an e-mail address and a
// password. Hashes are in the reference's format unless Config.Password of the
// application says otherwise.
package emailpassword

import (
	"context"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
	"github.com/better-auth-go/better-auth/database"
)

// The names that other plugins refer to.
const (
	ID          = "email-password"
	SignUpEmail = "signUpEmail"
	SignInEmail = "signInEmail"
)

// Config says what passwords must be like. The zero value is the reference's.
type Config struct {
	// DisableSignUp refuses new accounts. Default false.
	DisableSignUp bool
	// DisableAutoSignIn creates accounts without a session; whether an address
	// is taken is then not told. Default false.
	DisableAutoSignIn bool
	// MinLength and MaxLength bound a new password in UTF-16 code units.
	// Default 8 and 128.
	MinLength, MaxLength int
}

// EmailPassword is the plugin. Make one with New for each Auth.
type EmailPassword struct {
	cfg      Config
	host     *betterauth.Host
	users    *database.Store[betterauth.User]
	accounts *database.Store[betterauth.Account]
}

var (
	_ betterauth.Plugin      = (*EmailPassword)(nil)
	_ betterauth.Initializer = (*EmailPassword)(nil)
)

// New makes the plugin.
func New(cfg Config) *EmailPassword {
	if cfg.MinLength == 0 {
		cfg.MinLength = 8
	}
	if cfg.MaxLength == 0 {
		cfg.MaxLength = 128
	}
	return &EmailPassword{cfg: cfg}
}

// The codes of this plugin, with the reference's texts.
var (
	ErrSignUpDisabled     = &betterauth.ErrorCode{Code: "EMAIL_PASSWORD_SIGN_UP_DISABLED", Message: "Email and password sign up is not enabled", Status: http.StatusBadRequest}
	ErrInvalidEmail       = &betterauth.ErrorCode{Code: "INVALID_EMAIL", Message: "Invalid email", Status: http.StatusBadRequest}
	ErrPasswordTooShort   = &betterauth.ErrorCode{Code: "PASSWORD_TOO_SHORT", Message: "Password too short", Status: http.StatusBadRequest}
	ErrPasswordTooLong    = &betterauth.ErrorCode{Code: "PASSWORD_TOO_LONG", Message: "Password too long", Status: http.StatusBadRequest}
	ErrUserExists         = &betterauth.ErrorCode{Code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", Message: "User already exists. Use another email.", Status: http.StatusUnprocessableEntity}
	ErrInvalidCredentials = &betterauth.ErrorCode{Code: "INVALID_EMAIL_OR_PASSWORD", Message: "Invalid email or password", Status: http.StatusUnauthorized}
)

// Manifest implements betterauth.Plugin.
func (p *EmailPassword) Manifest() betterauth.Manifest {
	return betterauth.Manifest{
		ID: ID,
		Endpoints: []betterauth.Endpoint{
			betterauth.Handle(betterauth.Operation{
				ID: SignUpEmail, Method: http.MethodPost, Path: "/sign-up/email",
				Access: betterauth.Public, SignsIn: true, FormBody: true,
				Summary: "Creates a user with a password and signs them in.",
				Errors:  []*betterauth.ErrorCode{ErrSignUpDisabled, ErrPasswordTooShort, ErrPasswordTooLong, ErrUserExists},
			}, p.signUp),
			betterauth.Handle(betterauth.Operation{
				ID: SignInEmail, Method: http.MethodPost, Path: "/sign-in/email",
				Access: betterauth.Public, SignsIn: true, FormBody: true,
				Summary: "Signs in with a password.",
				Errors:  []*betterauth.ErrorCode{ErrInvalidEmail, ErrInvalidCredentials},
			}, p.signIn),
		},
		Errors: []*betterauth.ErrorCode{ErrSignUpDisabled, ErrInvalidEmail, ErrPasswordTooShort, ErrPasswordTooLong, ErrUserExists, ErrInvalidCredentials},
	}
}

// Init implements betterauth.Initializer.
func (p *EmailPassword) Init(_ context.Context, h *betterauth.Host) (err error) {
	p.host = h
	if p.users, err = betterauth.StoreOf[betterauth.User](h); err != nil {
		return err
	}
	p.accounts, err = betterauth.StoreOf[betterauth.Account](h)
	return err
}
