// Who is signed in: their name, whether their e-mail address is confirmed, and the end of their account.
import { changeName, deleteAccount, verify } from "./account.js";
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
      let mine = [];
      const done = await ask(dialog, async ({ password }) => {
        mine = await passkeys.list();
        await deleteAccount(password);
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
  $("[data-email]", part).textContent = user.email;
  $(".avatar", part).textContent = initials(user.name);
  $("[data-verified]", part).hidden = !user.emailVerified;
  for (const element of part.querySelectorAll("[data-unverified]")) element.hidden = user.emailVerified;
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase() || "?";
}
