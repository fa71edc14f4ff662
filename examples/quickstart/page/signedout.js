// The part of the page for whoever is not signed in.
import { forgot, resetPassword, signIn, signUp } from "./account.js";
import { ApiError } from "./api.js";
import { deviceName } from "./device.js";
import { Missing } from "./messages.js";
import * as passkeys from "./passkeys.js";
import { $, onClick, onSubmit, run, say, showPart, tell } from "./view.js";

// A challenge lives five minutes: a waiting autofill gets a new one before that.
const renewAfter = 4 * 60 * 1000;

const part = $("#signed-out");
let entered;
let renewal;
let resetToken;

/** Prepares the part; `enter` is called, with what to say, when somebody has signed in. */
export function prepare(enter) {
  entered = enter;
  const missing = passkeys.unsupported();
  for (const element of [$("[data-do=passkey]", part), $(".or", part), $("[data-passkey]", part)]) element.hidden = missing !== "";
  $("[data-unsupported]", part).hidden = missing === "";
  $("[data-unsupported]", part).textContent = missing;

  onSubmit($("[data-form=sign-in]"), (values, button) =>
    attempt(button, async () => {
      const { user } = await signIn(values);
      return `Welcome back, ${user.name}.`;
    }),
  );
  onSubmit($("[data-form=sign-up]"), ({ name }, button) =>
    attempt(button, async () => {
      if (name.trim() === "") throw new Missing("Please enter your name.");
      say("Follow the prompt of your browser.");
      const { user } = await passkeys.signUp(name.trim(), deviceName(navigator.userAgent));
      return `Welcome, ${user.name}. Your passkey is how you sign in from now on.`;
    }),
  );
  onSubmit($("[data-form=sign-up-password]"), (values, button) =>
    attempt(button, async () => {
      const { user } = await signUp(values);
      return `Welcome, ${user.name}. Add a passkey, and you can do without the password next time.`;
    }),
  );
  onSubmit($("[data-form=forgot]"), ({ email }, button) => run(button, async () => {
    await forgot({ email });
    say("If there is an account with this address, a mail with a link is on its way.", "good");
  }));
  onSubmit($("[data-form=reset]"), ({ password }, button) => run(button, async () => {
    await resetPassword(resetToken, password);
    show({ focus: false });
    say("Your password is changed. Sign in with the new one.", "good");
    $("input", $("#sign-in")).focus();
  }, linkFailed));
  onClick(part, {
    passkey: (button) => attempt(button, byPasskey),
    "to-sign-up": () => showForm(missing ? "sign-up-password" : "sign-up"),
    "to-sign-up-password": () => {
      $("[name=name]", $("#sign-up-password")).value = $("[name=name]", $("#sign-up")).value;
      showForm("sign-up-password");
    },
    "to-sign-in": () => showForm("sign-in"),
    "to-start": () => entered(""), // whoever followed a link may be signed in
    "to-forgot": () => {
      $("[name=email]", $("#forgot")).value = $("[name=email]", $("#sign-in")).value;
      showForm("forgot");
    },
  });
  // Another tab may have asked for a challenge since; the browser keeps one at a time.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !part.hidden) offerAutofill();
  });
}

/** Shows the part, on the sign-in form. */
export function show(options) {
  clearForms();
  only("sign-in");
  showPart("signed-out", options);
  offerAutofill();
}

/** Shows the part to somebody who followed a link to choose a new password; without a token it is of no use any more. */
export function showReset(token) {
  resetToken = token;
  showPart("signed-out", { focus: false });
  showForm(token ? "reset" : "forgot");
}

function linkFailed(error) {
  if (error.code === "INVALID_TOKEN") showForm("forgot");
  tell(error);
}

// Runs one of the ways to sign in; each resolves to what to say afterwards.
async function attempt(button, way) {
  let welcome;
  const worked = await run(button, async () => (welcome = await way()));
  if (!worked) {
    (button.form?.elements.password ?? button.form?.elements.name)?.select();
    return offerAutofill();
  }
  await leave();
  entered(welcome);
}

async function byPasskey() {
  say("Follow the prompt of your browser.");
  const { user } = await passkeys.signIn();
  say("");
  return `Welcome back, ${user.name}. Signed in with a passkey.`;
}

async function leave() {
  clearTimeout(renewal);
  await passkeys.abort();
  clearForms();
}

function clearForms() {
  for (const form of part.querySelectorAll("form")) form.reset();
  resetToken = undefined;
}

function only(id) {
  for (const section of part.querySelectorAll("section")) section.hidden = section.id !== id;
}

function showForm(id) {
  only(id);
  say("");
  $("input", $(`#${id}`)).focus();
  if (id === "sign-in") offerAutofill();
}

// Lets the e-mail field suggest passkeys. Until the user picks one this fails silently: nobody asked for anything.
async function offerAutofill() {
  clearTimeout(renewal);
  if ($("#sign-in").hidden || !(await passkeys.canAutofill()) || $("[aria-busy=true]", part)) return;
  renewal = setTimeout(offerAutofill, renewAfter);
  try {
    const { user } = await passkeys.signIn({ autofill: true });
    await leave();
    entered(`Welcome back, ${user.name}. Signed in with a passkey.`);
  } catch (error) {
    if (!(error instanceof ApiError && error.path === "/passkey/verify-authentication")) return;
    tell(error);
    offerAutofill();
  }
}
