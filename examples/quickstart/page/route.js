// Forms have addresses, such as /#/sign-up: back, forward and reload lead to them as to pages. "" is the start.

let current = read();
let changed;
let settled = Promise.resolve(); // no step back is under way

/** Where the page is. */
export const route = () => current;

/** Calls show(next, previous) whenever the address changes, by a link, a button or the browser's own. */
export function follow(show) {
  changed = show;
  window.addEventListener("popstate", () => move(read()));
}

/** Goes to another form; from a dialog it takes that one's place. */
export async function go(next) {
  await settled;
  if (next === current) return;
  const inside = history.state?.inside;
  if (inside) history.replaceState({ inside }, "", hash(next));
  else history.pushState({ inside: isDialog(next) }, "", hash(next));
  move(next);
}

/** Changes the address of what is shown, without showing anything else. */
export function replace(next, state = null) {
  history.replaceState(state, "", hash(next));
  current = next;
}

/** Leaves the address of a dialog that was closed: back to where it was opened. */
export function leave(address) {
  if (address === "" || address !== current) return;
  const inside = history.state?.inside;
  replace(""); // forward, or a reload at this moment, does not open it again
  if (!inside) return; // opened by its address
  history.back();
  settled = new Promise((resolve) => window.addEventListener("popstate", resolve, { once: true }));
}

/** Dialogs are what somebody who is signed in opens; see signedin.js. */
export const isDialog = (address) => /^(passkeys\/.|accounts\/.|name$|delete-account$)/.test(address);

function move(next) {
  const previous = current;
  current = next;
  if (next !== previous) changed(next, previous);
}

function read() {
  return location.hash.replace(/^#\/?/, "");
}

const hash = (address) => location.pathname + (address && `#/${address}`);
