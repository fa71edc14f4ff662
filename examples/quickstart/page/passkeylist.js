// The list of passkeys, and the dialogs that add, rename and delete one.
import { withFreshSession } from "./confirm.js";
import { deviceName } from "./device.js";
import { endedSession } from "./messages.js";
import * as passkeys from "./passkeys.js";
import { $, ago, ask, exactly, fromTemplate, onClick, say, tell } from "./view.js";

const rows = $("#passkeys");
const passkeyOf = new WeakMap();
let lost;

/** Prepares the list within the page's part; `failed` is told when the session turns out to have ended. */
export function preparePasskeys(part, failed) {
  lost = failed;
  const missing = passkeys.unsupported();
  $("[data-do=add]", part).hidden = missing !== "";
  $("[data-unsupported]", part).hidden = missing === "";
  $("[data-unsupported]", part).textContent = missing;
  onClick(part, { add, rename: (button) => rename(button.closest(".row")), delete: (button) => remove(button.closest(".row")) });
}

/** Fetches the list and shows it. */
export async function showPasskeys() {
  const all = await passkeys.list();
  $("#no-passkeys").hidden = all.length > 0;
  rows.replaceChildren(...all.map(passkeyRow));
}

async function add() {
  const dialog = $("#add-dialog");
  $("[name=name]", dialog).value = freeName(deviceName(navigator.userAgent));
  let added;
  const done = await ask(dialog, async ({ name }, signal) => {
    say("Follow the prompt of your browser.");
    added = await withFreshSession(() => passkeys.add(name, signal));
    if (signal.aborted) await showPasskeys(); // cancelled a moment too late
  }, failed);
  if (done) await update(`The passkey “${nameOf(added)}” is ready. You can sign in with it from now on.`, added.id);
}

async function rename(row) {
  const passkey = passkeyOf.get(row);
  const dialog = $("#rename-dialog");
  const input = $("[name=name]", dialog);
  input.value = passkey.name ?? "";
  let name;
  const asked = ask(dialog, async (values) => {
    ({ passkey: { name } } = await passkeys.rename(passkey, values.name));
  }, failed);
  input.select();
  if (await asked) await update(`The passkey is now called “${name}”.`, passkey.id);
}

async function remove(row) {
  const passkey = passkeyOf.get(row);
  const dialog = $("#delete-dialog");
  $("[data-name]", dialog).textContent = nameOf(passkey);
  if (await ask(dialog, () => passkeys.remove(passkey), failed)) await update(`The passkey “${nameOf(passkey)}” is deleted.`);
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
  (row ? $("[data-do=rename]", row) : $("#passkeys-title")).focus();
}

const failed = (error) => (endedSession(error) ? lost(error) : tell(error));

function passkeyRow(passkey) {
  const row = fromTemplate("passkey-row");
  const name = nameOf(passkey);
  passkeyOf.set(row, passkey);
  $("[data-name]", row).textContent = name;
  $("[data-keeper]", row).textContent = [passkey.provider?.name, whereIs(passkey)].filter(Boolean).join(" · ");
  if (passkey.createdAt) when($("[data-added]", row), "Added", passkey.createdAt);
  if (passkey.lastUsedAt) when($("[data-used]", row), passkey.createdAt ? " · used" : "Used", passkey.lastUsedAt);
  $("[data-do=rename]", row).ariaLabel = $("[data-do=rename]", row).title = `Rename ${name}`;
  $("[data-do=delete]", row).ariaLabel = $("[data-do=delete]", row).title = `Delete ${name}`;
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

const nameOf = (passkey) => passkey.name || "Passkey without a name";

// "Chrome on Linux", or "Chrome on Linux 2" when there is one of that name.
function freeName(name) {
  const taken = new Set([...rows.children].map((row) => passkeyOf.get(row).name));
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`;
  return free;
}
