const managing = ["UNAUTHORIZED", "VALIDATION_ERROR", "INVALID_PASSWORD", "PASSWORD_TOO_LONG"];
const verifying = ["VALIDATION_ERROR", "INVALID_TWO_FACTOR_COOKIE", "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", "ACCOUNT_TEMPORARILY_LOCKED"];

export default {
  enableTwoFactor: ["POST /two-factor/enable", [...managing, "OTP_NOT_CONFIGURED", "TOTP_NOT_CONFIGURED", "TOTP_ALREADY_ENABLED"]],
  disableTwoFactor: ["POST /two-factor/disable", managing],
  getTOTPURI: ["POST /two-factor/get-totp-uri", [...managing, "TOTP_NOT_ENABLED", "TOTP_NOT_CONFIGURED"]],
  verifyTOTP: ["POST /two-factor/verify-totp", [...verifying, "TOTP_NOT_ENABLED", "TOTP_NOT_CONFIGURED", "INVALID_CODE", "Too many requests. Please try again later."]],
  sendTwoFactorOTP: ["POST /two-factor/send-otp", ["VALIDATION_ERROR", "INVALID_TWO_FACTOR_COOKIE", "OTP_NOT_CONFIGURED"]],
  verifyTwoFactorOTP: ["POST /two-factor/verify-otp", [...verifying, "OTP_HAS_EXPIRED", "INVALID_CODE", "FAILED_TO_CREATE_SESSION"]],
  verifyBackupCode: ["POST /two-factor/verify-backup-code", [...verifying, "BACKUP_CODES_NOT_ENABLED", "INVALID_BACKUP_CODE"]],
  generateBackupCodes: ["POST /two-factor/generate-backup-codes", [...managing, "TWO_FACTOR_NOT_ENABLED"]],
};
