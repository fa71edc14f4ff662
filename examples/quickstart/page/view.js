// What the parts of the page share: finding elements, telling the user something, dialogs, lists, points in time.
import { explain } from "./messages.js";

export const $ = (selector, root = document) => root.querySelector(selector);

const openDialogs = [];

/** Tells the user something, in the dialog on top or else at the head of the page. Screen readers read it out. */
export function say(text, kind = "info") {
  const notice = $(".notice", openDialogs.at(-1)?.dialog);
  notice.dataset.kind = kind;
  notice.textContent = text;
}

/**
 * Runs what a control stands for, once at a time, and tells what went wrong.
 * The control stays focusable meanwhile. Resolves to whether it worked.
 */
export async function run(control, action, failed = tell) {
  if (control.ariaBusy === "true") return false;
  control.ariaBusy = "true";
  say("");
  try {
    await action();
    return true;
  } catch (error) {
    failed(error);
    return false;
  } finally {
    control.ariaBusy = null;
  }
}

/** Tells what went wrong. */
export const tell = (error) => say(explain(error), "error");

/** Calls actions by the data-do of the button that was clicked within root. */
export function onClick(root, actions) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button && root.contains(button)) actions[button.dataset.do]?.(button);
  });
}

/** Calls submit with the form's values; the browser itself sends nothing. */
export function onSubmit(form, submit, options) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? $("button.primary", form);
    submit(Object.fromEntries(new FormData(form, button)), button);
  }, options);
}

/**
 * Opens a dialog with a form and waits: resolves to true once submit(values, signal) succeeded, to false when the
 * user cancels, which aborts the signal. While submit fails the dialog stays and says why; `failed` may take over.
 */
export function ask(dialog, submit, failed = tell) {
  // A close event comes with the next frame, which may be after the dialog was opened again: nothing here waits for one.
  openDialogs.find((open) => open.dialog === dialog)?.finish(false);
  const form = $("form", dialog);
  const over = new AbortController();
  const { signal } = over;
  return new Promise((resolve) => {
    const finish = (done) => {
      if (signal.aborted) return;
      over.abort();
      openDialogs.splice(openDialogs.findIndex((open) => open.dialog === dialog), 1);
      dialog.close();
      $(".notice", dialog).textContent = "";
      resolve(done);
    };
    onSubmit(form, (values, button) => run(button, async () => {
      await submit(values, signal);
      finish(true);
    }, failed), { signal });
    dialog.addEventListener("click", (event) => event.target.closest("[data-cancel]") && finish(false), { signal });
    dialog.addEventListener("cancel", () => finish(false), { signal });
    dialog.addEventListener("close", () => dialog.open || finish(false), { signal });
    openDialogs.push({ dialog, finish });
    say("");
    dialog.showModal();
  });
}

/** Closes every dialog, as if cancelled. */
export const closeDialogs = () => [...openDialogs].reverse().forEach(({ finish }) => finish(false));

/** Shows one of the page's main parts and moves the focus to its heading, so that keyboard and screen reader follow. */
export function showPart(id, { focus = true } = {}) {
  for (const part of ["unreachable", "signed-out", "signed-in"]) $(`#${part}`).hidden = part !== id;
  if (focus) $("h1", $(`#${id}`)).focus();
}

/** A copy of a template's only element. */
export const fromTemplate = (id) => $(`#${id}`).content.firstElementChild.cloneNode(true);

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "2 hours ago", "just now". */
export function ago(date) {
  const seconds = (Date.now() - new Date(date)) / 1000;
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? [];
  return unit ? relative.format(-Math.floor(seconds / length), unit) : "just now";
}

/** The whole date and time, in the user's own notation. */
export const exactly = (date) => full.format(new Date(date));
