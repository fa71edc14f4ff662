// What each code of the server means for whoever sits at the page, and what they can do about it.

const signInAgain = "Your session has ended. Please sign in again.";
const confirmFirst = "You signed in a while ago. Confirm that it is you, then try again.";
const badLink = "This link no longer works: it was used or has expired. Ask for a new one.";
const taken = "An account with this address already exists. Sign in instead, or use another address.";
const switchedOff = "This server does not offer that. Sign in another way, or ask the administrator.";
const wrongAddress = "The server does not accept requests from this address. Open the page at the address that the server printed.";
const reload = "The page and the server do not understand each other. Reload the page and try again.";
const serverFault = "The server has a problem. Please try again in a moment.";
const badPasskey = "The passkey could not be verified. Try again, or sign in another way.";
const checkInput = "Something is missing or not valid. Check what you typed and try again.";
const askAdmin = "This server cannot do that with this provider. Sign in another way, or ask the administrator.";
const linkFirst = "An account with this address already exists. Sign in to it as before, then link the provider.";
const linkAgain = "The provider no longer lets this server in. Link it again to renew that.";
const noUser = "This account no longer exists. Sign in again, or create a new account.";

/** Code: sentence. */
export const sentences = {
  // Who you are
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is wrong. Check both, or choose a new password by mail.",
  INVALID_PASSWORD: "The password is wrong. Try again; if you forgot it, sign out and choose a new one by mail.",
  CREDENTIAL_ACCOUNT_NOT_FOUND: "Your account has no password. Use a passkey instead.",
  EMAIL_NOT_VERIFIED: "Your e-mail address is not confirmed yet. Follow the link in the mail, then sign in.",
  UNAUTHORIZED: signInAgain,
  SESSION_REQUIRED: signInAgain,
  FAILED_TO_GET_SESSION: signInAgain,
  SESSION_NOT_FRESH: confirmFirst,
  SESSION_EXPIRED: confirmFirst,
  STEP_UP_REQUIRED: confirmFirst,
  FAILED_TO_CREATE_SESSION: "You could not be signed in. Please try again.",
  FAILED_TO_GET_USER_INFO: signInAgain,
  FORBIDDEN: "Your account may not do this. Ask the administrator.",
  TOO_MANY_FAILED_ATTEMPTS: "Too many failed attempts. Wait a while, then try again.",
  TOO_MANY_REQUESTS: "You tried too often. Wait a while, then try again.",

  // What was typed
  INVALID_EMAIL: "That is not an e-mail address. Check it for typing errors.",
  PASSWORD_TOO_SHORT: "The password is too short. Use 8 characters or more.",
  PASSWORD_TOO_LONG: "The password is too long. Use 128 characters or fewer.",
  USER_ALREADY_EXISTS: taken,
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: taken,
  VALIDATION_ERROR: checkInput,
  MISSING_FIELD: checkInput,
  FIELD_NOT_ALLOWED: reload,
  EMAIL_MISMATCH: "That is not the address of your account. Reload the page and try again.",
  PAYLOAD_TOO_LARGE: "That is too long for the server. Shorten what you typed.",

  // Links in mails
  INVALID_TOKEN: badLink,
  TOKEN_EXPIRED: badLink,
  INVALID_USER: "This link is for another account. Sign out first, then open it again.",
  EMAIL_ALREADY_VERIFIED: "Your e-mail address is already confirmed.",

  // Passkeys
  CHALLENGE_NOT_FOUND: "That took too long, or you started it in another tab. Please try again.",
  PREVIOUSLY_REGISTERED: "This passkey is already registered. You can sign in with it.",
  PASSKEY_NOT_FOUND: "The server does not know this passkey. It may have been deleted: sign in another way.",
  AUTHENTICATION_FAILED: badPasskey,
  FAILED_TO_VERIFY_REGISTRATION: "The new passkey could not be verified. Please try again.",
  LAST_SIGN_IN_METHOD: "This passkey is your only way to sign in. Add another one first.",
  TOO_MANY_PASSKEYS: "You have as many passkeys as this server allows. Delete one first.",
  AUTHENTICATOR_NOT_ALLOWED: "This server does not accept that kind of passkey. Choose another device or security key.",
  METADATA_UNAVAILABLE: "New passkeys cannot be checked right now. Please try again later.",
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: "You started this for another account. Reload the page and try again.",
  RESOLVE_USER_REQUIRED: "This server does not create accounts with only a passkey. Create an account with a password.",
  RESOLVED_USER_INVALID: "You cannot create an account with this name. Try another one.",
  VERIFICATION_NOT_ENABLED: switchedOff,

  // The account
  USER_NOT_FOUND: noUser,
  ACCOUNT_NOT_FOUND: "That account is not linked any more. Reload the page to see which ones are.",
  FAILED_TO_UPDATE_USER: "The change could not be saved. Please try again.",
  FAILED_TO_UNLINK_LAST_ACCOUNT: "You have no other account to sign in with. Link another provider first, or choose a password by mail.",
  EMAIL_CAN_NOT_BE_UPDATED: "The e-mail address cannot be changed here.",
  PASSWORD_ALREADY_SET: "Your account already has a password. Reload the page.",

  // Identity providers
  PROVIDER_NOT_FOUND: askAdmin,
  PROVIDER_NOT_SUPPORTED: askAdmin,
  PROVIDER_NOT_CONFIGURED: askAdmin,
  ID_TOKEN_NOT_SUPPORTED: askAdmin,
  TOKEN_REFRESH_NOT_SUPPORTED: askAdmin,
  INVALID_ACR_VALUES: "The provider was asked for a way to confirm that it is you that it does not know.",
  INVALID_LOGOUT_TOKEN: askAdmin,
  REAUTHENTICATION_NOT_SUPPORTED: "This provider cannot confirm that it is you. Use another way.",
  PROVIDER_UNAVAILABLE: "The provider cannot be reached right now. Try again later, or sign in another way.",
  USER_EMAIL_NOT_FOUND: "The provider did not tell your e-mail address. Allow it there, or sign in another way.",
  OAUTH_LINK_ERROR: linkFirst,
  SOCIAL_ACCOUNT_ALREADY_LINKED: "That account belongs to somebody else here. Choose another account at the provider.",
  LINKING_NOT_ALLOWED: "This account cannot be linked. Its provider must have verified its e-mail address.",
  LINKING_DIFFERENT_EMAILS_NOT_ALLOWED: "That account has another e-mail address than yours here. Choose the account with your address.",
  LINKING_FAILED: "The account could not be linked. Please try again.",
  REFRESH_TOKEN_NOT_FOUND: linkAgain,
  FAILED_TO_GET_ACCESS_TOKEN: linkAgain,
  FAILED_TO_REFRESH_ACCESS_TOKEN: linkAgain,
  ACCESS_TOKEN_NOT_FOUND: linkAgain,
  USER_ID_OR_SESSION_REQUIRED: signInAgain,

  // What this server does not do
  EMAIL_PASSWORD_SIGN_UP_DISABLED: "You cannot sign up with a password here. Create an account with a passkey.",
  RESET_PASSWORD_DISABLED: switchedOff,
  CHANGE_EMAIL_DISABLED: switchedOff,
  VERIFICATION_EMAIL_NOT_ENABLED: switchedOff,
  NOT_FOUND: switchedOff,

  // Between the page and the server
  INVALID_ORIGIN: wrongAddress,
  MISSING_OR_NULL_ORIGIN: wrongAddress,
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: wrongAddress,
  INVALID_HOST: wrongAddress,
  INVALID_CALLBACK_URL: wrongAddress,
  INVALID_REDIRECT_URL: wrongAddress,
  INVALID_ERROR_CALLBACK_URL: wrongAddress,
  INVALID_NEW_USER_CALLBACK_URL: wrongAddress,
  METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED: reload,
  BAD_REQUEST: reload,
  UNSUPPORTED_MEDIA_TYPE: reload,
  SERVICE_BUSY: "Many people are signing in right now. Please try again in a moment.",
  INTERNAL_SERVER_ERROR: serverFault,
};

/** Code: the field of the form it is about. */
export const fieldOf = {
  INVALID_EMAIL: "email",
  INVALID_EMAIL_OR_PASSWORD: "password",
  INVALID_PASSWORD: "password",
  PASSWORD_TOO_SHORT: "password",
  PASSWORD_TOO_LONG: "password",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "email",
};

/** Code: a button with what to do instead, and the address it leads to. */
export const offerOf = {
  USER_ALREADY_EXISTS: { label: "Sign in instead", to: "" },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: { label: "Sign in instead", to: "" },
  LAST_SIGN_IN_METHOD: { label: "Add a passkey", to: "passkeys/add" },
  RESOLVE_USER_REQUIRED: { label: "Use a password", to: "sign-up/password" },
  EMAIL_PASSWORD_SIGN_UP_DISABLED: { label: "Use a passkey", to: "sign-up" },
};

/** Field: what to do when the server cannot use what is in it. */
export const fieldSentences = {
  name: "This name cannot be used. Enter one of 1 to 128 ordinary characters.",
  email: "That is not a complete e-mail address. Enter one like name@example.com.",
  password: "This password cannot be used. Enter one of 8 to 128 characters.",
};

/** Status: sentence, for codes that are not listed here and answers without one. */
export function sentenceOfStatus(status) {
  if (status >= 500) return serverFault;
  return { 401: signInAgain, 403: "The server does not allow that. Sign in again, or ask the administrator.", 404: switchedOff, 413: sentences.PAYLOAD_TOO_LARGE }[status] ?? unknown;
}

/** When nothing else is known. */
export const unknown = "That did not work, and nothing was changed. Try again; if it happens again, reload the page.";
