// Signing in with an OpenID provider that is there: oidc-provider, with discovery.
import { createHash } from "node:crypto";
import { Person, signIn } from "../oidc/person.mjs";
import { ada } from "../suite/world.mjs";

// Goes to the provider and resolves to the callback, which nobody has opened.
async function away(s, visitor, { login = "ada", consent = true, person, ...body } = {}) {
  const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops", ...body }));
  return signIn({ authorizeURL: url, login, consent, person });
}

const back = (s, visitor, url, pattern) => s.leads(visitor.follow(url), pattern);
const enter = async (s, visitor, how, pattern = /\/(home|welcome)$/) => back(s, visitor, await away(s, visitor, how), pattern);
const failing = (code) => new RegExp(`/oops\\?error=${code}`);

// A visitor whom the provider signed in.
const arrived = (s, how) =>
  s.given(async () => {
    const visitor = s.visitor();
    await enter(s, visitor, how);
    return visitor;
  });

async function link(s, visitor, { login = "ada", ...body } = {}) {
  const { url } = await s.ok(visitor.client.linkSocial({ provider: "oidc", callbackURL: "/accounts", errorCallbackURL: "/oops", ...body }));
  return signIn({ authorizeURL: url, login });
}

const accountOf = async (s, { client }) => (await s.ok(client.listAccounts())).find(({ providerId }) => providerId === "oidc");
const ask = ({ client }, path, body) => client.$fetch(path, { method: "POST", body });
const info = ({ client }, accountId) => client.$fetch("/account-info", { query: { accountId } });
const told = (s, login, claims) => s.server.provider.control("accounts", { login, ...claims });
const settings = (s, changes) => s.server.provider.control("settings", changes);

// What a native client gets from the provider itself: {id_token, access_token, refresh_token}.
async function native(s, login, nonce) {
  const { provider, url } = s.server;
  // The address is in the id token, as native clients of other providers have it.
  await settings(s, { idTokenClaims: true });
  const verifier = "v".repeat(50);
  const redirect = `${url}/api/auth/callback/oidc`;
  const query = { client_id: "app", response_type: "code", redirect_uri: redirect, scope: "openid email profile", state: "x", ...(nonce && { nonce }),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256" };
  const done = new URL(await signIn({ authorizeURL: `${provider.issuer}/auth?${new URLSearchParams(query)}`, login }));
  const body = new URLSearchParams({ client_id: "app", client_secret: "hush", grant_type: "authorization_code", code: done.searchParams.get("code"), redirect_uri: redirect, code_verifier: verifier });
  return (await fetch(`${provider.issuer}/token`, { method: "POST", body })).json().finally(() => settings(s, { idTokenClaims: false }));
}
// As a client sends it.
const sent = ({ id_token: token, access_token: accessToken, refresh_token: refreshToken }, nonce) => ({ token, accessToken, refreshToken, ...(nonce && { nonce }) });

// Lets access tokens end within the five seconds in which they are refreshed before they are served, and live long enough to be used.
async function shortLived(s, work) {
  await settings(s, { accessTokenTTL: 4 });
  try {
    await work();
  } finally {
    await settings(s, { accessTokenTTL: 3600 });
  }
}

export default {
  oidc: {
    "a provider signs up, and signs in": async (s) => {
      const visitor = s.visitor();
      await enter(s, visitor, {}, /\/welcome$/);
      s.sees("user", (await s.ok(visitor.client.getSession())).user.email, ada.email);
      await s.ok(visitor.client.listAccounts());
      await enter(s, s.visitor(), {}, /\/home$/);
      await s.ok(visitor.client.signOut());
    },
    "a provider signs in without wishes": async (s) => {
      const visitor = s.visitor();
      const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", disableRedirect: true, scopes: ["email", "offline_access"], loginHint: "ada", additionalParams: { prompt: "consent" } }));
      await back(s, visitor, await signIn({ authorizeURL: url, login: "ada" }), /^http/);
      await s.ok(visitor.client.getSession());
    },
    "consent that is denied": async (s) => {
      const visitor = s.visitor();
      await enter(s, visitor, { login: "eve", consent: false }, failing("access_denied"));
      s.sees("session", (await visitor.client.getSession()).data, null);
    },
    "a callback counts once": async (s) => {
      const visitor = s.visitor();
      const url = await away(s, visitor);
      await back(s, visitor, url, /\/welcome$/);
      await back(s, visitor, url, /error=state_mismatch/);
    },
    "codes that are none": async (s) => {
      const visitor = s.visitor();
      const url = new URL(await away(s, visitor));
      url.searchParams.set("code", "x".repeat(43));
      await back(s, visitor, url.href, failing("invalid_code"));
      s.sees("session", (await visitor.client.getSession()).data, null);
    },
    "an id token of another flow": async (s) => {
      const visitor = s.visitor();
      const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home", errorCallbackURL: "/oops" }));
      const changed = new URL(url);
      changed.searchParams.set("nonce", "another");
      await back(s, visitor, await signIn({ authorizeURL: changed.href, login: "ada" }), failing("unable_to_get_user_info"));
    },
    "the flow of another provider": async (s) => {
      const visitor = s.visitor();
      const { url } = await s.ok(visitor.client.signIn.social({ provider: "github", callbackURL: "/home", errorCallbackURL: "/oops" }));
      const state = new URL(url).searchParams.get("state");
      await back(s, visitor, `${s.server.url}/api/auth/callback/oidc?code=x&state=${state}`, failing(s.either({ reference: "nonce_binding_missing", here: "state_mismatch" })));
    },
    "another issuer answers": async (s) => {
      const visitor = s.visitor();
      const url = new URL(await away(s, visitor));
      url.searchParams.set("iss", "https://evil.example");
      await back(s, visitor, url.href, failing("issuer_mismatch"));
    },
    "no issuer in the answer": async (s) => {
      const visitor = s.visitor();
      const url = new URL(await away(s, visitor));
      url.searchParams.delete("iss");
      await back(s, visitor, url.href, s.either({ reference: /\/welcome$/, here: failing("issuer_missing") }));
    },
    "a user without an address": async (s) => {
      await told(s, "nomail", { email: null });
      await enter(s, s.visitor(), { login: "nomail" }, failing("email_not_found"));
    },
    "an address that is not verified": async (s) => {
      await told(s, "grace", { email_verified: false });
      const visitor = s.visitor();
      await enter(s, visitor, { login: "grace" }, /\/welcome$/);
      s.sees("verified", (await s.ok(visitor.client.getSession())).user.emailVerified, false);
    },
    "a verified flag that is text": async (s) => {
      await told(s, "text", { email_verified: "true" });
      const visitor = s.visitor();
      await enter(s, visitor, { login: "text" }, /\/welcome$/);
      s.sees("verified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
    },
    "an account with the address of a user": async (s) => {
      await s.verified();
      const visitor = s.visitor();
      await enter(s, visitor, {}, /\/home$/);
      s.sees("how many", (await s.ok(visitor.client.listAccounts())).length, 2);
    },
    "an account with the address of a user who never proved it": async (s) => {
      await s.signedUp();
      await enter(s, s.visitor(), {}, failing("account_not_linked"));
    },
    "an account with an unverified address of a user": async (s) => {
      await told(s, "imposter", { email: ada.email, email_verified: false });
      await s.verified();
      await enter(s, s.visitor(), { login: "imposter" }, failing("account_not_linked"));
    },
    "an account that changed its address": async (s) => {
      await told(s, "moving", { email: "old@example.com" });
      await arrived(s, { login: "moving" });
      await told(s, "moving", { email: "new@example.com" });
      const visitor = s.visitor();
      await enter(s, visitor, { login: "moving" }, /\/home$/);
      s.sees("address", (await s.ok(visitor.client.getSession())).user.email, "old@example.com");
    },
    "an account whose address is gone": async (s) => {
      await arrived(s, { login: "leaving" });
      await told(s, "leaving", { email: null });
      const visitor = s.visitor();
      await enter(s, visitor, { login: "leaving" }, s.either({ reference: failing("email_not_found"), here: /\/home$/ }));
    },
    "linking": async (s) => {
      const visitor = await s.verified();
      await back(s, visitor, await link(s, visitor), /\/accounts$/);
      await back(s, visitor, await link(s, visitor, { scopes: ["offline_access"] }), /\/accounts$/);
      const { id } = await accountOf(s, visitor);
      await s.ok(visitor.client.unlinkAccount({ accountId: id }));
      await s.ok(visitor.client.listAccounts());
    },
    "linking what is somebody else's": async (s) => {
      await told(s, "shared", { email: "shared@example.com" });
      await arrived(s, { login: "shared" });
      await told(s, "shared", { email: ada.email });
      const visitor = await s.verified();
      await back(s, visitor, await link(s, visitor, { login: "shared" }), failing("account_already_linked_to_different_user"));
    },
    "linking another address": async (s) => {
      const visitor = await s.verified();
      await back(s, visitor, await link(s, visitor, { login: "carol" }), failing("email_does_not_match"));
    },
    "linking an unverified address": async (s) => {
      await told(s, "unproven", { email: ada.email, email_verified: false });
      const visitor = await s.verified();
      await back(s, visitor, await link(s, visitor, { login: "unproven" }), failing("unable_to_link_account"));
    },
    "linking after the session ended": async (s) => {
      const visitor = await s.verified();
      const url = await link(s, visitor);
      await s.given(() => s.ok(visitor.client.$fetch("/revoke-sessions", { method: "POST" })));
      await back(s, visitor, url, failing("unable_to_link_account"));
    },
    "tokens of an account": async (s) => {
      const visitor = await arrived(s);
      const { id } = await accountOf(s, visitor);
      await s.ok(ask(visitor, "/get-access-token", { accountId: id }));
      await s.ok(info(visitor, id));
      await s.ok(ask(visitor, "/refresh-token", { accountId: id }));
      await s.ok(ask(visitor, "/get-access-token", { accountId: id, userId: "somebody" }));
      await s.refused(ask(await arrived(s, { login: "bob" }), "/get-access-token", { accountId: id }), 400, "ACCOUNT_NOT_FOUND");
    },
    "tokens that are about to expire": (s) =>
      shortLived(s, async () => {
        const visitor = await arrived(s);
        const { id } = await accountOf(s, visitor);
        const first = await s.ok(ask(visitor, "/get-access-token", { accountId: id }));
        const second = await s.ok(ask(visitor, "/get-access-token", { accountId: id }));
        s.sees("the same", first.accessToken === second.accessToken, false);
        await s.ok(info(visitor, id));
      }),
    "tokens that the provider no longer gives": (s) =>
      shortLived(s, async () => {
        const visitor = await arrived(s, { login: "removed" });
        const { id } = await accountOf(s, visitor);
        await s.server.provider.control("remove-account", { login: "removed" });
        await s.refused(ask(visitor, "/get-access-token", { accountId: id }), 400, "FAILED_TO_GET_ACCESS_TOKEN");
        await s.refused(ask(visitor, "/refresh-token", { accountId: id }), 400, "FAILED_TO_REFRESH_ACCESS_TOKEN");
        await s.refused(info(visitor, id), 400, "FAILED_TO_GET_ACCESS_TOKEN");
      }),
    "what a provider no longer says": async (s) => {
      const visitor = await arrived(s, { login: "silent" });
      const { id } = await accountOf(s, visitor);
      await s.server.provider.control("remove-account", { login: "silent" });
      await s.refused(info(visitor, id), 401, "FAILED_TO_GET_USER_INFO");
    },
    "id tokens of a native client": async (s) => {
      const visitor = s.visitor();
      const tokens = await native(s, "ada", "the nonce");
      await s.ok(visitor.client.signIn.social({ provider: "oidc", idToken: sent(tokens, "the nonce") }));
      await s.ok(visitor.client.getSession());
      await s.ok(s.visitor().client.signIn.social({ provider: "oidc", idToken: sent(tokens, "the nonce") }));
      await s.refused(visitor.client.signIn.social({ provider: "oidc", idToken: sent(tokens, "another") }), 401, "INVALID_TOKEN");
      await s.refused(visitor.client.signIn.social({ provider: "oidc", idToken: { token: `${tokens.id_token.slice(0, -4)}AAAA`, nonce: "the nonce" } }), 401, "INVALID_TOKEN");
      await s.ok(visitor.client.signIn.social({ provider: "oidc", idToken: { token: tokens.id_token, nonce: "the nonce" } }));
    },
    "id tokens that lead to nobody": async (s) => {
      await told(s, "nameless", { email: null });
      const { client } = s.visitor();
      const nobody = sent(await native(s, "nameless"));
      s.sees("without an address", (await client.signIn.social({ provider: "oidc", idToken: { ...nobody, accessToken: undefined } })).error.status, 401);
      await s.signedUp();
      await s.refused(client.signIn.social({ provider: "oidc", idToken: sent(await native(s, "ada")) }), 401, "OAUTH_LINK_ERROR");
    },
    "linking by an id token": async (s) => {
      const visitor = await s.verified();
      const tokens = await native(s, "ada", "n");
      await s.ok(visitor.client.linkSocial({ provider: "oidc", idToken: sent(tokens, "n") }));
      await s.ok(visitor.client.linkSocial({ provider: "oidc", idToken: sent(tokens, "n") }));
      await s.ok(visitor.client.listAccounts());
      await s.refused(visitor.client.linkSocial({ provider: "oidc", idToken: sent(tokens, "m") }), 401, "INVALID_TOKEN");
      await s.refused(visitor.client.linkSocial({ provider: "oidc", idToken: sent(await native(s, "other")) }), 401, "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED");
      await told(s, "doubtful", { email: ada.email, email_verified: false });
      await s.refused(visitor.client.linkSocial({ provider: "oidc", idToken: sent(await native(s, "doubtful")) }), 401, "LINKING_NOT_ALLOWED");
      await told(s, "unnamed", { email: null });
      const nobody = sent(await native(s, "unnamed"));
      s.sees("without an address", (await visitor.client.linkSocial({ provider: "oidc", idToken: { ...nobody, accessToken: undefined } })).error.status, 401);
      await arrived(s, { login: "taken" });
      await s.refused(visitor.client.linkSocial({ provider: "oidc", idToken: sent(await native(s, "taken")) }), 409, "SOCIAL_ACCOUNT_ALREADY_LINKED");
    },
    "an account without an access token": async (s) => {
      const visitor = await s.verified();
      const { token, nonce } = sent(await native(s, "ada", "n"), "n");
      await s.ok(visitor.client.linkSocial({ provider: "oidc", idToken: { token, nonce } }));
      const { id } = await accountOf(s, visitor);
      await s.ok(ask(visitor, "/get-access-token", { accountId: id }));
      await s.refused(info(visitor, id), 400, "ACCESS_TOKEN_NOT_FOUND");
    },
    "signing out at the provider": async (s) => {
      const visitor = await arrived(s);
      await s.ok(visitor.client.signOut());
      await s.ok((await arrived(s)).client.$fetch("/sign-out", { method: "POST", body: { callbackURL: "/goodbye", state: "x y" } }));
      await s.ok((await arrived(s)).client.$fetch("/sign-out", { method: "POST", body: { disableRedirect: true } }));
      await s.ok((await s.signedUp({ ...ada, email: "plain@example.com" })).client.$fetch("/sign-out", { method: "POST", body: { callbackURL: "/goodbye" } }));
    },
    "a session at the provider": async (s) => {
      const person = new Person();
      await enter(s, s.visitor(), { person }, /\/welcome$/);
      await enter(s, s.visitor(), { person, login: undefined }, /\/home$/);
    },
  },
  oidcTrusted: {
    "a trusted provider says what it likes": async (s) => {
      await told(s, "grace", { email_verified: false });
      const grace = { ...ada, name: "Grace", email: "grace@example.com" };
      await s.verified(grace);
      const visitor = s.visitor();
      await enter(s, visitor, { login: "grace" }, /\/home$/);
      s.sees("how many", (await s.ok(visitor.client.listAccounts())).length, 2);
      await s.ok(visitor.client.getSession());
    },
    "encrypted tokens": async (s) => {
      const visitor = await arrived(s);
      const { id } = await accountOf(s, visitor);
      await s.ok(ask(visitor, "/get-access-token", { accountId: id }));
      await s.ok(ask(visitor, "/refresh-token", { accountId: id }));
      await s.ok(info(visitor, id));
    },
    "linking any address": async (s) => {
      const visitor = await s.verified();
      await back(s, visitor, await link(s, visitor, { login: "carol" }), /\/accounts$/);
      await s.ok(visitor.client.listAccounts());
      await s.ok(visitor.client.getSession());
    },
    "unlinking the last account": async (s) => {
      const visitor = await arrived(s);
      const { id } = await accountOf(s, visitor);
      await s.ok(visitor.client.unlinkAccount({ accountId: id }));
      await s.ok(visitor.client.listAccounts());
    },
  },
  oidcCookie: {
    "a flow in a cookie, to its end": async (s) => {
      const visitor = s.visitor();
      await enter(s, visitor, {}, /\/welcome$/);
      await s.ok(visitor.client.getSession());
      await back(s, visitor, await link(s, visitor), /\/accounts$/);
    },
    "the provider proves an address that nobody had proven": async (s) => {
      const early = await s.signedUp();
      const visitor = s.visitor();
      await enter(s, visitor, {}, /\/home$/);
      s.sees("verified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
      s.sees("the session of whoever signed up", Boolean((await s.given(() => early.client.getSession())).data), s.either({ reference: true, here: false }));
    },
  },
  oidcUnlinked: {
    "nobody signs up, and nobody is linked": async (s) => {
      await enter(s, s.visitor(), { requestSignUp: true }, failing("signup_disabled"));
      const visitor = await s.verified();
      await enter(s, s.visitor(), {}, failing("account_not_linked"));
      await back(s, visitor, await link(s, visitor), failing("unable_to_link_account"));
      await s.refused(visitor.client.linkSocial({ provider: "oidc", idToken: sent(await native(s, "ada")) }), 401, "LINKING_NOT_ALLOWED");
    },
  },
  oidcExplicit: {
    "who wants to sign up says so": async (s) => {
      await enter(s, s.visitor(), {}, failing("signup_disabled"));
      await s.refused(s.visitor().client.signIn.social({ provider: "oidc", idToken: sent(await native(s, "ada")) }), 401, "OAUTH_LINK_ERROR");
      await enter(s, s.visitor(), { requestSignUp: true }, /\/welcome$/);
      await enter(s, s.visitor(), {}, /\/home$/);
    },
    "accounts are linked only on request": async (s) => {
      const visitor = await s.verified();
      await enter(s, s.visitor(), {}, failing("account_not_linked"));
      await back(s, visitor, await link(s, visitor), /\/accounts$/);
      await enter(s, s.visitor(), {}, /\/home$/);
    },
  },
  oidcStrict: {
    "addresses have to be verified": async (s) => {
      await told(s, "unverified", { email_verified: false });
      await enter(s, s.visitor(), { login: "unverified" }, failing("email_not_verified"));
      await s.refused(s.visitor().client.signIn.social({ provider: "oidc", idToken: sent(await native(s, "unverified")) }), 403, "EMAIL_NOT_VERIFIED");
      await told(s, "unverified", { email_verified: true });
      await enter(s, s.visitor(), { login: "unverified" }, /\/home$/);
    },
    "the profile follows the provider": async (s) => {
      await arrived(s, { login: "changing" });
      await told(s, "changing", { name: "Another Name", email: "another@example.com", picture: "https://example.com/other.png" });
      const visitor = s.visitor();
      await enter(s, visitor, { login: "changing" }, /\/home$/);
      s.sees("user", (await s.ok(visitor.client.getSession())).user.email, "another@example.com");
    },
  },
  oidcForm: {
    "an answer by a form": async (s) => {
      const visitor = s.visitor();
      const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home" }));
      const sentHere = await new Person().visit(url, { login: "ada" });
      const crossing = { "content-type": "application/x-www-form-urlencoded", origin: "null", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
      const stranger = s.visitor(); // cookies that are Lax do not come with it
      const location = await s.leads(stranger.raw("POST", "/callback/oidc", { headers: crossing, body: String(sentHere.form) }), /\/callback\/oidc\?/);
      await back(s, visitor, new URL(location, s.server.url).href, /\/home$/);
    },
  },
};
