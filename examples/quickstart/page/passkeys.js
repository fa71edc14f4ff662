// The two ceremonies of WebAuthn Level 3 with the browser's own JSON functions, and what one does with one's passkeys.
import { get, post } from "./api.js";

/** Why this browser cannot use passkeys here; "" when it can. */
export function unsupported() {
  if (!window.isSecureContext) return "Passkeys only work over https and on localhost.";
  const api = window.PublicKeyCredential;
  if (!api) return "This browser does not support passkeys.";
  const modern = api.parseCreationOptionsFromJSON && api.parseRequestOptionsFromJSON && api.prototype.toJSON;
  return modern ? "" : "This browser is too old for passkeys on this page. Use Chrome 129, Firefox 124, Safari 18.4 or newer.";
}

/** Whether the user has a passkey, and a browser that can use it. */
export const usable = async () => unsupported() === "" && (await list()).length > 0;

/** Whether passkeys can be offered among the suggestions of an input field. */
export async function canAutofill() {
  return unsupported() === "" && Boolean(await PublicKeyCredential.isConditionalMediationAvailable?.());
}

/** Makes a passkey on an authenticator of the user's choice; resolves to it as the server lists it. */
export const add = (name, signal) => ceremony(signal, (signal) => register({ name }, "", signal));

/** Makes an account for somebody new, with a passkey called name and nothing else; resolves to {session, user}. */
export const signUp = (person, name) =>
  ceremony(undefined, (signal) => register({ name, createSession: true }, `?${new URLSearchParams({ context: person })}`, signal));

async function register(body, query, signal) {
  const options = await get(`/passkey/generate-register-options${query}`, { signal });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey, signal });
  return post("/passkey/verify-registration", { response: credential.toJSON(), ...body });
}

/**
 * Signs in; resolves to {session, user}. With autofill it waits, without a prompt, until the user picks a passkey
 * from the suggestions of a field; else the browser asks at once.
 */
export function signIn({ autofill = false, signal } = {}) {
  const asked = ["/passkey/generate-authenticate-options", "/passkey/verify-authentication"];
  return ceremony(signal, (signal) => prove(...asked, { signal, mediation: autofill ? "conditional" : "optional" }));
}

/** Proves with one of the user's own passkeys that it is still them: the session counts as new. */
export function stepUp({ signal } = {}) {
  return ceremony(signal, (signal) => prove("/passkey/generate-step-up-options", "/passkey/verify-step-up", { signal }));
}

async function prove(begin, verify, { signal, mediation }) {
  const options = await post(begin, undefined, { signal });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey, signal, mediation });
  try {
    return await post(verify, { response: credential.toJSON() });
  } catch (error) {
    if (error.code === "PASSKEY_NOT_FOUND") unknown(options.rpId, credential.id);
    throw error;
  }
}

/** What a list shows of each passkey, who keeps it and when it was used among it; oldest first. */
export const list = () => get("/passkey/describe-user-passkeys");

/** What password managers know each passkey by. */
export const credentials = () => get("/passkey/list-user-passkeys");

export async function rename({ id }, name) {
  const answer = await post("/passkey/update-passkey", { id, name });
  await signal();
  return answer;
}

export async function remove({ id }) {
  await post("/passkey/delete-passkey", { id });
  await signal();
}

/** Tells the password manager which passkeys the user has here, and what they are called now, where the browser knows how. */
export async function signal() {
  const api = window.PublicKeyCredential;
  if (!api?.signalAllAcceptedCredentials) return;
  try {
    const state = await get("/passkey/signal");
    await api.signalAllAcceptedCredentials(state);
    await api.signalCurrentUserDetails(state);
  } catch {
    // A courtesy: what the user asked for is done.
  }
}

/** Tells the password manager that passkeys are gone, by whoever can no longer ask the server. */
export function forget(gone) {
  for (const { credentialID } of gone) unknown(location.hostname, credentialID);
}

// Where the browser knows how (section 5.1.10).
function unknown(rpId, credentialId) {
  window.PublicKeyCredential?.signalUnknownCredential?.({ rpId, credentialId }).catch(() => {});
}

let running;

/** Ends the ceremony that waits for the user, if there is one, and resolves when it has ended. */
export async function abort() {
  running?.controller.abort();
  await running?.settled;
}

// A browser has one ceremony at a time, and a waiting autofill is one: it ends before another begins.
async function ceremony(signal, run) {
  while (running) await abort();
  signal?.throwIfAborted();
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort());
  const result = run(controller.signal);
  const mine = { controller, settled: result.then(() => {}, () => {}).then(() => running === mine && (running = undefined)) };
  running = mine;
  return result;
}
