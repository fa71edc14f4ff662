// The core's operations, and those of the plugins that are in every server from the start.
const checks = ["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"];

export default {
  ok: ["GET /ok", []],
  error: ["GET /error", []],
  signUpEmail: ["POST /sign-up/email", ["EMAIL_PASSWORD_SIGN_UP_DISABLED", "VALIDATION_ERROR", "PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG", "MISSING_FIELD",
    "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", ...checks]],
  signInEmail: ["POST /sign-in/email", ["INVALID_EMAIL", "PASSWORD_TOO_LONG", "INVALID_EMAIL_OR_PASSWORD", "EMAIL_NOT_VERIFIED", "VALIDATION_ERROR", "BAD_REQUEST", "UNSUPPORTED_MEDIA_TYPE",
    "INVALID_CALLBACK_URL", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", "Too many requests. Please try again later.", ...checks]],
  signOut: ["POST /sign-out", ["INVALID_CALLBACK_URL", "INVALID_REDIRECT_URL", "INVALID_ERROR_CALLBACK_URL", "INVALID_NEW_USER_CALLBACK_URL",
    "Invalid callbackURL: expected a string", "Invalid redirectURL: expected a string", ...checks]],
  getSession: ["GET /get-session", []],
  getSessionPost: ["POST /get-session", ["METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED"]],
  listSessions: ["GET /list-sessions", ["UNAUTHORIZED", "SESSION_NOT_FRESH"]],
  revokeSession: ["POST /revoke-session", ["UNAUTHORIZED", "VALIDATION_ERROR"]],
  revokeSessions: ["POST /revoke-sessions", ["UNAUTHORIZED", ...checks]],
  revokeOtherSessions: ["POST /revoke-other-sessions", ["UNAUTHORIZED"]],
  updateSession: ["POST /update-session", ["UNAUTHORIZED", "VALIDATION_ERROR", "No fields to update", "FIELD_NOT_ALLOWED"]],
  requestPasswordReset: ["POST /request-password-reset", ["RESET_PASSWORD_DISABLED", "VALIDATION_ERROR", "INVALID_REDIRECT_URL"]],
  requestPasswordResetCallback: ["GET /reset-password/:token", ["INVALID_TOKEN", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  resetPassword: ["POST /reset-password", ["INVALID_TOKEN", "PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG", "USER_NOT_FOUND", "VALIDATION_ERROR"]],
  changePassword: ["POST /change-password", ["UNAUTHORIZED", "PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG", "CREDENTIAL_ACCOUNT_NOT_FOUND", "INVALID_PASSWORD", "VALIDATION_ERROR"]],
  verifyPassword: ["POST /verify-password", ["UNAUTHORIZED", "PASSWORD_TOO_LONG", "INVALID_PASSWORD", "VALIDATION_ERROR"]],
  sendVerificationEmail: ["POST /send-verification-email", ["VERIFICATION_EMAIL_NOT_ENABLED", "EMAIL_MISMATCH", "EMAIL_ALREADY_VERIFIED", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  verifyEmail: ["GET /verify-email", ["TOKEN_EXPIRED", "INVALID_TOKEN", "USER_NOT_FOUND", "INVALID_USER", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  // "Verification email isn't enabled" is of a server that changes addresses and mails nothing, which does not build here.
  changeEmail: ["POST /change-email", ["UNAUTHORIZED", "CHANGE_EMAIL_DISABLED", "Email is the same", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  updateUser: ["POST /update-user", ["UNAUTHORIZED", "EMAIL_CAN_NOT_BE_UPDATED", "No fields to update", "FIELD_NOT_ALLOWED", "VALIDATION_ERROR", "UNSUPPORTED_MEDIA_TYPE"]],
  deleteUser: ["POST /delete-user", ["UNAUTHORIZED", "404", "CREDENTIAL_ACCOUNT_NOT_FOUND", "PASSWORD_TOO_LONG", "INVALID_PASSWORD", "SESSION_EXPIRED", "INVALID_TOKEN", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  deleteUserCallback: ["GET /delete-user/callback", ["NOT_FOUND", "FAILED_TO_GET_USER_INFO", "INVALID_TOKEN", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  listUserAccounts: ["GET /list-accounts", ["UNAUTHORIZED"]],
  unlinkAccount: ["POST /unlink-account", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "FAILED_TO_UNLINK_LAST_ACCOUNT", "ACCOUNT_NOT_FOUND", "VALIDATION_ERROR"]],
};
