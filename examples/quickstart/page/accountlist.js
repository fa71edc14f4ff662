// The list of linked accounts: what links another one, and the dialog that unlinks one.
import * as accounts from "./accounts.js";
import { onClick, run, tell } from "./action.js";
import { withFreshSession } from "./confirm.js";
import { ask } from "./dialog.js";
import { endedSession } from "./messages.js";
import { say } from "./notice.js";
import { button, linkAt, nameOf, offered } from "./providers.js";
import { $, ago, cut, exactly, fromTemplate, short } from "./view.js";

const rows = $("#accounts");
const accountOf = new WeakMap();
let lost;

/** Prepares the list within the page's part; `failed` is told when the session turns out to have ended. */
export function prepareAccounts(part, failed) {
  lost = failed;
  onClick(part, {
    link: (pressed) => run(pressed, () => withFreshSession(() => linkAt(pressed.value)), failed),
  });
}

/** Fetches the list and shows it. */
export async function showAccounts() {
  const linked = await accounts.list();
  const more = offered().filter(({ id }) => linked.every(({ providerId }) => providerId !== id));
  $("#accounts-card").hidden = linked.length + more.length === 0;
  $("#no-accounts").hidden = linked.length > 0;
  rows.replaceChildren(...linked.map(accountRow));
  for (const row of rows.children) cut($("[data-name]", row), nameOf(accountOf.get(row).providerId));
  $("#link-more").replaceChildren(...more.map((one) => button(one, "link", `Link ${one.name}`)));
}

/** Opens the dialog of an address, such as accounts/ID/unlink; resolves to false if there is none. */
export async function openAccountDialog(address) {
  const [, id] = /^accounts\/([^/]+)\/unlink$/.exec(address) ?? [];
  const account = [...rows.children].map((row) => accountOf.get(row)).find((one) => encodeURIComponent(one.id) === id);
  if (!account) return false;
  const dialog = $("#unlink-dialog");
  const name = nameOf(account.providerId);
  const asked = ask(dialog, () => withFreshSession(() => accounts.unlink(account)), failed);
  cut($("[data-name]", dialog), name);
  if (!(await asked)) return;
  try {
    await showAccounts();
  } catch (error) {
    return failed(error);
  }
  say(`${short(name)} is no longer linked.`, "good");
  $("#accounts-title").focus(); // the row it was on is gone
}

const failed = (error, control) => (endedSession(error) ? lost(error) : tell(error, control));

function accountRow(account) {
  const row = fromTemplate("account-row");
  accountOf.set(row, account);
  const time = $("[data-since]", row);
  time.dateTime = account.createdAt;
  time.textContent = `Linked ${ago(account.createdAt)}`;
  time.title = exactly(account.createdAt);
  const pressed = $("[data-to]", row);
  pressed.dataset.to = `accounts/${encodeURIComponent(account.id)}/unlink`;
  pressed.ariaLabel = `Unlink ${nameOf(account.providerId)}`;
  return row;
}
