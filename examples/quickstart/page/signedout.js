// The part of the page for whoever is not signed in. Each of its forms has an address.
import { calledBy, forgot, resetPassword, signIn, signUp } from "./account.js";
import { onClick, onSubmit, run, tell } from "./action.js";
import { ApiError } from "./api.js";
import { deviceName } from "./device.js";
import { checked, fillDraft, forgetDrafts, keepDrafts } from "./input.js";
import { explainCode } from "./messages.js";
import { say } from "./notice.js";
import * as passkeys from "./passkeys.js";
import { offered, signInAt } from "./providers.js";
import { replace, route } from "./route.js";
import { $, entitle, short, showPart } from "./view.js";

// A challenge lives five minutes: a waiting autofill gets a new one before that.
const renewAfter = 4 * 60 * 1000;

const forms = { "": "sign-in", "sign-up": "sign-up", "sign-up/password": "sign-up-password", forgot: "forgot", reset: "reset" };

const part = $("#signed-out");
const missing = passkeys.unsupported();
let entered;
let renewal;

/** Prepares the part; `enter` is called, with what to say, when somebody has signed in. */
export function prepare(enter) {
  entered = enter;
  keepDrafts(part);
  for (const element of [$("[data-do=passkey]", part), $("[data-passkey]", part)]) element.hidden = missing !== "";
  $("[data-form=sign-in] button").classList.toggle("primary", missing !== ""); // the second way, where there is a first
  $("[data-unsupported]", part).hidden = missing === "";
  $("[data-unsupported]", part).textContent = missing;

  onSubmit($("[data-form=sign-in]"), (values, button) =>
    attempt(button, async () => {
      const { user } = await signIn(checked(values));
      return `${greet("Welcome back", user)}.`;
    }),
  );
  onSubmit($("[data-form=sign-up]"), (values, button) =>
    attempt(button, async () => {
      const { name } = checked(values);
      say("Follow the prompt of your browser.");
      const { user } = await passkeys.signUp(name, deviceName(navigator.userAgent));
      return `${greet("Welcome", user)}. You now sign in with your passkey.`;
    }),
  );
  onSubmit($("[data-form=sign-up-password]"), (values, button) =>
    attempt(button, async () => {
      const { user } = await signUp(checked(values));
      return `${greet("Welcome", user)}. Add a passkey to sign in without the password next time.`;
    }),
  );
  onSubmit($("[data-form=forgot]"), (values, button) => run(button, async () => {
    await forgot(checked(values));
    say("If there is an account with this address, a mail with a link is on its way.", "good");
  }));
  onSubmit($("[data-form=reset]"), ({ password }, button) => run(button, async () => {
    await resetPassword(history.state?.token, password);
    replace("");
    open("");
    say("Your password is changed. Sign in with the new one.", "good");
    $("[name=email]", $("#sign-in")).focus();
  }, linkFailed));
  onClick(part, {
    passkey: (button) => attempt(button, byPasskey),
    provider: (button) => run(button, () => signInAt(button.value)),
  });
  // Another tab may have asked for a challenge since; the browser keeps one at a time.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !part.hidden) offerAutofill();
  });
}

/** Shows the part, with the form of the page's address. */
export function show(options) {
  showPart("signed-out", options);
  $(".or", part).hidden = missing !== "" && offered().length === 0; // nothing stands above it
  open(route(), { focus: false });
}

/** Shows the form of an address; an address without one becomes that of signing in. */
export function open(address, { focus = true } = {}) {
  if (!Object.hasOwn(forms, address)) replace((address = ""));
  if (address === "sign-up" && missing) replace((address = "sign-up/password"));
  if (address === "reset" && !history.state?.token) return linkFailed({ code: "INVALID_TOKEN" });
  const section = $(`#${forms[address]}`);
  for (const other of part.querySelectorAll("section")) {
    other.hidden = other !== section;
    $("form", other).reset();
  }
  fillDraft($("form", section));
  entitle($("h2", section).textContent);
  if (focus) focusOn(section);
  offerAutofill();
}

// On its first empty field; but nothing is to be typed where a passkey will do.
function focusOn(section) {
  const inputs = [...section.querySelectorAll("input")];
  const typed = section.id === "sign-in" ? inputs.find((input) => input.value !== "") : true;
  (typed ? (inputs.find((input) => input.value === "") ?? inputs[0]) : $("h2", section)).focus();
}

// A link to choose a new password that works no more: another one can be asked for at once.
function linkFailed(error, control) {
  if (error.code !== "INVALID_TOKEN") return tell(error, control);
  replace("forgot");
  open("forgot");
  say(explainCode(error.code), "error");
}

// Runs one of the ways to sign in; each resolves to what to say afterwards.
async function attempt(button, way) {
  let welcome;
  const worked = await run(button, async () => (welcome = await way()));
  if (!worked) {
    if (!button.form?.querySelector("[aria-invalid]")) (button.form?.elements.password ?? button.form?.elements.name)?.select();
    return offerAutofill();
  }
  await leave();
  entered(welcome);
}

async function byPasskey() {
  say("Follow the prompt of your browser.");
  const { user } = await passkeys.signIn();
  return byPasskeyWelcome(user);
}

const greet = (how, user) => [how, short(calledBy(user))].filter(Boolean).join(", ");
const byPasskeyWelcome = (user) => `${greet("Welcome back", user)}. Signed in with a passkey.`;

async function leave() {
  clearTimeout(renewal);
  await passkeys.abort();
  for (const form of part.querySelectorAll("form")) form.reset();
  forgetDrafts();
  replace("");
}

// Lets the e-mail field suggest passkeys. Until the user picks one this fails silently: nobody asked for anything.
async function offerAutofill() {
  clearTimeout(renewal);
  if ($("#sign-in").hidden || !(await passkeys.canAutofill()) || $("[aria-busy=true]", part)) return;
  renewal = setTimeout(offerAutofill, renewAfter);
  try {
    const { user } = await passkeys.signIn({ autofill: true });
    await leave();
    entered(byPasskeyWelcome(user));
  } catch (error) {
    if (!(error instanceof ApiError && error.path === "/passkey/verify-authentication")) return;
    tell(error);
    offerAutofill();
  }
}
