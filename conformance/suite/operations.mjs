// The operations this suite is about, with every error a client can provoke: the code, or the message of an error without a code. "404" is an empty
// answer of that status. A redirect counts for the error its target carries.

const checks = ["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"];

/** By id, in the order of the table: the route and its errors. */
export const operations = {
  ok: ["GET /ok", []],
  error: ["GET /error", []],
  signUpEmail: ["POST /sign-up/email", ["EMAIL_PASSWORD_SIGN_UP_DISABLED", "VALIDATION_ERROR", "PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG", "MISSING_FIELD",
    "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", ...checks]],
  signInEmail: ["POST /sign-in/email", ["INVALID_EMAIL", "INVALID_EMAIL_OR_PASSWORD", "EMAIL_NOT_VERIFIED", "VALIDATION_ERROR", "BAD_REQUEST", "UNSUPPORTED_MEDIA_TYPE",
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
  verifyPassword: ["POST /verify-password", ["UNAUTHORIZED", "INVALID_PASSWORD", "VALIDATION_ERROR"]],
  sendVerificationEmail: ["POST /send-verification-email", ["VERIFICATION_EMAIL_NOT_ENABLED", "EMAIL_MISMATCH", "EMAIL_ALREADY_VERIFIED", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  verifyEmail: ["GET /verify-email", ["TOKEN_EXPIRED", "INVALID_TOKEN", "USER_NOT_FOUND", "INVALID_USER", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  changeEmail: ["POST /change-email", ["UNAUTHORIZED", "CHANGE_EMAIL_DISABLED", "Email is the same", "Verification email isn't enabled", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  updateUser: ["POST /update-user", ["UNAUTHORIZED", "EMAIL_CAN_NOT_BE_UPDATED", "No fields to update", "FIELD_NOT_ALLOWED", "VALIDATION_ERROR", "UNSUPPORTED_MEDIA_TYPE"]],
  deleteUser: ["POST /delete-user", ["UNAUTHORIZED", "404", "CREDENTIAL_ACCOUNT_NOT_FOUND", "INVALID_PASSWORD", "SESSION_EXPIRED", "INVALID_TOKEN", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  deleteUserCallback: ["GET /delete-user/callback", ["NOT_FOUND", "FAILED_TO_GET_USER_INFO", "INVALID_TOKEN", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
  listUserAccounts: ["GET /list-accounts", ["UNAUTHORIZED"]],
  unlinkAccount: ["POST /unlink-account", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "FAILED_TO_UNLINK_LAST_ACCOUNT", "ACCOUNT_NOT_FOUND", "VALIDATION_ERROR"]],
  generatePasskeyRegistrationOptions: ["GET /passkey/generate-register-options", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "VALIDATION_ERROR"]],
  verifyPasskeyRegistration: ["POST /passkey/verify-registration", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "CHALLENGE_NOT_FOUND", "VALIDATION_ERROR",
    "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY", "FAILED_TO_VERIFY_REGISTRATION"]],
  generatePasskeyAuthenticationOptions: ["GET /passkey/generate-authenticate-options", []],
  verifyPasskeyAuthentication: ["POST /passkey/verify-authentication", ["CHALLENGE_NOT_FOUND", "PASSKEY_NOT_FOUND", "AUTHENTICATION_FAILED", "VALIDATION_ERROR"]],
  listPasskeys: ["GET /passkey/list-user-passkeys", ["UNAUTHORIZED"]],
  updatePasskey: ["POST /passkey/update-passkey", ["UNAUTHORIZED", "PASSKEY_NOT_FOUND", "VALIDATION_ERROR"]],
  deletePasskey: ["POST /passkey/delete-passkey", ["UNAUTHORIZED", "PASSKEY_NOT_FOUND", "VALIDATION_ERROR"]],
};

const byRoute = new Map(Object.entries(operations).map(([id, [route]]) => [route, id]));

/** The id of the operation a wire event asked for, undefined when it is none of these. */
export function operationOf({ kind, method, url }) {
  if (kind !== "wire") return undefined;
  const path = url.split("?")[0].replace("/api/auth", "").replace(/^\/reset-password\/.+/, "/reset-password/:token");
  return byRoute.get(`${method} ${path}`);
}

/** The error that a wire event answered with, as operations name it; undefined when it is none. */
export function errorOf({ status, headers, body }) {
  if (status === 302) return /[?&]error=([\w-]+)/.exec(headers.get("location"))?.[1];
  if (status < 400) return undefined;
  if (body === "") return String(status);
  const { code, message } = JSON.parse(body);
  return code ?? message;
}
