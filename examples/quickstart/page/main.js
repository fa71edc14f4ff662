// Starts the page: who is this, and which part is for them.
import { arrived, whoami } from "./account.js";
import { onClick, run, tell } from "./action.js";
import { closeDialogs } from "./dialog.js";
import { explainCode } from "./messages.js";
import { say } from "./notice.js";
import * as providers from "./providers.js";
import { isReturn, tellReturn } from "./returned.js";
import { follow, go, replace, route } from "./route.js";
import * as signedIn from "./signedin.js";
import * as signedOut from "./signedout.js";
import { $, entitle, showPart } from "./view.js";

let latest = 0;

// Resolves to whether the page shows what it found, and not what a later start has found since.
async function start(options) {
  const turn = ++latest;
  try {
    // A link to choose a new password is for whoever follows it, signed in or not.
    const [identity] = await Promise.all([route() === "reset" ? null : whoami(), providers.load()]);
    if (turn !== latest) return false;
    if (!identity) {
      signedOut.show(options);
    } else {
      await signedIn.show(identity, options);
      if (turn !== latest) return false;
      signedIn.open(route());
    }
    return true;
  } catch (error) {
    if (turn !== latest) return false;
    showPart("unreachable", options);
    entitle("No answer yet");
    tell(error, $("[data-do=retry]"), again);
    return false;
  }
}

const again = () => $("#unreachable").hidden || run($("[data-do=retry]"), () => start());

signedOut.prepare(async (welcome) => {
  if (await start()) say(welcome, "good");
});
signedIn.prepare((reason, kind) => {
  closeDialogs();
  replace("");
  signedOut.show();
  say(reason, kind);
});
onClick($("#unreachable"), { retry: again });
window.addEventListener("online", again);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-to]");
  if (button) go(button.dataset.to);
});
// A page that comes back from the browser's cache may be about somebody who has signed out since.
window.addEventListener("pageshow", (event) => event.persisted && start({ focus: false }));

follow((next, previous) => {
  closeDialogs();
  say("");
  if (next === "reset" || previous === "reset") start();
  else if (!$("#signed-in").hidden) signedIn.open(next);
  else if (!$("#signed-out").hidden) signedOut.open(next);
});

// A link of a mail, or a provider, may have brought somebody here. Its token goes where a reload of this tab finds it and no list of addresses shows it.
const came = arrived();
const { link, token, error } = came;
if (link === "reset") {
  if (token && !error) replace("reset", { token });
  else replace("forgot");
  providers.load().catch(() => {}); // asked again with the next start
  signedOut.show({ focus: false });
  signedOut.open(route());
  if (error) say(explainCode(error), "error");
} else {
  if (link) replace("");
  const started = await start({ focus: false });
  if (started && link === "verified") {
    if (error) say(explainCode(error), "error");
    else say("Your e-mail address is confirmed.", "good");
  }
  if (started && isReturn(link)) tellReturn(came, !$("#signed-in").hidden);
}
