package emailpassword

import (
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts.
var (
	ErrSignUpDisabled     = &betterauth.ErrorCode{Code: "EMAIL_PASSWORD_SIGN_UP_DISABLED", Message: "Email and password sign up is not enabled", Status: http.StatusBadRequest}
	ErrInvalidEmail       = betterauth.ErrInvalidEmail
	ErrPasswordTooShort   = &betterauth.ErrorCode{Code: "PASSWORD_TOO_SHORT", Message: "Password too short", Status: http.StatusBadRequest}
	ErrPasswordTooLong    = &betterauth.ErrorCode{Code: "PASSWORD_TOO_LONG", Message: "Password too long", Status: http.StatusBadRequest}
	ErrUserExists         = betterauth.ErrUserExists
	ErrInvalidCredentials = &betterauth.ErrorCode{Code: "INVALID_EMAIL_OR_PASSWORD", Message: "Invalid email or password", Status: http.StatusUnauthorized}
	ErrEmailNotVerified   = &betterauth.ErrorCode{Code: "EMAIL_NOT_VERIFIED", Message: "Email not verified", Status: http.StatusForbidden}
	ErrResetDisabled      = &betterauth.ErrorCode{Code: "RESET_PASSWORD_DISABLED", Message: "Reset password isn't enabled", Status: http.StatusBadRequest}
	ErrInvalidToken       = &betterauth.ErrorCode{Code: "INVALID_TOKEN", Message: "Invalid token", Status: http.StatusBadRequest}
	ErrUserNotFound       = &betterauth.ErrorCode{Code: "USER_NOT_FOUND", Message: "User not found", Status: http.StatusBadRequest}
	ErrNoPassword         = &betterauth.ErrorCode{Code: "CREDENTIAL_ACCOUNT_NOT_FOUND", Message: "Credential account not found", Status: http.StatusBadRequest}
	ErrInvalidPassword    = &betterauth.ErrorCode{Code: "INVALID_PASSWORD", Message: "Invalid password", Status: http.StatusBadRequest}
	ErrPasswordSet        = &betterauth.ErrorCode{Code: "PASSWORD_ALREADY_SET", Message: "User already has a password set", Status: http.StatusBadRequest}
)

var (
	// errPasswordMoved is a password that was right when it was checked and has
	// been changed since.
	errPasswordMoved = errors.New("the password was changed in the meantime")
	// errNoMatch is a password that is nobody's, or not this user's.
	errNoMatch = errors.New("no such user and password")
)
