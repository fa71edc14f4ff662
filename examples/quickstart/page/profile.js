// Who is signed in: their name, whether their e-mail address is confirmed, and the end of their account.
import { calledBy, changeName, deleteAccount, isPasskeyOnly, isWithoutAddress, verify } from "./account.js";
import { hasPassword } from "./accounts.js";
import { onClick, run } from "./action.js";
import { withFreshSession } from "./confirm.js";
import { ask } from "./dialog.js";
import { checked } from "./input.js";
import { say } from "./notice.js";
import * as passkeys from "./passkeys.js";
import { $, cut, short } from "./view.js";

const part = $("#signed-in");
let user;
let failed;
let left;

/** Prepares the profile; `failing` is told of errors, `leaving` when the account is gone. */
export function prepareProfile(root, failing, leaving) {
  [failed, left] = [failing, leaving];
  onClick(root, {
    verify: (button) => run(button, async () => {
      await verify(user);
      say(`A mail with a link is on its way to ${user.email}.`, "good");
    }, failed),
  });
}

/** Opens the dialog that changes the name. */
export async function openNameDialog() {
  const dialog = $("#name-dialog");
  const input = $("[name=name]", dialog);
  input.value = user.name;
  const asked = ask(dialog, async (values) => {
    const { name } = checked(values);
    await withFreshSession(() => changeName(name));
    await passkeys.signal();
    showProfile({ ...user, name });
  }, failed);
  input.select();
  if (!(await asked)) return;
  say(`Your name is now “${short(user.name)}”.`, "good");
  $("[data-to=name]", part).focus();
}

/** Opens the dialog that deletes the account. Whoever has a password may use a passkey in its place. */
export async function openDeleteDialog() {
  const dialog = $("#delete-account-dialog");
  $("form", dialog).reset();
  $("[name=email]", dialog).value = user.email;
  const withPassword = hasPassword(user);
  for (const element of dialog.querySelectorAll("[data-password]")) element.hidden = !withPassword;
  $("[name=password]", dialog).disabled = !withPassword;
  $("[data-instead]", dialog).hidden = true;
  let mine = [];
  const asked = ask(dialog, async ({ password, how }, signal) => {
    mine = await passkeys.credentials();
    if (how === "passkey") await passkeys.stepUp({ signal });
    await withFreshSession(() => deleteAccount(how === "passkey" || !withPassword ? undefined : password));
  }, failed);
  if (withPassword) passkeys.usable().then((usable) => ($("[data-instead]", dialog).hidden = !usable)).catch(() => {});
  if (!(await asked)) return;
  passkeys.forget(mine);
  left("Your account is deleted.", "good");
}

/** Shows who a user is. */
export function showProfile(shown) {
  user = shown;
  const withoutAddress = isWithoutAddress(user);
  cut($("[data-name]", part), calledBy(user) || "You", $(".name", part));
  cut($("[data-email]", part), withoutAddress ? "" : user.email);
  $("[data-no-email]", part).hidden = !withoutAddress;
  $("[data-no-email]", part).textContent = `No e-mail address: you sign in with your ${isPasskeyOnly(user) ? "passkey" : "linked account"}`;
  $(".avatar", part).textContent = initials(calledBy(user));
  $("[data-verified]", part).hidden = withoutAddress || !user.emailVerified;
  for (const element of part.querySelectorAll("[data-unverified]")) element.hidden = withoutAddress || user.emailVerified;
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase() || "?";
}
