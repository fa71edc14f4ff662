// navigator.credentials for the official client in Node: each visitor's own software authenticator answers.
import { AsyncLocalStorage } from "node:async_hooks";
import { authenticate, register } from "../interop/authenticator.mjs";

const present = new AsyncLocalStorage();
const buffer = (text) => new Uint8Array(Buffer.from(text, "base64url")).buffer;
const text = (bytes) => Buffer.from(bytes).toString("base64url");
const listed = (descriptors = []) => descriptors.map((descriptor) => ({ ...descriptor, id: text(descriptor.id) }));

/** The passkeys of one visitor. `origin` is what the client data says; `canceled` makes the person refuse. */
export class Authenticator {
  credentials = [];
  canceled = false;

  constructor(origin) {
    this.origin = origin;
  }

  /** Runs work as the visitor whose authenticator this is. */
  use(work) {
    return present.run(this, work);
  }

  create({ publicKey }) {
    if (this.canceled) throw new DOMException("the person refused", "NotAllowedError");
    const excluded = listed(publicKey.excludeCredentials).map(({ id }) => id);
    if (this.credentials.some(({ credentialID }) => excluded.includes(credentialID))) throw new DOMException("it is registered", "InvalidStateError");
    const options = { ...publicKey, challenge: text(publicKey.challenge), user: { ...publicKey.user, id: text(publicKey.user.id) } };
    const { credential, response } = register(options, { origin: this.origin, algorithm: "ES256" });
    this.credentials.push(credential);
    return answer(response, ["clientDataJSON", "attestationObject"], { getTransports: () => response.response.transports });
  }

  get({ publicKey }) {
    if (this.canceled) throw new DOMException("the person refused", "NotAllowedError");
    const allowed = listed(publicKey.allowCredentials);
    const at = this.credentials.findIndex(({ credentialID }) => allowed.length === 0 || allowed.some(({ id }) => id === credentialID));
    if (at < 0) throw new DOMException("there is no passkey", "NotAllowedError");
    const options = { ...publicKey, challenge: text(publicKey.challenge), allowCredentials: allowed };
    const { credential, response } = authenticate(options, { origin: this.origin, credential: this.credentials[at] });
    this.credentials[at] = credential;
    return answer(response, ["clientDataJSON", "authenticatorData", "signature", "userHandle"], {});
  }
}

function answer({ id, type, response }, members, methods) {
  const parts = Object.fromEntries(members.filter((name) => response[name] !== undefined).map((name) => [name, buffer(response[name])]));
  return { id, type, rawId: buffer(id), response: { ...parts, ...methods }, authenticatorAttachment: "platform", getClientExtensionResults: () => ({}) };
}

globalThis.PublicKeyCredential ??= function PublicKeyCredential() {};
Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    credentials: {
      create: async (options) => present.getStore().create(options),
      get: async (options) => present.getStore().get(options),
    },
  },
});
