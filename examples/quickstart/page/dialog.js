// Dialogs with a form in them.
import { onSubmit, run, tell } from "./action.js";
import { say } from "./notice.js";
import { leave, route } from "./route.js";
import { $, visibleHeading } from "./view.js";

const openDialogs = [];

/**
 * Opens a dialog with a form and waits: resolves to true once submit(values, signal) succeeded, to false when the
 * user cancels, which aborts the signal. While submit fails the dialog stays and says why; `failed` may take over.
 */
export function ask(dialog, submit, failed = tell) {
  // A close event comes with the next frame, which may be after the dialog was opened again: nothing here waits for one.
  openDialogs.find((open) => open.dialog === dialog)?.finish(false);
  const form = $("form", dialog);
  const address = openDialogs.length === 0 ? route() : ""; // one above another has none
  const over = new AbortController();
  const { signal } = over;
  return new Promise((resolve) => {
    const finish = (done) => {
      if (signal.aborted) return;
      over.abort();
      openDialogs.splice(openDialogs.findIndex((open) => open.dialog === dialog), 1);
      say("");
      for (const input of dialog.querySelectorAll("[aria-invalid]")) input.ariaInvalid = null;
      dialog.close();
      const { activeElement } = document;
      if (activeElement === document.body || dialog.contains(activeElement)) visibleHeading()?.focus(); // after a reload nothing had it before
      leave(address);
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
