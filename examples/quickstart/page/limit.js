// "Too many attempts": the seconds go down before the user's eyes, and what had to wait opens again by itself.
import { say } from "./notice.js";

const waits = new WeakMap(); // by control: the moment it opens, and the element that counts

/** Whether a control has to wait. */
export const waiting = (control) => waits.has(control);

/** Closes a control for some seconds and says so; then opens it, and calls `then`. */
export function hold(control, seconds, then) {
  const wait = { opens: Date.now() + (seconds || 10) * 1000 };
  waits.set(control, wait);
  control.ariaDisabled = "true"; // unlike `disabled` it leaves the focus where it is
  remind(control);
  const ticking = setInterval(() => {
    if (Date.now() < wait.opens) return show(wait);
    clearInterval(ticking);
    waits.delete(control);
    control.ariaDisabled = null;
    if (wait.timer.isConnected) say("You can try again now.");
    then?.();
  }, 200);
}

/** Says again how long a control has to wait. */
export function remind(control) {
  const wait = waits.get(control);
  wait.timer = document.createElement("span");
  wait.timer.role = "timer"; // a screen reader reads it with the sentence, and not each second
  wait.timer.ariaLive = "off";
  show(wait);
  say(["Too many attempts. You can try again in ", wait.timer, "."], "error");
}

function show({ opens, timer }) {
  const left = Math.max(1, Math.ceil((opens - Date.now()) / 1000));
  const text = [["hour", Math.floor(left / 3600)], ["minute", Math.floor(left / 60) % 60], ["second", left % 60]]
    .filter(([, n]) => n > 0)
    .map(([unit, n]) => `${n} ${unit}${n === 1 ? "" : "s"}`)
    .join(" ");
  if (timer.textContent !== text) timer.textContent = text;
}
