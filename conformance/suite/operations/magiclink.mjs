const checks = ["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"];

export default {
  signInMagicLink: ["POST /sign-in/magic-link", ["VALIDATION_ERROR", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED", "INVALID_CALLBACK_URL", "INVALID_ERROR_CALLBACK_URL",
    "INVALID_NEW_USER_CALLBACK_URL", ...checks]],
  magicLinkVerify: ["GET /magic-link/verify", ["INVALID_TOKEN", "new_user_signup_disabled", "VALIDATION_ERROR", "INVALID_CALLBACK_URL"]],
};
