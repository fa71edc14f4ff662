package twofactor

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts.
var (
	// ErrOTPNotEnabled is declared because the TypeScript server declares it; no
	// operation answers it.
	ErrOTPNotEnabled = &betterauth.ErrorCode{Code: "OTP_NOT_ENABLED", Message: "OTP not enabled", Status: http.StatusBadRequest}
	// ErrOTPNotConfigured: OTPConfig.Enabled is false.
	ErrOTPNotConfigured = &betterauth.ErrorCode{Code: "OTP_NOT_CONFIGURED", Message: "OTP is not available", Status: http.StatusBadRequest}
	// ErrOTPExpired: no code was mailed, or the code was used or has expired.
	ErrOTPExpired = &betterauth.ErrorCode{Code: "OTP_HAS_EXPIRED", Message: "OTP has expired", Status: http.StatusBadRequest}
	// ErrTOTPNotEnabled: the user has no verified authenticator app.
	ErrTOTPNotEnabled     = &betterauth.ErrorCode{Code: "TOTP_NOT_ENABLED", Message: "TOTP not enabled", Status: http.StatusBadRequest}
	ErrTOTPAlreadyEnabled = &betterauth.ErrorCode{Code: "TOTP_ALREADY_ENABLED", Message: "TOTP is already enabled", Status: http.StatusBadRequest}
	// ErrTOTPNotConfigured: TOTPConfig.Disabled is true.
	ErrTOTPNotConfigured     = &betterauth.ErrorCode{Code: "TOTP_NOT_CONFIGURED", Message: "TOTP is not available", Status: http.StatusBadRequest}
	ErrNotEnabled            = &betterauth.ErrorCode{Code: "TWO_FACTOR_NOT_ENABLED", Message: "Two factor isn't enabled", Status: http.StatusBadRequest}
	ErrBackupCodesNotEnabled = &betterauth.ErrorCode{Code: "BACKUP_CODES_NOT_ENABLED", Message: "Backup codes aren't enabled", Status: http.StatusBadRequest}
	ErrInvalidBackupCode     = &betterauth.ErrorCode{Code: "INVALID_BACKUP_CODE", Message: "Invalid backup code", Status: http.StatusUnauthorized}
	// ErrBackupCodeConflict: another server used a code of the same user at the
	// same time.
	ErrBackupCodeConflict = &betterauth.ErrorCode{Message: "Failed to verify backup code. Please try again.", Status: http.StatusConflict}
	// ErrInvalidCode: the code is wrong, or was used before.
	ErrInvalidCode = &betterauth.ErrorCode{Code: "INVALID_CODE", Message: "Invalid code", Status: http.StatusUnauthorized}
	// ErrTooManyAttempts: the mailed code or the challenge has no attempts left.
	ErrTooManyAttempts = &betterauth.ErrorCode{Code: "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", Message: "Too many attempts. Please request a new code.", Status: http.StatusBadRequest}
	// ErrLocked: the account is locked after too many wrong codes; see LockoutConfig.
	ErrLocked = &betterauth.ErrorCode{Code: "ACCOUNT_TEMPORARILY_LOCKED", Message: "Too many failed verification attempts. Your account is temporarily locked. Please try again later.", Status: http.StatusTooManyRequests}
	// ErrInvalidCookie: the request has no session and belongs to no sign-in that waits
	// for its second step.
	ErrInvalidCookie = &betterauth.ErrorCode{Code: "INVALID_TWO_FACTOR_COOKIE", Message: "Invalid two factor cookie", Status: http.StatusUnauthorized}
	// ErrInvalidPassword: the password is wrong, or missing where it is required.
	ErrInvalidPassword = &betterauth.ErrorCode{Code: "INVALID_PASSWORD", Message: "Invalid password", Status: http.StatusBadRequest}
	// ErrPasswordTooLong: the password is longer than passwords may be.
	ErrPasswordTooLong = &betterauth.ErrorCode{Code: "PASSWORD_TOO_LONG", Message: "Password too long", Status: http.StatusBadRequest}
	// ErrNoSecondStep: the second step was disabled while a sign-in waited for it.
	ErrNoSecondStep = &betterauth.ErrorCode{Code: "FAILED_TO_CREATE_SESSION", Message: "Failed to create session", Status: http.StatusBadRequest}
)

// The texts the reference has where a kind of code is asked for by name.
const (
	textNoOTP  = "otp isn't configured"
	textNoTOTP = "totp isn't configured"
)
