const malformed = ["USERNAME_TOO_SHORT", "USERNAME_TOO_LONG", "INVALID_USERNAME"];
const setting = [...malformed, "USERNAME_IS_ALREADY_TAKEN", "INVALID_DISPLAY_USERNAME"];

export default {
  signUpEmail: ["POST /sign-up/email", setting],
  updateUser: ["POST /update-user", [...setting, "USERNAME_IS_IMMUTABLE"]],
  signInUsername: ["POST /sign-in/username", ["INVALID_USERNAME_OR_PASSWORD", "PASSWORD_TOO_LONG", ...malformed, "EMAIL_NOT_VERIFIED", "VALIDATION_ERROR", "INVALID_CALLBACK_URL", "INVALID_ORIGIN"]],
  isUsernameAvailable: ["POST /is-username-available", [...malformed, "VALIDATION_ERROR"]],
};
