package apikey

import (
	"errors"
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

// The codes of this plugin, with the reference's texts.
var (
	ErrUnauthorizedSession = &betterauth.ErrorCode{Code: "UNAUTHORIZED_SESSION", Message: "Unauthorized or invalid session", Status: http.StatusUnauthorized}
	ErrServerOnly          = &betterauth.ErrorCode{Code: "SERVER_ONLY_PROPERTY", Message: "The property you're trying to set can only be set from the server auth instance only.", Status: http.StatusBadRequest}
	ErrUserBanned          = &betterauth.ErrorCode{Code: "USER_BANNED", Message: "User is banned", Status: http.StatusUnauthorized}
	ErrKeyNotFound         = &betterauth.ErrorCode{Code: "KEY_NOT_FOUND", Message: "API Key not found", Status: http.StatusNotFound}
	ErrNoValues            = &betterauth.ErrorCode{Code: "NO_VALUES_TO_UPDATE", Message: "No values to update.", Status: http.StatusBadRequest}

	ErrInvalidMetadata     = &betterauth.ErrorCode{Code: "INVALID_METADATA_TYPE", Message: "metadata must be an object or undefined", Status: http.StatusBadRequest}
	ErrMetadataDisabled    = &betterauth.ErrorCode{Code: "METADATA_DISABLED", Message: "Metadata is disabled.", Status: http.StatusBadRequest}
	ErrNeedsRefillInterval = &betterauth.ErrorCode{Code: "REFILL_AMOUNT_AND_INTERVAL_REQUIRED", Message: "refillAmount is required when refillInterval is provided", Status: http.StatusBadRequest}
	ErrNeedsRefillAmount   = &betterauth.ErrorCode{Code: "REFILL_INTERVAL_AND_AMOUNT_REQUIRED", Message: "refillInterval is required when refillAmount is provided", Status: http.StatusBadRequest}
	ErrExpiresTooSoon      = &betterauth.ErrorCode{Code: "EXPIRES_IN_IS_TOO_SMALL", Message: "The expiresIn is smaller than the predefined minimum value.", Status: http.StatusBadRequest}
	ErrExpiresTooLate      = &betterauth.ErrorCode{Code: "EXPIRES_IN_IS_TOO_LARGE", Message: "The expiresIn is larger than the predefined maximum value.", Status: http.StatusBadRequest}
	ErrExpiryDisabled      = &betterauth.ErrorCode{Code: "KEY_DISABLED_EXPIRATION", Message: "Custom key expiration values are disabled.", Status: http.StatusBadRequest}
	ErrPrefixLength        = &betterauth.ErrorCode{Code: "INVALID_PREFIX_LENGTH", Message: "The prefix length is either too large or too small.", Status: http.StatusBadRequest}
	ErrNameLength          = &betterauth.ErrorCode{Code: "INVALID_NAME_LENGTH", Message: "The name length is either too large or too small.", Status: http.StatusBadRequest}
	ErrNameRequired        = &betterauth.ErrorCode{Code: "NAME_REQUIRED", Message: "API Key name is required.", Status: http.StatusBadRequest}
	ErrNoDefaultConfig     = &betterauth.ErrorCode{Code: "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND", Message: "No default api-key configuration found.", Status: http.StatusBadRequest}

	ErrOrganizationRequired = &betterauth.ErrorCode{Code: "ORGANIZATION_ID_REQUIRED", Message: "Organization ID is required for organization-owned API keys.", Status: http.StatusBadRequest}
	ErrNoOrganizations      = &betterauth.ErrorCode{Code: "ORGANIZATION_PLUGIN_REQUIRED", Message: "Organization plugin is required for organization-owned API keys. Please install and configure the organization plugin.", Status: http.StatusInternalServerError}

	// Errors of a key that is used.
	ErrInvalidKey       = &betterauth.ErrorCode{Code: "INVALID_API_KEY", Message: "Invalid API key.", Status: http.StatusUnauthorized}
	ErrInvalidReference = &betterauth.ErrorCode{Code: "INVALID_REFERENCE_ID_FROM_API_KEY", Message: "The reference id from the API key is invalid.", Status: http.StatusUnauthorized}
	ErrKeyDisabled      = &betterauth.ErrorCode{Code: "KEY_DISABLED", Message: "API Key is disabled", Status: http.StatusUnauthorized}
	ErrKeyExpired       = &betterauth.ErrorCode{Code: "KEY_EXPIRED", Message: "API Key has expired", Status: http.StatusUnauthorized}
	ErrUsageExceeded    = &betterauth.ErrorCode{Code: "USAGE_EXCEEDED", Message: "API Key has reached its usage limit", Status: http.StatusTooManyRequests}
	// ErrRateLimited is returned with a *RateLimitError. A client gets the member
	// details: {"tryAgainIn": milliseconds}.
	ErrRateLimited = &betterauth.ErrorCode{Code: "RATE_LIMITED", Message: "Rate limit exceeded.", Status: http.StatusTooManyRequests}
)

// The same codes with the status they have where a key is used.
var (
	errForbiddenKey     = withStatus(ErrInvalidKey, http.StatusForbidden)
	errMissesPermission = withStatus(ErrKeyNotFound, http.StatusUnauthorized)
)

func withStatus(code *betterauth.ErrorCode, status int) *betterauth.ErrorCode {
	other := *code
	other.Status = status
	return &other
}

// asCode gives an error another status; errors.Is still matches the exported
// code.
func asCode(other, code *betterauth.ErrorCode) error { return other.Because(code) }

// RateLimitError is an ErrRateLimited that says when to try again.
type RateLimitError struct {
	// TryAgainIn is in milliseconds, as the client gets it.
	TryAgainIn int64 `json:"tryAgainIn"`
}

// Error implements error.
func (e *RateLimitError) Error() string { return ErrRateLimited.Error() }

// Unwrap makes it an ErrRateLimited whose body has the details.
func (e *RateLimitError) Unwrap() error { return ErrRateLimited.With("details", e) }

// refused are the codes by which a key is refused wherever it is used.
var refused = []*betterauth.ErrorCode{ErrInvalidKey, ErrInvalidReference, ErrKeyDisabled, ErrKeyExpired, ErrUsageExceeded, ErrRateLimited}

// refusal returns the code by which a key was refused, and false for an error
// that says nothing about the key.
func refusal(err error) (*betterauth.ErrorCode, bool) {
	var code *betterauth.ErrorCode
	ok := errors.As(err, &code)
	return code, ok && code.Status < http.StatusInternalServerError
}
