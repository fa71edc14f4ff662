// The smallest client of an OpenID provider, for the provider's own tests: it sends what it is told to and checks id tokens with the published keys.
import { createHash, randomBytes } from "node:crypto";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";

const random = () => randomBytes(32).toString("base64url");

/** Reads the provider's discovery document and resolves to a client with the credentials {id, secret, redirect}. */
export async function discover(issuer, { id, secret, redirect }) {
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

  /** Posts a form with the client's credentials and resolves to {status, body}. */
  const post = async (url, form, { basic = false, assertion } = {}) => {
    const own = assertion
      ? { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: assertion }
      : basic ? {} : { client_secret: secret };
    const headers = basic ? { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` } : {};
    const answer = await fetch(url, { method: "POST", body: new URLSearchParams({ ...(basic ? {} : { client_id: id }), ...own, ...form }), headers });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };

  /** A request for authorization: {parameters, url, verifier}. */
  const request = (more = {}) => {
    const verifier = random();
    const parameters = {
      client_id: id, response_type: "code", redirect_uri: redirect, scope: "openid email profile", state: random(), nonce: random(),
      code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", ...more,
    };
    return { parameters, verifier, url: `${metadata.authorization_endpoint}?${new URLSearchParams(parameters)}` };
  };

  /** Exchanges the code of a callback URL. */
  const exchange = (callback, verifier, how) =>
    post(metadata.token_endpoint, { grant_type: "authorization_code", code: new URL(callback).searchParams.get("code"), redirect_uri: redirect, code_verifier: verifier }, how);

  return {
    metadata, post, request, exchange,
    refresh: (token, how) => post(metadata.token_endpoint, { grant_type: "refresh_token", refresh_token: token }, how),
    userInfo: async (token) => {
      const answer = await fetch(metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${token}` } });
      return { status: answer.status, body: answer.ok ? await answer.json() : undefined };
    },
    /** The claims of a token that one of the keys published now has signed for this client; rejects otherwise. */
    verify: async (token) => (await jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer, audience: id })).payload,
    decode: decodeJwt,
  };
}
