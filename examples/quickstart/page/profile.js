// Who is signed in: their name, whether their e-mail address is confirmed, and the end of their account.
import { changeName, deleteAccount, isPasskeyOnly, verify } from "./account.js";
import { withFreshSession } from "./confirm.js";
import * as passkeys from "./passkeys.js";
import { $, ask, onClick, run, say } from "./view.js";

const part = $("#signed-in");
let user;

/** Prepares the profile; `failed` is told of errors, `left` when the account is gone. */
export function prepareProfile(root, failed, left) {
  onClick(root, {
    "change-name": async (button) => {
      const dialog = $("#name-dialog");
      const input = $("[name=name]", dialog);
      input.value = user.name;
      const asked = ask(dialog, async ({ name }) => {
        await changeName(name);
        await passkeys.signal();
        showProfile({ ...user, name });
      }, failed);
      input.select();
      if (!(await asked)) return;
      say(`Your name is now “${user.name}”.`, "good");
      button.focus();
    },
    verify: (button) => run(button, async () => {
      await verify(user);
      say(`A mail with a link is on its way to ${user.email}.`, "good");
    }, failed),
    "delete-account": async () => {
      const dialog = $("#delete-account-dialog");
      $("form", dialog).reset();
      $("[name=email]", dialog).value = user.email;
      const passkeyOnly = isPasskeyOnly(user);
      for (const element of dialog.querySelectorAll("[data-password]")) element.hidden = passkeyOnly;
      $("[name=password]", dialog).disabled = passkeyOnly;
      let mine = [];
      const done = await ask(dialog, async ({ password }) => {
        mine = await passkeys.credentials();
        if (passkeyOnly) await withFreshSession(() => deleteAccount());
        else await deleteAccount(password);
      }, failed);
      if (!done) return;
      passkeys.forget(mine);
      left("Your account is deleted.", "good");
    },
  });
}

/** Shows who a user is. */
export function showProfile(shown) {
  user = shown;
  $("[data-name]", part).textContent = user.name;
  const passkeyOnly = isPasskeyOnly(user);
  $("[data-email]", part).textContent = passkeyOnly ? "" : user.email;
  $("[data-no-email]", part).hidden = !passkeyOnly;
  $(".avatar", part).textContent = initials(user.name);
  $("[data-verified]", part).hidden = passkeyOnly || !user.emailVerified;
  for (const element of part.querySelectorAll("[data-unverified]")) element.hidden = passkeyOnly || user.emailVerified;
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase() || "?";
}
