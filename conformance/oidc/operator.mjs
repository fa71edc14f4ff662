// Who operates the provider: keys, clients, accounts, settings and what was counted, over one oidc-provider that is made anew when any of its fixed
// configuration changes. What it stored stays, so flows in the middle go on.
import { randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";
import { Accounts } from "./accounts.mjs";
import { configurationOf } from "./configuration.mjs";
import { Counts } from "./counts.mjs";
import { newKeys } from "./keys.mjs";
import { Store } from "./store.mjs";

/** Says what is wrong with how a control or a flag was used. */
export class Misuse extends Error {}

// Each setting with its default and what it may be.
const known = {
  accessTokenTTL: [3600, (value) => Number.isInteger(value) && value > 0, "a whole number of seconds above 0"],
  idTokenClaims: [false, (value) => typeof value === "boolean", "true or false"],
  refreshTokens: ["always", (value) => ["always", "asked"].includes(value), "always or asked"],
  rotateRefreshTokens: [true, (value) => typeof value === "boolean", "true or false"],
  requirePushed: [false, (value) => typeof value === "boolean", "true or false"],
  tokenDelay: [0, (value) => Number.isInteger(value) && value >= 0 && value <= 60_000, "a whole number of milliseconds up to 60000"],
  down: [false, (value) => typeof value === "boolean", "true or false"],
};

/** The given settings without those that are undefined. Throws Misuse for one that is unknown or cannot be. */
export function checkSettings(settings) {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(known, name)) throw new Misuse(`no setting ${name}; there are ${Object.keys(known).join(", ")}`);
    const [, fits, what] = known[name];
    if (!fits(value)) throw new Misuse(`${name} is ${what}`);
  }
  return Object.fromEntries(given);
}

export class Operator {
  accounts = new Accounts();
  counts = new Counts();
  store = new Store();
  settings = Object.fromEntries(Object.entries(known).map(([name, [value]]) => [name, value]));
  #keys = newKeys();
  #cookieKeys = [randomBytes(32).toString("base64url")];
  #callback;

  constructor(issuer, settings) {
    this.issuer = issuer;
    this.change(settings);
  }

  /** Answers a request of the protocol. */
  answer(request, response) {
    return this.#callback(request, response);
  }

  /** Changes settings; the others stay. */
  change(settings) {
    Object.assign(this.settings, checkSettings(settings));
    this.#open();
  }

  /** Makes new signing keys. Of the old ones `keep` leaves the public halves among the published keys. Returns the ids of those published. */
  rotateKeys({ keep }) {
    this.#keys = [...newKeys(), ...(keep ? this.#keys : [])];
    this.#open();
    return this.#keys.map(({ kid }) => kid);
  }

  /** Adds a client, or changes the named members of one that is there; null removes one. Resolves to its metadata; rejects when the library refuses it. */
  async addClient(metadata) {
    const present = await this.store.model("Client").find(metadata.client_id);
    const client = { ...(present ?? defaultsFor(metadata)), ...metadata };
    for (const name of Object.keys(client)) if (client[name] === null) delete client[name];
    await this.provider.Client.validate(client);
    await this.store.model("Client").upsert(client.client_id, client);
    return client;
  }

  /**
   * Ends all sessions that an account has here, as an administrator would, and tells the clients that want to hear (OpenID Connect Back-Channel Logout 1.0).
   * Tokens end with their session, except those for offline access (section 2.7).
   * Resolves to {ended, told: [{client_id, ok, error?}]} when all of them have answered.
   */
  async endSessions(sub) {
    const sessions = this.store.sessionsOf(sub);
    const told = [];
    for (const { jti, authorizations = {} } of sessions) {
      await this.store.model("Session").destroy(jti);
      for (const [clientID, { sid }] of Object.entries(authorizations)) {
        const client = await this.provider.Client.find(clientID);
        if (client?.backchannelLogoutUri) told.push(await this.#tell(client, sub, sid));
      }
    }
    return { ended: sessions.length, told };
  }

  async #tell(client, sub, sid) {
    try {
      await client.backchannelLogout(sub, sid);
      this.counts.add("backchannel_logout");
      return { client_id: client.clientId, ok: true };
    } catch (error) {
      this.counts.add("backchannel_logout.refused");
      return { client_id: client.clientId, ok: false, error: error.message };
    }
  }

  #open() {
    const provider = new Provider(this.issuer, configurationOf(this, { keys: this.#keys, cookieKeys: this.#cookieKeys }));
    provider.use(this.counts.middleware);
    provider.on("server_error", (_ctx, error) => console.error(error));
    provider.on("backchannel.success", () => this.counts.add("backchannel_logout"));
    provider.on("backchannel.error", () => this.counts.add("backchannel_logout.refused"));
    this.provider = provider;
    this.#callback = provider.callback();
  }
}

// As the TypeScript server authenticates unless it is told otherwise.
function defaultsFor({ client_secret, jwks, jwks_uri }) {
  const method = client_secret ? "client_secret_post" : jwks || jwks_uri ? "private_key_jwt" : "none";
  return { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], token_endpoint_auth_method: method };
}
