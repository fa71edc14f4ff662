// What people type: checked before the server is asked, and kept while they go from form to form or load the page again.
import { Invalid } from "./messages.js";

/** The values of a form without blanks around them; throws Invalid for a name of blanks or half an address. */
export function checked(values) {
  const found = { ...values };
  for (const field of ["name", "email"]) if (field in found) found[field] = found[field].trim();
  if (found.name === "") throw new Invalid("name", "Please enter a name.");
  // Browsers take name@localhost for an address; no mail gets there.
  if ("email" in found && !/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(found.email)) {
    throw new Invalid("email", "That is not a complete e-mail address. Enter one like name@example.com.");
  }
  return found;
}

// Names and addresses, never passwords, until somebody is signed in or the tab is closed.
const key = "quickstart.draft";
const kept = ["name", "email"];

/** Keeps what is typed into the forms within root. */
export function keepDrafts(root) {
  root.addEventListener("input", ({ target }) => kept.includes(target.name) && write({ ...read(), [target.name]: target.value }));
}

/** Fills a form with what was typed before. */
export function fillDraft(form) {
  const draft = read();
  for (const name of kept) if (form.elements[name] && draft[name]) form.elements[name].value = draft[name];
}

/** Forgets what was typed. */
export const forgetDrafts = () => write({});

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(draft) {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing: it has to be typed again.
  }
}
