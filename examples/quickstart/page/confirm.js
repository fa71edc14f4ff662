// Signing in again, for what the server does only shortly after a sign-in.
import { signIn, whoami } from "./account.js";
import * as passkeys from "./passkeys.js";
import * as sessions from "./sessions.js";
import { staleSession } from "./messages.js";
import { $, ask } from "./view.js";

const dialog = $("#confirm-dialog");

/** Asks the user to sign in again; resolves to whether they did. The new session takes the place of the old one. */
export async function confirmUser() {
  const old = await whoami();
  $("form", dialog).reset();
  $("[name=email]", dialog).value = old?.user.email ?? "";
  $("[data-passkey]", dialog).hidden = passkeys.unsupported() !== "";
  return ask(dialog, async ({ email, password, how }, signal) => {
    if (how === "passkey") await passkeys.signIn({ signal });
    else await signIn({ email, password });
    if (old) await sessions.revoke(old.session);
  });
}

/** Does what action does; if the session is too old for it, asks to sign in again and does it then. */
export async function withFreshSession(action) {
  try {
    return await action();
  } catch (error) {
    if (!staleSession(error) || !(await confirmUser())) throw error;
    return action();
  }
}
