package betterauth

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
)

// ErrorCode is an error that a client may see: a stable code, a message and an HTTP
// status. The body is {"message":…,"code":…}. With an empty Code it is {"message":…}, and
// with both empty there is no body; both are for answers that clients expect from the
// TypeScript server.
//
// An ErrorCode is an error itself. Compare it with errors.Is, never by message.
type ErrorCode struct {
	Code    string
	Message string
	Status  int
}

// Error describes the code for a log.
func (e *ErrorCode) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%d %s", e.Status, e.Message)
	}
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// Because returns an error that answers the client as e does and logs cause, which never
// reaches a client. errors.Is matches both.
func (e *ErrorCode) Because(cause error) error { return &codedError{code: e, cause: cause} }

// Messagef returns a copy of e with another message; errors.Is still matches e. Only the
// client gets the message, so args may come from its request. The Error method of the
// copy, whose text a log may have, shows "…" in place of args.
func (e *ErrorCode) Messagef(format string, args ...any) error {
	return &codedError{code: e, message: fmt.Sprintf(format, args...), logged: verbs.ReplaceAllString(format, "…")}
}

// verbs are those of a format, the percent sign that is none included.
var verbs = regexp.MustCompile(`%[-+# 0-9.*\[\]]*.`)

// With returns an error that answers the client as e does, with one more member in the
// body: {"message":…,"code":…,"details":…} for the member "details". value is encoded as
// JSON and sent to the client, so it must hold nothing that the client may not see.
// errors.Is still matches e.
func (e *ErrorCode) With(member string, value any) error {
	return &codedError{code: e, member: member, value: value}
}

type codedError struct {
	code    *ErrorCode
	cause   error
	message string // for the client
	logged  string // message without what the client may have sent
	member  string
	value   any
	refusal *Refusal // for the log, nil without one
}

func (e *codedError) Error() string {
	if e.refusal != nil && e.cause == nil {
		return e.code.Error() + ": " + e.refusal.Reason
	}
	if e.cause != nil {
		return e.code.Error() + ": " + e.cause.Error()
	}
	if e.message == "" {
		return e.code.Error()
	}
	return e.code.Code + ": " + e.logged
}

func (e *codedError) Unwrap() []error {
	if e.cause == nil {
		return []error{e.code}
	}
	return []error{e.code, e.cause}
}

// The core's error codes, with the TypeScript server's texts.
var (
	ErrUnauthorized          = &ErrorCode{"UNAUTHORIZED", "Unauthorized", http.StatusUnauthorized}
	ErrSessionNotFresh       = &ErrorCode{"SESSION_NOT_FRESH", "Session is not fresh", http.StatusForbidden}
	ErrFailedToGetSession    = &ErrorCode{"FAILED_TO_GET_SESSION", "Failed to get session", http.StatusUnauthorized}
	ErrFailedToCreateSession = &ErrorCode{"FAILED_TO_CREATE_SESSION", "Failed to create session", http.StatusUnauthorized}
	ErrDeferRequired         = &ErrorCode{"METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED", "POST method requires deferSessionRefresh to be enabled in session config", http.StatusMethodNotAllowed}
	ErrInvalidOrigin         = &ErrorCode{"INVALID_ORIGIN", "Invalid origin", http.StatusForbidden}
	ErrMissingOrigin         = &ErrorCode{"MISSING_OR_NULL_ORIGIN", "Missing or null Origin", http.StatusForbidden}
	ErrCrossSiteLogin        = &ErrorCode{"CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", "Cross-site navigation login blocked. This request appears to be a CSRF attack.", http.StatusForbidden}
	ErrInvalidCallbackURL    = &ErrorCode{"INVALID_CALLBACK_URL", "Invalid callbackURL", http.StatusForbidden}
	ErrInvalidRedirectURL    = &ErrorCode{"INVALID_REDIRECT_URL", "Invalid redirectURL", http.StatusForbidden}
	ErrInvalidErrorURL       = &ErrorCode{"INVALID_ERROR_CALLBACK_URL", "Invalid errorCallbackURL", http.StatusForbidden}
	ErrInvalidNewUserURL     = &ErrorCode{"INVALID_NEW_USER_CALLBACK_URL", "Invalid newUserCallbackURL", http.StatusForbidden}
	ErrValidation            = &ErrorCode{"VALIDATION_ERROR", "Validation Error", http.StatusBadRequest}
	ErrMissingField          = &ErrorCode{"MISSING_FIELD", "Field is required", http.StatusBadRequest}
	ErrFieldNotAllowed       = &ErrorCode{"FIELD_NOT_ALLOWED", "Field not allowed to be set", http.StatusBadRequest}
	ErrUserNotFound          = &ErrorCode{"USER_NOT_FOUND", "User not found", http.StatusNotFound}
	ErrBadJSON               = &ErrorCode{"BAD_REQUEST", "Invalid JSON in request body", http.StatusBadRequest}
	ErrMediaType             = &ErrorCode{"UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", http.StatusUnsupportedMediaType}
	ErrBodyTooLarge          = &ErrorCode{"PAYLOAD_TOO_LARGE", "Request body is too large", http.StatusRequestEntityTooLarge}
	ErrTooManyRequests       = &ErrorCode{"TOO_MANY_REQUESTS", "Too many requests. Please try again later.", http.StatusTooManyRequests}
	ErrTooManyFailures       = &ErrorCode{"TOO_MANY_FAILED_ATTEMPTS", "Too many failed attempts. Please try again later.", http.StatusTooManyRequests}
	ErrInternal              = &ErrorCode{"INTERNAL_SERVER_ERROR", "Internal server error", http.StatusInternalServerError}
)

// ErrNoSession says that a request carries no valid session: none was sent, its signature
// is wrong, or it has ended. If the database does not answer, the error is a different
// one, so an outage never looks like a sign-out.
var ErrNoSession = errors.New("betterauth: no session")

// ErrNotFound answers a request for which there is no operation, or only a disabled one.
var ErrNotFound = &ErrorCode{"NOT_FOUND", "Not found", http.StatusNotFound}
