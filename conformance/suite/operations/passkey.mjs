export default {
  generatePasskeyRegistrationOptions: ["GET /passkey/generate-register-options", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "VALIDATION_ERROR",
    "RESOLVE_USER_REQUIRED", "RESOLVED_USER_INVALID"]],
  verifyPasskeyRegistration: ["POST /passkey/verify-registration", ["UNAUTHORIZED", "SESSION_NOT_FRESH", "CHALLENGE_NOT_FOUND", "VALIDATION_ERROR",
    "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY", "FAILED_TO_VERIFY_REGISTRATION"]],
  generatePasskeyAuthenticationOptions: ["GET /passkey/generate-authenticate-options", []],
  verifyPasskeyAuthentication: ["POST /passkey/verify-authentication", ["CHALLENGE_NOT_FOUND", "PASSKEY_NOT_FOUND", "AUTHENTICATION_FAILED", "VALIDATION_ERROR"]],
  listPasskeys: ["GET /passkey/list-user-passkeys", ["UNAUTHORIZED"]],
  updatePasskey: ["POST /passkey/update-passkey", ["UNAUTHORIZED", "PASSKEY_NOT_FOUND", "VALIDATION_ERROR"]],
  deletePasskey: ["POST /passkey/delete-passkey", ["UNAUTHORIZED", "PASSKEY_NOT_FOUND", "VALIDATION_ERROR"]],
};
