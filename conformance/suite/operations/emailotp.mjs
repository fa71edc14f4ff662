const code = ["INVALID_OTP", "OTP_EXPIRED", "TOO_MANY_ATTEMPTS", "VALIDATION_ERROR"];

export default {
  sendVerificationOTP: ["POST /email-otp/send-verification-otp", ["INVALID_EMAIL", "Invalid OTP type", "VALIDATION_ERROR", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
    "INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"]],
  checkVerificationOTP: ["POST /email-otp/check-verification-otp", [...code, "INVALID_EMAIL", "USER_NOT_FOUND"]],
  verifyEmailOTP: ["POST /email-otp/verify-email", [...code, "INVALID_EMAIL"]],
  signInEmailOTP: ["POST /sign-in/email-otp", code],
  requestPasswordResetEmailOTP: ["POST /email-otp/request-password-reset", ["VALIDATION_ERROR", "INVALID_EMAIL"]],
  forgetPasswordEmailOTP: ["POST /forget-password/email-otp", ["VALIDATION_ERROR", "INVALID_EMAIL"]],
  resetPasswordEmailOTP: ["POST /email-otp/reset-password", [...code, "INVALID_EMAIL", "PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG"]],
  requestEmailChangeEmailOTP: ["POST /email-otp/request-email-change", [...code, "UNAUTHORIZED", "INVALID_EMAIL", "Email is the same", "Change email with OTP is disabled",
    "OTP is required to verify current email"]],
  changeEmailEmailOTP: ["POST /email-otp/change-email", [...code, "UNAUTHORIZED", "INVALID_EMAIL", "Email is the same", "Change email with OTP is disabled", "Email already in use"]],
};
