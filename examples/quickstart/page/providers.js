// Identity providers: which ones this server offers, and the way to one.
import { get, post } from "./api.js";
import { $, fromTemplate } from "./view.js";

let all = [];
let loaded = false;

/** Asks which providers there are, once, and shows what is only for servers that have some. */
export async function load() {
  if (loaded) return;
  all = await get("/providers", { base: "" });
  loaded = true;
  for (const element of document.querySelectorAll("[data-offered]")) element.hidden = all.length === 0;
  for (const list of document.querySelectorAll("[data-providers]")) list.replaceChildren(...all.map((one) => button(one, "provider", `Continue with ${one.name}`)));
}

/** {id, name} of each. */
export const offered = () => all;

/** What to call a provider; `other` is for one that is not offered. */
export const nameOf = (id, other = id) => all.find((one) => one.id === id)?.name ?? other;

/** A button that stands for something with a provider. */
export function button({ id }, what, text) {
  const made = fromTemplate("provider-button");
  made.value = id;
  made.dataset.do = what;
  made.textContent = text;
  return made;
}

/** Leaves the page to sign in at a provider. `then` is what returned.js is told when the browser is back. */
export async function signInAt(provider, then = "signed-in") {
  const back = (what) => `/?${new URLSearchParams({ link: what, provider })}`;
  const paths = { callbackURL: back(then), newUserCallbackURL: back("signed-up"), errorCallbackURL: back(then) };
  leaveFor(await post("/sign-in/social", { provider, ...paths }));
}

/** Leaves the page to link an account at a provider to whoever is signed in. */
export async function linkAt(provider) {
  const back = `/?${new URLSearchParams({ link: "linked", provider })}`;
  leaveFor(await post("/link-social", { provider, callbackURL: back, errorCallbackURL: back }));
}

/** Leaves the page for where an answer leads; without such a place it stays. Returns whether it leaves. */
export function leaveFor(answer) {
  if (!answer?.url) return false;
  location.assign(answer.url);
  return true;
}
