// The list of passkeys, and the dialogs that add, rename and delete one.
import { tell } from "./action.js";
import { withFreshSession } from "./confirm.js";
import { deviceName } from "./device.js";
import { ask } from "./dialog.js";
import { checked } from "./input.js";
import { endedSession } from "./messages.js";
import { say } from "./notice.js";
import * as passkeys from "./passkeys.js";
import { $, ago, cut, exactly, fromTemplate, short } from "./view.js";

const rows = $("#passkeys");
const passkeyOf = new WeakMap();
let lost;

/** Prepares the list within the page's part; `failed` is told when the session turns out to have ended. */
export function preparePasskeys(part, failed) {
  lost = failed;
  const missing = passkeys.unsupported();
  $("[data-to='passkeys/add']", part).hidden = missing !== "";
  $("[data-unsupported]", part).hidden = missing === "";
  $("[data-unsupported]", part).textContent = missing;
}

/** Fetches the list and shows it. */
export async function showPasskeys() {
  const all = await passkeys.list();
  $("#no-passkeys").hidden = all.length > 0;
  rows.replaceChildren(...all.map(passkeyRow));
  for (const row of rows.children) cut($("[data-name]", row), nameOf(passkeyOf.get(row))); // in the page, where it has a width
}

/** Opens the dialog of an address, such as passkeys/add; resolves to false if there is none. */
export async function openPasskeyDialog(address) {
  if (address === "passkeys/add" && passkeys.unsupported() === "") return add();
  const [, id, what] = /^passkeys\/([^/]+)\/(rename|delete)$/.exec(address) ?? [];
  const passkey = [...rows.children].map((row) => passkeyOf.get(row)).find((one) => encodeURIComponent(one.id) === id);
  if (!passkey) return false;
  return what === "rename" ? rename(passkey) : remove(passkey);
}

async function add() {
  const dialog = $("#add-dialog");
  $("[name=name]", dialog).value = freeName(deviceName(navigator.userAgent));
  let added;
  const done = await ask(dialog, async (values, signal) => {
    const { name } = checked(values);
    say("Follow the prompt of your browser.");
    added = await withFreshSession(() => passkeys.add(name, signal));
    if (signal.aborted) await showPasskeys(); // cancelled a moment too late
  }, failed);
  if (done) await update(`The passkey “${short(nameOf(added))}” is ready. You can now sign in with it.`, added.id);
}

async function rename(passkey) {
  const dialog = $("#rename-dialog");
  const input = $("[name=name]", dialog);
  input.value = passkey.name ?? "";
  let name;
  const asked = ask(dialog, async (values) => {
    const wanted = checked(values).name;
    ({ passkey: { name } } = await withFreshSession(() => passkeys.rename(passkey, wanted)));
  }, failed);
  input.select();
  if (await asked) await update(`The passkey is now called “${short(name)}”.`, passkey.id);
}

async function remove(passkey) {
  const dialog = $("#delete-dialog");
  const asked = ask(dialog, () => withFreshSession(() => passkeys.remove(passkey)), failed);
  cut($("[data-name]", dialog), nameOf(passkey));
  if (await asked) await update(`The passkey “${short(nameOf(passkey))}” is deleted.`);
}

// Shows the list again and says what happened. The row the focus was on is gone: it goes to the new row with the id, or the heading.
async function update(text, id) {
  try {
    await showPasskeys();
  } catch (error) {
    return failed(error);
  }
  say(text, "good");
  const row = [...rows.children].find((row) => passkeyOf.get(row).id === id);
  (row ? $("[data-rename]", row) : $("#passkeys-title")).focus();
}

const failed = (error, control) => (endedSession(error) ? lost(error) : tell(error, control));

function passkeyRow(passkey) {
  const row = fromTemplate("passkey-row");
  const name = nameOf(passkey);
  passkeyOf.set(row, passkey);
  $("[data-keeper]", row).textContent = [passkey.provider?.name, whereIs(passkey)].filter(Boolean).join(" · ");
  if (passkey.createdAt) when($("[data-added]", row), "Added", passkey.createdAt);
  if (passkey.lastUsedAt) when($("[data-used]", row), passkey.createdAt ? " · used" : "Used", passkey.lastUsedAt);
  for (const [what, verb] of [["rename", "Rename"], ["delete", "Delete"]]) {
    const button = $(`[data-${what}]`, row);
    button.dataset.to = `passkeys/${encodeURIComponent(passkey.id)}/${what}`;
    button.ariaLabel = button.title = `${verb} ${name}`;
  }
  return row;
}

function when(time, what, date) {
  time.dateTime = date;
  time.textContent = `${what} ${ago(date)}`;
  time.title = exactly(date);
}

// A synced passkey is on all devices of whoever keeps it; one that could be may not be yet.
function whereIs({ synced, backedUp }) {
  if (!synced) return "on one device";
  return backedUp ? "synced" : "not synced yet";
}

const nameOf = (passkey) => passkey.name?.trim() || "Passkey without a name";

// "Chrome on Linux", or "Chrome on Linux 2" when there is one of that name.
function freeName(name) {
  const taken = new Set([...rows.children].map((row) => passkeyOf.get(row).name));
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`;
  return free;
}
