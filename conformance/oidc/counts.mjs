// How often each endpoint was asked, so that a test can say "one refresh at the provider".

const endpoints = ["discovery", "jwks", "authorization", "pushed_authorization_request", "token", "userinfo", "revocation", "end_session", "end_session_confirm"];
const methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"].map((name) => `auth.${name}`);
const more = ["token.authorization_code", "token.refresh_token", "token.refused", "backchannel_logout", "backchannel_logout.refused"];

// Where clients authenticate. A client with a secret may send it in either way, whatever it is registered for, so a refusal does not show which one it was.
const authenticated = ["token", "pushed_authorization_request", "revocation"];

function methodOf({ headers, oidc: { body } }) {
  if (headers.authorization) return "client_secret_basic";
  if (body?.client_assertion) return "private_key_jwt";
  return body?.client_secret ? "client_secret_post" : "none";
}

export class Counts {
  #counts = new Map();

  constructor() {
    this.reset();
  }

  reset() {
    this.#counts = new Map([...endpoints, ...more, ...methods].map((name) => [name, 0]));
  }

  add(name) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  toJSON() {
    return Object.fromEntries(this.#counts);
  }

  /** Counts each request before it is answered. Whoever has read an answer finds it counted. */
  middleware = async (ctx, next) => {
    await next();
    const route = ctx.oidc?.route; // missing where nothing is served
    if (!route || ctx.method === "OPTIONS") return;
    this.add(route);
    if (authenticated.includes(route)) this.add(`auth.${methodOf(ctx)}`);
    if (route !== "token") return;
    const grant = ctx.oidc.params?.grant_type;
    if (more.includes(`token.${grant}`)) this.add(`token.${grant}`);
    if (ctx.status >= 400) this.add("token.refused");
  };
}
