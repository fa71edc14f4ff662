package username

import (
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts.
var (
	ErrInvalidCredentials = &betterauth.ErrorCode{Code: "INVALID_USERNAME_OR_PASSWORD", Message: "Invalid username or password", Status: http.StatusUnauthorized}
	ErrTaken              = &betterauth.ErrorCode{Code: "USERNAME_IS_ALREADY_TAKEN", Message: "Username is already taken. Please try another.", Status: http.StatusBadRequest}
	ErrTooShort           = &betterauth.ErrorCode{Code: "USERNAME_TOO_SHORT", Message: "Username is too short", Status: http.StatusBadRequest}
	ErrTooLong            = &betterauth.ErrorCode{Code: "USERNAME_TOO_LONG", Message: "Username is too long", Status: http.StatusBadRequest}
	ErrInvalid            = &betterauth.ErrorCode{Code: "INVALID_USERNAME", Message: "Username is invalid", Status: http.StatusBadRequest}
	ErrInvalidDisplay     = &betterauth.ErrorCode{Code: "INVALID_DISPLAY_USERNAME", Message: "Display username is invalid", Status: http.StatusBadRequest}
	ErrPasswordTooLong    = &betterauth.ErrorCode{Code: "PASSWORD_TOO_LONG", Message: "Password too long", Status: http.StatusBadRequest}
	ErrImmutable          = &betterauth.ErrorCode{Code: "USERNAME_IS_IMMUTABLE", Message: "Username cannot be updated", Status: http.StatusBadRequest}
)

// malformed are the codes of this plugin's own operations for a username that
// is none: those above, with the status the reference has there.
var malformed = []*betterauth.ErrorCode{unprocessable(ErrTooShort), unprocessable(ErrTooLong), unprocessable(ErrInvalid)}

func unprocessable(code *betterauth.ErrorCode) *betterauth.ErrorCode {
	other := *code
	other.Status = http.StatusUnprocessableEntity
	return &other
}

// asUnprocessable gives an error about a username the status of malformed;
// errors.Is still matches the exported one.
func asUnprocessable(err error) error {
	for _, code := range malformed {
		var of *betterauth.ErrorCode
		if errors.As(err, &of) && of.Code == code.Code {
			return code.Because(err)
		}
	}
	return err
}
