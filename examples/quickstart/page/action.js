// What controls stand for: run once at a time, with a word about what went wrong and what to do about it.
import { hold, remind, waiting } from "./limit.js";
import { explain } from "./messages.js";
import { say } from "./notice.js";
import { go } from "./route.js";
import { $ } from "./view.js";

/**
 * Runs what a control stands for, unless it runs already or has to wait, and tells what went wrong. The control stays
 * focusable meanwhile. Resolves to whether it worked.
 */
export async function run(control, action, failed = tell) {
  if (control.ariaBusy === "true") return false;
  if (waiting(control)) {
    remind(control);
    return false;
  }
  control.ariaBusy = "true";
  say("");
  unmark(control.form);
  try {
    await action();
    return true;
  } catch (error) {
    failed(error, control);
    return false;
  } finally {
    control.ariaBusy = null;
  }
}

/** Tells what went wrong, and moves the focus to the field that is wrong. After a limit, `again` is called when it is over. */
export function tell(error, control = document.createElement("button"), again) {
  if (error.status === 429) return hold(control, error.retryAfter, again);
  const { text, field, offer } = explain(error);
  say(text, "error", offer && { label: offer.label, act: () => go(offer.to) });
  const input = field && control.form?.elements.namedItem(field);
  if (!input || input.readOnly) return;
  input.ariaInvalid = "true";
  input.focus();
  input.select();
}

function unmark(form) {
  for (const input of form?.querySelectorAll("[aria-invalid]") ?? []) input.ariaInvalid = null;
}

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
    const button = event.submitter ?? $("button:not([type=button])", form);
    submit(Object.fromEntries(new FormData(form, button)), button);
  }, options);
}
