package emailotp

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts.
var (
	ErrInvalid         = &betterauth.ErrorCode{Code: "INVALID_OTP", Message: "Invalid OTP", Status: http.StatusBadRequest}
	ErrExpired         = &betterauth.ErrorCode{Code: "OTP_EXPIRED", Message: "OTP expired", Status: http.StatusBadRequest}
	ErrTooManyAttempts = &betterauth.ErrorCode{Code: "TOO_MANY_ATTEMPTS", Message: "Too many attempts", Status: http.StatusForbidden}
	ErrInvalidEmail    = betterauth.ErrInvalidEmail
	ErrUserNotFound    = &betterauth.ErrorCode{Code: "USER_NOT_FOUND", Message: "User not found", Status: http.StatusBadRequest}
	// ErrResetDisabled refuses a reset because no plugin stores passwords.
	ErrResetDisabled = &betterauth.ErrorCode{Code: "RESET_PASSWORD_DISABLED", Message: "Reset password isn't enabled", Status: http.StatusBadRequest}
)

// codeErrors are what can be wrong with a code.
var codeErrors = []*betterauth.ErrorCode{ErrInvalid, ErrExpired, ErrTooManyAttempts}

// errNoMailer is a request for a code where the application has no Mailer.
var errNoMailer = errCannotMail.Refuse(betterauth.Refusal{Reason: "there is no mailer", Configure: "set Config.Mailer"})

// The reference's errors without a code.
var (
	errCannotMail     = &betterauth.ErrorCode{Code: "EMAIL_OTP_NOT_ENABLED", Message: "send email verification is not implemented", Status: http.StatusBadRequest}
	errWrongType      = &betterauth.ErrorCode{Message: "Invalid OTP type", Status: http.StatusBadRequest}
	errHashed         = &betterauth.ErrorCode{Message: "OTP is hashed, cannot return the plain text OTP", Status: http.StatusBadRequest}
	errChangeDisabled = &betterauth.ErrorCode{Code: "CHANGE_EMAIL_WITH_OTP_DISABLED", Message: "Change email with OTP is disabled", Status: http.StatusBadRequest}
	errSameEmail      = &betterauth.ErrorCode{Message: "Email is the same", Status: http.StatusBadRequest}
	errCodeRequired   = &betterauth.ErrorCode{Message: "OTP is required to verify current email", Status: http.StatusBadRequest}
	errEmailInUse     = &betterauth.ErrorCode{Message: "Email already in use", Status: http.StatusBadRequest}
)
