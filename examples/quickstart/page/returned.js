// What to say to somebody who comes back from an identity provider.
import { sentences } from "./codes.js";
import { say } from "./notice.js";
import { nameOf } from "./providers.js";

const badAnswer = "The provider's answer could not be used. Try again, or sign in another way.";
const startAgain = "That took too long, or you started it in another tab or browser. Please try again.";
const unavailable = "The provider cannot be reached right now. Try again later, or sign in another way.";
const askAgain = "The provider wants you to sign in there or to agree first. Please try again.";
const misconfigured = "The provider refuses this server. Ask the administrator to check the client id and the secret.";
const notAllowed = "This account cannot be linked. Its provider must have verified its e-mail address; check that there, then try again.";

/** What a callback answers as "error": sentence. Its last part are codes of the provider (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6). */
export const failures = {
  invalid_callback_request: badAnswer,
  state_not_found: badAnswer,
  state_mismatch: startAgain,
  state_invalid: startAgain,
  internal_server_error: "The server has a problem. Please try again in a moment.",
  no_code: badAnswer,
  oauth_provider_not_found: "This server does not offer that provider any more. Sign in another way.",
  issuer_mismatch: badAnswer,
  issuer_missing: badAnswer,
  nonce_binding_missing: badAnswer,
  invalid_code: "The provider did not confirm that it is you. Please try again; if it happens again, ask the administrator.",
  unable_to_get_user_info: "The provider did not say who you are. Try again, or sign in another way.",
  email_not_found: "The provider did not tell your e-mail address. Allow it there, or sign in another way.",
  account_not_linked: "An account with your e-mail address already exists. Sign in to it as before, then link the provider under “Linked accounts”.",
  unable_to_link_account: notAllowed,
  unable_to_update_account: "What the provider sent could not be saved. Please try again.",
  unable_to_create_user: "An account could not be created for you. Please try again, or sign up another way.",
  signup_disabled: "You have no account here yet, and this provider cannot create one. Sign up another way first.",
  email_not_verified: "Your e-mail address is not confirmed yet. Follow the link in the mail, then sign in.",
  email_does_not_match: "That account has another e-mail address than yours here. Choose the account with your address.",
  account_already_linked_to_different_user: "That account belongs to somebody else here. Choose another account at the provider.",
  invalid_callback_url: "The server does not accept requests from this address. Open the page at the address that the server printed.",
  temporarily_unavailable: unavailable,
  signed_out_at_provider: "You were just signed out at the provider. Sign in again.",
  reauthentication_failed: "It was not confirmed that it is you. Use the account that you are signed in with.",

  access_denied: "You did not allow it at the provider, and nothing was changed. Try again when you are ready.",
  server_error: unavailable,
  login_required: askAgain,
  consent_required: askAgain,
  interaction_required: askAgain,
  account_selection_required: askAgain,
  invalid_request: misconfigured,
  unauthorized_client: misconfigured,
  unsupported_response_type: misconfigured,
  invalid_scope: misconfigured,
  redirect_uri_mismatch: misconfigured,
};

/** The sentence for a code that a callback brought along; not every provider keeps to the known ones. */
export function explainReturn(code) {
  for (const table of [failures, sentences]) if (Object.hasOwn(table, code)) return table[code];
  return "The provider did not sign you in, and nothing was changed. Try again, or sign in another way.";
}

const words = {
  "signed-in": (name) => `Welcome back. Signed in with ${name}.`,
  "signed-up": (name) => `Welcome. You now sign in with ${name}.`,
  linked: (name) => `${name} is linked. You can now sign in with it.`,
  confirmed: () => "You confirmed that it is you. Do again what you wanted to do.",
};

/** Whether an address says that somebody comes back from a provider. */
export const isReturn = (link) => Object.hasOwn(words, link);

/** Says how it went; `signedIn` is whether somebody is. An address alone does not make it so. */
export function tellReturn({ link, provider, error }, signedIn) {
  if (error !== undefined) say(explainReturn(error), "error");
  else if (signedIn) say(words[link](nameOf(provider, "The provider")), "good"); // never a text out of the address
}
