const checks = ["INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"];
const idTokens = ["PROVIDER_NOT_FOUND", "ID_TOKEN_NOT_SUPPORTED", "INVALID_TOKEN", "FAILED_TO_GET_USER_INFO"];
// "401" is an empty answer.
const accounts = ["401", "VALIDATION_ERROR", "ACCOUNT_NOT_FOUND", "FAILED_TO_GET_ACCESS_TOKEN"];
// What a callback tells the page that it leads to.
const callback = ["state_not_found", "state_mismatch", "state_invalid", "access_denied", "no_code", "oauth_provider_not_found", "issuer_mismatch",
  "nonce_binding_missing", "invalid_code", "unable_to_get_user_info", "email_not_found", "account_not_linked", "unable_to_link_account", "email_does_not_match",
  "account_already_linked_to_different_user", "signup_disabled", "email_not_verified"];

export default {
  signInSocial: ["POST /sign-in/social", [...idTokens, "VALIDATION_ERROR", "OAUTH_LINK_ERROR", "EMAIL_NOT_VERIFIED", "INVALID_CALLBACK_URL", "INVALID_ERROR_CALLBACK_URL",
    "INVALID_NEW_USER_CALLBACK_URL", ...checks]],
  callbackOAuth: ["GET /callback/:id", callback],
  callbackOAuthForm: ["POST /callback/:id", []],
  linkSocialAccount: ["POST /link-social", [...idTokens, "UNAUTHORIZED", "VALIDATION_ERROR", "INVALID_CALLBACK_URL", "INVALID_ERROR_CALLBACK_URL", "SOCIAL_ACCOUNT_ALREADY_LINKED",
    "LINKING_NOT_ALLOWED", "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED", ...checks]],
  getAccessToken: ["POST /get-access-token", [...accounts, "PROVIDER_NOT_SUPPORTED"]],
  refreshToken: ["POST /refresh-token", [...accounts.slice(0, 3), "PROVIDER_NOT_SUPPORTED", "TOKEN_REFRESH_NOT_SUPPORTED", "REFRESH_TOKEN_NOT_FOUND", "FAILED_TO_REFRESH_ACCESS_TOKEN"]],
  accountInfo: ["GET /account-info", [...accounts, "PROVIDER_NOT_CONFIGURED", "ACCESS_TOKEN_NOT_FOUND", "FAILED_TO_GET_USER_INFO"]],
};
