// Asking again, for what the server does only shortly after a sign-in: by a passkey, else by the password, or else at an identity provider.
import { signIn, whoami } from "./account.js";
import * as accounts from "./accounts.js";
import { onClick } from "./action.js";
import { ask } from "./dialog.js";
import { staleSession, Unconfirmed } from "./messages.js";
import * as passkeys from "./passkeys.js";
import { nameOf, offered, signInAt } from "./providers.js";
import * as sessions from "./sessions.js";
import { $ } from "./view.js";

const dialog = $("#confirm-dialog");
let ways;
let provider; // to confirm at

onClick(dialog, {
  "with-passkey": () => offer("passkey"),
  "with-password": () => offer("password"),
});

/**
 * Asks the user to confirm that it is them; resolves to whether they did. A passkey makes the session fresh that there
 * is, a password makes a new one that takes its place. A provider is somewhere else: the page is left, and the user does
 * once more what they wanted to do.
 */
export async function confirmUser() {
  const old = await whoami();
  ways = await waysOf(old?.user);
  $("form", dialog).reset();
  $("[name=email]", dialog).value = old?.user.email ?? "";
  const asked = ask(dialog, async ({ email, password, how }, signal) => {
    if (how === "passkey") return passkeys.stepUp({ signal });
    if (how === "provider") {
      await signInAt(provider, "confirmed");
      return new Promise((resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))); // the page is about to end
    }
    await signIn({ email, password });
    if (old) await sessions.revoke(old.session);
  });
  offer(ways[0]);
  return asked;
}

/** Does what action does; if the session is too old for it, asks who it is, right there, and does it then. */
export async function withFreshSession(action) {
  try {
    return await action();
  } catch (error) {
    if (!staleSession(error)) throw error;
    if (!(await confirmUser())) throw new Unconfirmed();
    return action();
  }
}

// What the user can confirm with, the better first.
async function waysOf(user) {
  const found = [];
  if (await passkeys.usable()) found.push("passkey");
  const linked = user ? await accounts.list() : [];
  if (!user || accounts.hasPassword(user)) found.push("password");
  provider = linked.find(({ providerId }) => offered().some(({ id }) => id === providerId))?.providerId;
  if (found.length === 0 && provider) found.push("provider");
  return found.length > 0 ? found : ["password"];
}

// Shows one of the ways, and moves the focus to where it begins.
function offer(way) {
  for (const element of dialog.querySelectorAll("[data-with]")) {
    element.hidden = element.dataset.with !== way;
    if (element.name) element.disabled = element.hidden; // Enter presses the first button that is not disabled
  }
  $("[name=password]", dialog).disabled = way !== "password";
  $(".switch", dialog).hidden = ways.length < 2;
  if (provider) $("[value=provider]", dialog).textContent = `Continue with ${nameOf(provider)}`;
  $(way === "password" ? "[name=password]" : `[value=${way}]`, dialog).focus();
}
