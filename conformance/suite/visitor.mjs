// One person at one server: the official client, a jar of cookies, a software authenticator, and everything that went over the wire.
import { apiKeyClient } from "@better-auth/api-key/client";
import { passkeyClient } from "@better-auth/passkey/client";
import { createAuthClient } from "better-auth/client";
import { adminClient, emailOTPClient, magicLinkClient, twoFactorClient, usernameClient } from "better-auth/client/plugins";
import { Authenticator } from "./passkeys.mjs";
import { send } from "./wire.mjs";

export class Visitor {
  /**
   * `record` receives each event. By default it is a browser on the server's own pages; with `origin` it sends that Origin header, none when null,
   * and of what else a browser sends only `headers`. `address` is the client's, as a proxy in front of the server would say.
   */
  constructor(server, record, { origin, headers = {}, address = "203.0.113.7" } = {}) {
    this.server = server;
    this.record = record;
    this.jar = new Map();
    const browser = { origin: server.url, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
    this.headers = { "user-agent": "conformance", "x-forwarded-for": address, ...(origin === undefined ? browser : origin && { origin }), ...headers };
    this.authenticator = new Authenticator(server.url);
    const client = createAuthClient({
      baseURL: server.url,
      fetchOptions: { customFetchImpl: (url, init = {}) => this.#exchange(String(url), init) },
      plugins: [passkeyClient(), usernameClient(), magicLinkClient(), emailOTPClient(), twoFactorClient(), adminClient(), apiKeyClient()],
    });
    /** The official client; what each call resolves to is recorded. */
    this.client = this.#recorded(client, []);
    /** Its atoms, unrecorded: useSession and useListPasskeys. */
    this.atoms = client;
  }

  /** Opens a link as a browser does, without following where it leads; resolves to the Response. */
  follow(url) {
    return this.#exchange(url, { method: "GET", headers: { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" } });
  }

  /** Sends what the client would not: path is under the base path, body a string. */
  raw(method, path, { headers = {}, body } = {}) {
    return this.#exchange(`${this.server.url}/api/auth${path}`, { method, headers, body });
  }

  /** Continues at another server, with the same cookies. */
  at(server) {
    const same = new Visitor(server, this.record);
    same.headers = this.headers;
    same.jar = this.jar;
    same.authenticator = this.authenticator;
    return same;
  }

  async #exchange(url, { method = "GET", headers, body }) {
    const all = new Headers(this.headers);
    for (const [name, value] of new Headers(headers)) all.set(name, value);
    if (all.get("sec-fetch-mode") === "navigate") all.delete("origin");
    const sent = { headers: new Headers(all), body, jar: this.jar, before: new Map(this.jar) };
    if (this.jar.size > 0 && !all.has("cookie")) all.set("cookie", [...this.jar].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await send(url, { method, headers: all, body: body ?? undefined });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    this.record({
      kind: "wire",
      method,
      url: url.slice(this.server.url.length),
      status: response.status,
      headers: response.headers,
      body: await response.clone().text(),
      sent: { ...sent, after: new Map(this.jar) },
    });
    return response;
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.jar.delete(pair.slice(0, at));
    else this.jar.set(pair.slice(0, at), pair.slice(at + 1));
  }

  #recorded(client, path) {
    return new Proxy(() => {}, {
      get: (_, name) => (typeof name === "string" && name !== "then" ? this.#recorded(client, [...path, name]) : undefined),
      apply: async (_, __, args) => {
        const call = path.reduce((at, name) => at[name], client);
        const value = await this.authenticator.use(() => call(...args));
        this.record({ kind: "result", call: path.join("."), value });
        return value;
      },
    });
  }
}
