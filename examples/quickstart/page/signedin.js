// The part of the page for whoever is signed in: who they are, their passkeys, their devices, their linked accounts.
import { calledBy, signOut, whoami } from "./account.js";
import { openAccountDialog, prepareAccounts, showAccounts } from "./accountlist.js";
import * as accounts from "./accounts.js";
import { onClick, run, tell } from "./action.js";
import { confirmUser, withFreshSession } from "./confirm.js";
import { endedSession, staleSession } from "./messages.js";
import { say } from "./notice.js";
import { openPasskeyDialog, preparePasskeys, showPasskeys } from "./passkeylist.js";
import { openDeleteDialog, openNameDialog, prepareProfile, showProfile } from "./profile.js";
import { leaveFor } from "./providers.js";
import { replace, route } from "./route.js";
import * as sessions from "./sessions.js";
import { deviceName, isHandheld } from "./device.js";
import { $, ago, entitle, exactly, fromTemplate, short, showPart } from "./view.js";

const part = $("#signed-in");
const rows = $("#sessions");
const sessionOf = new WeakMap();
let left;

/** Prepares the part; `leave` is called, with what to say and its kind, when the session is over. */
export function prepare(leave) {
  left = (...said) => {
    accounts.forget();
    leave(...said);
  };
  prepareProfile(part, failed, left);
  preparePasskeys(part, failed);
  prepareAccounts(part, failed);
  onClick(part, {
    "sign-out": (button) => run(button, async () => {
      if (!leaveFor(await signOut())) left("You are signed out.");
    }, failed),
    "revoke-others": (button) => run(button, async () => {
      await withFreshSession(() => sessions.revokeOthers());
      await showSessions();
      say("All other devices are signed out.", "good");
      $("#sessions-title").focus();
    }, failed),
    revoke: (button) => run(button, () => revoke(button.closest(".row")), failed),
    confirm: (button) => run(button, async () => {
      if (!(await confirmUser())) return;
      await showSessions();
      $("#sessions-title").focus();
    }, failed),
    reload: (button) => run(button, load, failed),
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !part.hidden) Promise.all([showUser(), showPasskeys(), showSessions(), showAccounts()]).catch(failed);
  });
}

/** Shows the part for a user. */
export async function show({ user }, options) {
  showProfile(user);
  showPart("signed-in", options);
  entitle(short(calledBy(user)) || "Your account");
  await reload();
}

const reload = () => load().catch((error) => failed(error, undefined, reload));

/** Opens the dialog of an address; an address without one becomes that of the part itself. */
export async function open(address) {
  if (address === "name") await openNameDialog();
  else if (address === "delete-account") await openDeleteDialog();
  else if ((await openPasskeyDialog(address)) === false && (await openAccountDialog(address)) === false && route() === address) replace("");
}

// The lists. Until they are there the page says that they are on their way, and if they do not come, how to ask again.
async function load() {
  const waits = part.querySelectorAll("[data-wait]");
  const show = (state) => {
    for (const wait of waits) {
      wait.hidden = state === "done";
      for (const child of wait.children) child.hidden = child.dataset.state !== state;
    }
  };
  show("loading");
  try {
    await Promise.all([showPasskeys(), showSessions(), showAccounts()]);
    show("done");
  } catch (error) {
    show("failed");
    throw error;
  }
}

// What another tab, or a link in a mail, has changed meanwhile.
async function showUser() {
  const identity = await whoami();
  if (identity) showProfile(identity.user);
}

function failed(error, control, again) {
  if (endedSession(error)) left("Your session has ended. Please sign in again.", "error");
  else tell(error, control, again);
}

async function revoke(row) {
  const session = sessionOf.get(row);
  await withFreshSession(() => sessions.revoke(session));
  await showSessions();
  say(`${deviceName(session.userAgent)} is signed out.`, "good");
  $("#sessions-title").focus();
}

async function showSessions() {
  let all, stale = false;
  try {
    all = await sessions.list();
  } catch (error) {
    if (!staleSession(error)) throw error;
    [all, stale] = [[], true];
  }
  const current = stale ? null : await sessions.current();
  all.sort((a, b) => (b.id === current) - (a.id === current)); // stable: the others stay newest first
  $("#not-fresh").hidden = !stale;
  $("[data-do=revoke-others]", part).hidden = all.length < 2;
  rows.replaceChildren(...all.map((session) => sessionRow(session, session.id === current)));
}

function sessionRow(session, current) {
  const row = fromTemplate("session-row");
  const name = deviceName(session.userAgent);
  sessionOf.set(row, session);
  $("[data-name]", row).textContent = name;
  $("[data-ip]", row).textContent = session.ipAddress || "unknown address";
  const time = $("[data-time]", row);
  time.dateTime = session.createdAt;
  time.textContent = `signed in ${ago(session.createdAt)}`;
  time.title = exactly(session.createdAt);
  $("use", row).setAttribute("href", isHandheld(session.userAgent) ? "#icon-phone" : "#icon-desktop");
  $("[data-do]", row).ariaLabel = `Sign out ${name}, ${session.ipAddress || "unknown address"}`;
  if (current) {
    $("[data-do]", row).remove(); // "Sign out" at the top is for this one
  } else {
    $("[data-current]", row).remove();
  }
  return row;
}
