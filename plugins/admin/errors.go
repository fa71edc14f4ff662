package admin

import (
	"net/http"

	"github.com/better-auth-go/better-auth/betterauth"
)

func code(status int, code, message string) *betterauth.ErrorCode {
	return &betterauth.ErrorCode{Code: code, Message: message, Status: status}
}

// The codes of this plugin, with the reference's texts.
var (
	ErrSetRole           = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE", "You are not allowed to change users role")
	ErrGetUser           = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_GET_USER", "You are not allowed to get user")
	ErrCreateUsers       = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS", "You are not allowed to create users")
	ErrUpdateUsers       = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS", "You are not allowed to update users")
	ErrListUsers         = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS", "You are not allowed to list users")
	ErrListSessions      = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS", "You are not allowed to list users sessions")
	ErrBanUsers          = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS", "You are not allowed to ban users")
	ErrImpersonate       = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS", "You are not allowed to impersonate users")
	ErrImpersonateAdmins = code(http.StatusForbidden, "YOU_CANNOT_IMPERSONATE_ADMINS", "You cannot impersonate admins")
	ErrRevokeSessions    = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS", "You are not allowed to revoke users sessions")
	ErrDeleteUsers       = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS", "You are not allowed to delete users")
	ErrSetPassword       = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD", "You are not allowed to set users password")
	ErrSetEmail          = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_EMAIL", "You are not allowed to update users email")
	ErrSetPhone          = code(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PHONE_NUMBER", "You are not allowed to update users phone number")
	ErrBannedUser        = code(http.StatusForbidden, "BANNED_USER", "You have been banned from this application")
	ErrNoSuchRole        = code(http.StatusBadRequest, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE", "You are not allowed to set a non-existent role value")
	ErrInvalidRole       = code(http.StatusBadRequest, "INVALID_ROLE_TYPE", "Invalid role type")
	ErrInvalidEmail      = betterauth.ErrInvalidEmail
	ErrUserExists        = code(http.StatusBadRequest, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.")
	ErrNoData            = code(http.StatusBadRequest, "NO_DATA_TO_UPDATE", "No data to update")
	ErrPasswordColumn    = code(http.StatusBadRequest, "PASSWORD_CANNOT_BE_UPDATED_VIA_UPDATE_USER", "Password cannot be updated through update-user. Use the set-user-password endpoint instead")
	ErrIDColumn          = code(http.StatusBadRequest, "USER_ID_CANNOT_BE_UPDATED", "User id cannot be updated")
	ErrBanYourself       = code(http.StatusBadRequest, "YOU_CANNOT_BAN_YOURSELF", "You cannot ban yourself")
	ErrRemoveYourself    = code(http.StatusBadRequest, "YOU_CANNOT_REMOVE_YOURSELF", "You cannot remove yourself")
	// ErrNoPasswords says that no plugin stores passwords.
	ErrNoPasswords = code(http.StatusBadRequest, "EMAIL_PASSWORD_DISABLED", "Email and password is not enabled")
)

// ErrWhileImpersonating refuses an administrator who acts as a user and changes how that
// user gets into the account, or gives anybody else a way in. They must stop
// impersonating first.
var ErrWhileImpersonating = code(http.StatusForbidden, "NOT_ALLOWED_WHILE_IMPERSONATING", "This is not allowed while impersonating a user")

// Errors to which the reference gives no code, and one without a body.
var (
	errUnauthorized     = code(http.StatusUnauthorized, "", "")
	errNotImpersonating = code(http.StatusBadRequest, "", "You are not impersonating anyone")
	errNoAdmin          = code(http.StatusBadRequest, "", "Failed to find user")
	errNoAdminSession   = code(http.StatusBadRequest, "", "Failed to find admin session")
	errNothingAsked     = code(http.StatusBadRequest, "", "invalid permission check. no permission(s) were passed.")
)
