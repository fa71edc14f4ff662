// The part of the page for whoever is signed in: who they are, their passkeys, their devices.
import { signOut, whoami } from "./account.js";
import { confirmUser } from "./confirm.js";
import { endedSession, staleSession } from "./messages.js";
import { preparePasskeys, showPasskeys } from "./passkeylist.js";
import { prepareProfile, showProfile } from "./profile.js";
import * as sessions from "./sessions.js";
import { deviceName, isHandheld } from "./device.js";
import { $, ago, exactly, fromTemplate, onClick, run, say, showPart, tell } from "./view.js";

const part = $("#signed-in");
const rows = $("#sessions");
const sessionOf = new WeakMap();
let left;

/** Prepares the part; `leave` is called, with what to say and its kind, when the session is over. */
export function prepare(leave) {
  left = leave;
  prepareProfile(part, failed, left);
  preparePasskeys(part, failed);
  onClick(part, {
    "sign-out": (button) => run(button, async () => {
      await signOut();
      left("You are signed out.");
    }, failed),
    "revoke-others": (button) => run(button, async () => {
      await sessions.revokeOthers();
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
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !part.hidden) Promise.all([showUser(), showPasskeys(), showSessions()]).catch(failed);
  });
}

/** Shows the part for a user. */
export async function show({ user }, options) {
  showProfile(user);
  showPart("signed-in", options);
  await Promise.all([showPasskeys(), showSessions()]).catch(failed);
}

// What another tab, or a link in a mail, has changed meanwhile.
async function showUser() {
  const identity = await whoami();
  if (identity) showProfile(identity.user);
}

function failed(error) {
  if (endedSession(error)) left("Your session has ended. Please sign in again.", "error");
  else tell(error);
}

async function revoke(row) {
  const session = sessionOf.get(row);
  await sessions.revoke(session);
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
