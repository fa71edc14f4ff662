// A person's browser at a server with Better Auth's protocol that offers the provider "oidc": the official client's requests, and the way to the provider and back.
import { Person, signIn } from "./person.mjs";

export class Application {
  #cookies = new Map();

  /** `base` is the server's origin; `person` is who visits the provider, a new one without. */
  constructor(base, { person = new Person(), basePath = "/api/auth" } = {}) {
    Object.assign(this, { base, person, basePath });
  }

  /** The same person at another server, with the same cookies: a browser does not tell ports apart. */
  at(base) {
    const other = new Application(base, this);
    other.#cookies = this.#cookies;
    return other;
  }

  /** Goes to the provider and back to the callback. Resolves to the URL where the server leads at last. */
  async signIn(what) {
    return this.open(await this.callback(what));
  }

  /** Goes to the provider and resolves to the callback URL, which nobody has opened. `login` and `consent` are what the person does there. */
  async callback({ login, consent, ...body }) {
    const { url } = await this.post("/sign-in/social", { provider: "oidc", callbackURL: `${this.base}/welcome`, ...body });
    return signIn({ authorizeURL: url, login, consent, person: this.person });
  }

  /** Opens a URL of the server and resolves to where it redirects. */
  async open(url) {
    const answer = await this.#send(url, { redirect: "manual" });
    if (answer.status !== 302) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
    return new URL(answer.headers.get("location"), url).href;
  }

  /** The session with its user; null when nobody is signed in. */
  session() {
    return this.get("/get-session");
  }

  /** The accounts that the user can sign in with. */
  accounts() {
    return this.get("/list-accounts");
  }

  /** The provider's access token of the user's account there, which the server keeps fresh. */
  async token() {
    const { id } = (await this.accounts()).find(({ providerId }) => providerId === "oidc");
    return this.post("/get-access-token", { accountId: id });
  }

  async get(path) {
    return read(await this.#send(`${this.base}${this.basePath}${path}`, {}));
  }

  async post(path, body) {
    const headers = { "content-type": "application/json", origin: this.base };
    return read(await this.#send(`${this.base}${this.basePath}${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
  }

  async #send(url, { headers, ...request }) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { ...request, headers: { ...headers, ...(cookie && { cookie }) } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/;\s*max-age=0(;|$)/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}

async function read(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}: ${text}`);
  return JSON.parse(text);
}
