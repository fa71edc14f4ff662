// Errors in the words of whoever reads them.
import { ApiError, Unreachable } from "./api.js";

const codes = {
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is wrong.",
  INVALID_EMAIL: "That is not an e-mail address.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "There is an account with this address already. Sign in instead.",
  PASSWORD_TOO_SHORT: "The password is too short: 8 characters at least.",
  PASSWORD_TOO_LONG: "The password is too long: 128 characters at most.",
  INVALID_PASSWORD: "The password is wrong.",
  INVALID_TOKEN: "This link no longer works: it was used, or it is too old. Ask for a new one.",
  TOKEN_EXPIRED: "This link no longer works: it is too old. Ask for a new one.",
  EMAIL_ALREADY_VERIFIED: "Your e-mail address is confirmed already.",
  UNAUTHORIZED: "Your session has ended. Please sign in again.",
  SESSION_REQUIRED: "Your session has ended. Please sign in again.",
  SESSION_NOT_FRESH: "This needs a recent sign-in. Please sign in again.",
  SESSION_EXPIRED: "This needs a recent sign-in. Please sign in again.",
  CHALLENGE_NOT_FOUND: "That took too long, or it was begun in another tab. Please try again.",
  PREVIOUSLY_REGISTERED: "This passkey is registered already.",
  PASSKEY_NOT_FOUND: "The server does not know this passkey. It may have been deleted.",
  AUTHENTICATION_FAILED: "The passkey could not be verified.",
  FAILED_TO_VERIFY_REGISTRATION: "The new passkey could not be verified.",
  LAST_SIGN_IN_METHOD: "This passkey is your only way to sign in. Add another one first.",
  TOO_MANY_PASSKEYS: "You have as many passkeys as this server allows. Delete one first.",
};

const ceremonies = {
  NotAllowedError: "Cancelled, or it took too long. Nothing was changed.",
  InvalidStateError: "This device already has a passkey for your account.",
  SecurityError: "Passkeys do not work at this address. Open the page at the address the server printed.",
  NotSupportedError: "This device cannot make the kind of passkey the server asks for.",
  ConstraintError: "This device cannot make the kind of passkey the server asks for.",
};

/** Something the user left out, in a sentence. */
export class Missing extends Error {}

/** A sentence or two for the user; "" for what they did themselves and need not be told. */
export function explain(error) {
  if (error.name === "AbortError") return "";
  if (error instanceof Unreachable) return "The server cannot be reached. Check the connection and try again.";
  if (error instanceof Missing) return error.message;
  if (error instanceof ApiError) return refusal(error);
  return ceremonies[error.name] ?? `Something went wrong: ${error.message}`;
}

/** The same for the code that a mailed link brought along. */
export const explainCode = (code) => codes[code] ?? "This link does not work. Ask for a new one.";

function refusal({ status, code, message, retryAfter }) {
  if (status === 429) return `Too many attempts. Please wait ${retryAfter === 1 ? "1 second" : `${retryAfter || 10} seconds`} and try again.`;
  if (status >= 500) return "The server has a problem. Please try again in a moment.";
  return codes[code] ?? message;
}

/** Whether the server no longer knows who is asking. */
export const endedSession = (error) => error instanceof ApiError && ["UNAUTHORIZED", "SESSION_REQUIRED"].includes(error.code);

/** Whether the server wants to see the user sign in again first. */
export const staleSession = (error) => error instanceof ApiError && ["SESSION_NOT_FRESH", "SESSION_EXPIRED"].includes(error.code);
