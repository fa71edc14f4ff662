// Starts the page: who is this, and which part is for them.
import { arrived, whoami } from "./account.js";
import { explainCode } from "./messages.js";
import * as signedIn from "./signedin.js";
import * as signedOut from "./signedout.js";
import { $, closeDialogs, onClick, run, say, showPart, tell } from "./view.js";

async function start(options) {
  try {
    const identity = await whoami();
    if (identity) await signedIn.show(identity, options);
    else signedOut.show(options);
    return true;
  } catch (error) {
    showPart("unreachable", options);
    tell(error);
    return false;
  }
}

signedOut.prepare(async (welcome) => {
  if (await start()) say(welcome, "good");
});
signedIn.prepare((reason, kind) => {
  closeDialogs();
  signedOut.show();
  say(reason, kind);
});
onClick($("#unreachable"), { retry: (button) => run(button, () => start()) });
// A page that comes back from the browser's cache may be about somebody who has signed out since.
window.addEventListener("pageshow", (event) => event.persisted && start({ focus: false }));

const { link, token, error } = arrived();
if (link === "reset") {
  signedOut.showReset(token);
  if (error) say(explainCode(error), "error");
} else if ((await start({ focus: false })) && link === "verified") {
  if (error) say(explainCode(error), "error");
  else say("Your e-mail address is confirmed.", "good");
}
