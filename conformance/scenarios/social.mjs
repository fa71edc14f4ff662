// Signing in with identity providers as far as their authorization URLs: how flows begin, and how they end without a provider.
import { ada } from "../suite/world.mjs";

const json = { "content-type": "application/json" };
const names = [
  "apple", "atlassian", "cloudflare", "cognito", "discord", "dropbox", "facebook", "figma", "github", "gitlab", "google", "huggingface", "kakao", "kick", "line", "linear",
  "linkedin", "microsoft", "naver", "notion", "paybin", "paypal", "polar", "railway", "reddit", "roblox", "salesforce", "slack", "spotify", "tiktok", "twitch", "twitter",
  "vercel", "vk", "wechat", "zoom",
];

// Begins a flow and resolves to its state.
async function begun(s, visitor, body = {}) {
  const { url } = await s.given(() => s.ok(visitor.client.signIn.social({ provider: "github", callbackURL: "/home", errorCallbackURL: "/oops?a=1#top", ...body })));
  return new URL(url).searchParams.get("state");
}

const returned = (visitor, query, provider = "github") => visitor.follow(`${visitor.server.url}/api/auth/callback/${provider}?${new URLSearchParams(query)}`);
const post = (visitor, path, body, headers = {}) => visitor.raw("POST", path, { headers: { ...json, ...headers }, body: JSON.stringify(body) });

// One scenario for each provider: nothing is asked of it.
const urls = (what, body) => Object.fromEntries(names.map((provider) => [`${what} of ${provider}`, (s) => s.ok(s.visitor().client.signIn.social({ provider, ...body }))]));

export default {
  social: {
    ...urls("the authorization URL", { callbackURL: "/home" }),
    ...urls("the authorization URL with wishes", { scopes: ["more", "email"], additionalParams: { custom: "wish" }, disableRedirect: true }),
    "a flow for a user who is signed in": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.linkSocial({ provider: "google", callbackURL: "/accounts", scopes: ["https://www.googleapis.com/auth/drive.file"] }));
      await s.ok(client.linkSocial({ provider: "github", disableRedirect: true, loginHint: "ada", additionalParams: { allow_signup: "false" }, additionalData: { page: 7 } }));
    },
    "a hint for a provider that shows it": (s) => s.ok(s.visitor().client.signIn.social({ provider: "github", loginHint: "ada", disableRedirect: true })),
    "a hint for a provider that may not": (s) => s.ok(s.visitor().client.signIn.social({ provider: "figma", loginHint: "ada", disableRedirect: true })),
    "a flow with everything a client can say": async (s) => {
      await s.ok(s.visitor().client.signIn.social({
        provider: "google", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops", requestSignUp: true,
        scopes: ["drive"], loginHint: "ada@example.com", additionalParams: { hd: "example.com" }, additionalData: { invitation: "x", list: [1] },
      }));
    },
    "flows that are refused": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.signIn.social({ provider: "nobody" }), 404, "PROVIDER_NOT_FOUND");
      await s.refused(client.$fetch("/sign-in/social", { method: "POST", body: {} }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.social({ provider: 7 }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.social({ provider: "" }), 404, "PROVIDER_NOT_FOUND");
      for (const wrong of [{ scopes: "a" }, { scopes: [1] }, { requestSignUp: "yes" }, { loginHint: 1 }, { additionalParams: { x: 1 } }, { additionalParams: [] }, { additionalData: "x" },
        { idToken: "x" }, { idToken: {} }, { idToken: { token: "x", expiresAt: "soon" } }, { disableRedirect: "no" }, { callbackURL: 7 }]) {
        s.sees(JSON.stringify(wrong), (await client.signIn.social({ provider: "github", ...wrong })).error?.status, 400);
      }
      for (const reserved of ["state", "client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "nonce", "scope"]) {
        await s.refused(client.signIn.social({ provider: "github", additionalParams: { [reserved]: "x" } }), 400, "VALIDATION_ERROR");
      }
      const evil = "https://evil.example";
      await s.refused(client.signIn.social({ provider: "github", callbackURL: evil }), 403, "INVALID_CALLBACK_URL");
      await s.refused(client.signIn.social({ provider: "github", errorCallbackURL: evil }), 403, "INVALID_ERROR_CALLBACK_URL");
      await s.refused(client.signIn.social({ provider: "github", newUserCallbackURL: evil }), 403, "INVALID_NEW_USER_CALLBACK_URL");
    },
    "links that are refused": async (s) => {
      await s.refused(s.visitor().client.linkSocial({ provider: "github" }), 401, "UNAUTHORIZED");
      const { client } = await s.signedUp();
      await s.refused(client.linkSocial({ provider: "nobody" }), 404, "PROVIDER_NOT_FOUND");
      await s.refused(client.linkSocial({ provider: "github", scopes: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.linkSocial({ provider: "github", additionalParams: { state: "x" } }), 400, "VALIDATION_ERROR");
      await s.refused(client.linkSocial({ provider: "github", callbackURL: "https://evil.example" }), 403, "INVALID_CALLBACK_URL");
      await s.refused(client.linkSocial({ provider: "github", errorCallbackURL: "https://evil.example" }), 403, "INVALID_ERROR_CALLBACK_URL");
    },
    "no other site begins a flow": async (s) => {
      const body = { provider: "github" };
      const session = await s.signedUp(ada);
      for (const path of ["/sign-in/social", "/link-social"]) {
        await s.answers(post(session, path, body, { origin: "https://evil.example" }), 403);
        await s.answers(post(session, path, body), 200);
        const silent = s.visitor({ origin: null });
        silent.jar = session.jar;
        await s.answers(post(silent, path, body), 403);
      }
    },
    "id tokens that no provider takes": async (s) => {
      const { client } = await s.signedUp();
      for (const provider of ["github", "spotify", "notion"]) {
        await s.refused(client.signIn.social({ provider, idToken: { token: "x" } }), 404, "ID_TOKEN_NOT_SUPPORTED");
        await s.refused(client.linkSocial({ provider, idToken: { token: "x" } }), 404, "ID_TOKEN_NOT_SUPPORTED");
      }
      await s.refused(client.signIn.social({ provider: "google", idToken: { token: "x" } }), 401, "INVALID_TOKEN");
      await s.refused(client.linkSocial({ provider: "google", idToken: { token: "no token" } }), 401, "INVALID_TOKEN");
    },
    "a person who denies": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor);
      await s.leads(returned(visitor, { state, error: "access_denied", error_description: "The user said: no & left" }), /\/oops\?a=1&error=access_denied&error_description=/);
      await s.leads(returned(visitor, { state, error: "access_denied" }), /\/error\?error=state_mismatch$/);
    },
    "a person who denies, without a page for it": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor, { errorCallbackURL: undefined });
      await s.leads(returned(visitor, { state, error: "server_error" }), /\/api\/auth\/error\?error=server_error$/);
    },
    "callbacks without a code": async (s) => {
      const visitor = s.visitor();
      await s.leads(returned(visitor, { state: await begun(s, visitor) }), /error=no_code/);
      await s.leads(returned(visitor, { state: await begun(s, visitor), code: "" }), /error=no_code/);
    },
    "callbacks without a flow": async (s) => {
      const visitor = s.visitor();
      await s.leads(returned(visitor, {}), /\/error\?error=state_not_found$/);
      await s.leads(returned(visitor, { code: "x" }), /\/error\?error=state_not_found$/);
      await s.leads(returned(visitor, { code: "x", state: "" }), /\/error\?error=state_not_found$/);
      await s.leads(returned(visitor, { error: "access_denied" }), /\/error\?error=state_not_found$/);
      await s.leads(returned(visitor, { code: "x", state: "nothing" }), /\/error\?error=state_mismatch$/);
      await s.leads(returned(visitor, { code: "x", state: "nothing" }, "nobody"), /\/error\?error=state_mismatch$/);
    },
    "a flow of another browser": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor);
      await s.leads(returned(s.visitor(), { state, code: "x" }), /\/oops\?a=1&error=state_mismatch#top$/);
      const other = s.visitor();
      await begun(s, other);
      await s.leads(returned(other, { state, code: "x" }), /\/oops\?a=1&error=state_mismatch#top$/);
      await s.leads(returned(visitor, { state, error: "access_denied" }), /error=access_denied/);
    },
    "the last of two flows of a browser": async (s) => {
      const visitor = s.visitor();
      const first = await begun(s, visitor);
      const second = await begun(s, visitor);
      await s.leads(returned(visitor, { state: first, error: "access_denied" }), /error=state_mismatch/);
      await s.leads(returned(visitor, { state: second, error: "access_denied" }), /error=access_denied/);
    },
    "a flow that took too long": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor);
      await s.control("expire-verifications", {});
      await s.leads(returned(visitor, { state, error: "access_denied" }), s.either({ reference: /\/oops\?a=1&error=access_denied#top$/, here: /\/error\?error=state_mismatch$/ }));
    },
    "a callback of a provider that is none": async (s) => {
      const visitor = s.visitor();
      await s.leads(returned(visitor, { state: await begun(s, visitor), code: "x" }, "nobody"), /error=oauth_provider_not_found/);
    },
    "callbacks with a parameter twice": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor);
      const back = (query) => visitor.follow(`${s.server.url}/api/auth/callback/github?${query}`);
      for (const twice of [`state=${state}&state=${state}&code=x`, `state=${state}&code=x&code=y`]) {
        s.sees("status", (await back(twice)).status, s.either({ reference: 400, here: 302 }));
      }
      await s.leads(back(`state=${state}&error=access_denied`), /error=access_denied/);
    },
    "callbacks that are posted": async (s) => {
      const visitor = s.visitor({ origin: "https://appleid.apple.com", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } });
      const form = (query, fields) => visitor.raw("POST", `/callback/apple${query}`, { headers: { "content-type": "application/x-www-form-urlencoded" }, body: String(new URLSearchParams(fields)) });
      await s.leads(form("", { state: "s", code: "c d", user: '{"name":{"firstName":"Ada"}}', id_token: "not taken" }), /\/api\/auth\/callback\/apple\?/);
      await s.leads(form("?state=of-the-query", { state: "s", code: "c", iss: "https://a.example" }), /state=of-the-query/);
      await s.leads(form("", { error: "user_cancelled_authorize", error_description: "a b", state: "s" }), /error=user_cancelled_authorize/);
      await s.leads(post(visitor, "/callback/apple", { state: "s", code: "c", device_id: "d" }), /device_id=d/);
    },
    "what is asked about accounts that are none": async (s) => {
      const anonymous = s.visitor();
      const { client } = await s.signedUp();
      const [password] = await s.given(() => s.ok(client.listAccounts()));
      for (const path of ["/get-access-token", "/refresh-token"]) {
        const ask = (visitor, body) => visitor.client.$fetch(path, { method: "POST", body });
        s.sees("anonymous", (await ask(anonymous, { accountId: "x" })).error.status, 401);
        await s.refused(ask({ client }, { accountId: "x" }), 400, "ACCOUNT_NOT_FOUND");
        await s.refused(ask({ client }, { useAccountCookie: true }), 400, "ACCOUNT_NOT_FOUND");
        await s.refused(ask({ client }, { accountId: password.id }), 400, "PROVIDER_NOT_SUPPORTED");
        for (const wrong of [{}, { accountId: 1 }, { accountId: "x", useAccountCookie: true }, { useAccountCookie: false }, { accountId: "x", more: 1 }, { providerId: "github" }]) {
          await s.refused(ask({ client }, wrong), 400, "VALIDATION_ERROR");
        }
      }
      const ask = (visitor, query) => visitor.client.$fetch("/account-info", { query });
      s.sees("anonymous", (await ask(anonymous, { accountId: "x" })).error.status, 401);
      await s.refused(ask({ client }, { accountId: "x" }), 400, "ACCOUNT_NOT_FOUND");
      await s.refused(ask({ client }, { accountId: password.id }), 400, "PROVIDER_NOT_CONFIGURED");
      await s.refused(ask({ client }, {}), 400, "VALIDATION_ERROR");
    },
    "tokens of an account without much": async (s) => {
      const { client } = await s.signedUp();
      await s.control("add-account", { email: ada.email, providerId: "github", accountId: "7" });
      await s.control("add-account", { email: ada.email, providerId: "discord", accountId: "8" });
      await s.control("add-account", { email: ada.email, providerId: "vercel", accountId: "9" });
      for (const { id, providerId } of await s.ok(client.listAccounts())) {
        if (providerId === "credential") continue;
        await s.ok(client.$fetch("/get-access-token", { method: "POST", body: { accountId: id } }));
        const refused = providerId === "vercel" ? "TOKEN_REFRESH_NOT_SUPPORTED" : "REFRESH_TOKEN_NOT_FOUND";
        await s.refused(client.$fetch("/refresh-token", { method: "POST", body: { accountId: id } }), 400, refused);
      }
    },
    "unlinking": async (s) => {
      const { client } = await s.signedUp();
      await s.control("add-account", { email: ada.email, providerId: "github", accountId: "7" });
      const github = (await s.ok(client.listAccounts())).find(({ providerId }) => providerId === "github");
      await s.ok(client.unlinkAccount({ accountId: github.id }));
      await s.refused(client.unlinkAccount({ accountId: github.id }), 400, "FAILED_TO_UNLINK_LAST_ACCOUNT");
    },
  },
  socialConfigured: {
    ...urls("the configured authorization URL", { callbackURL: "/home", disableRedirect: true }),
    "a flow in a cookie": async (s) => {
      const visitor = s.visitor();
      const state = await begun(s, visitor);
      await s.leads(returned(s.visitor(), { state, code: "x" }), /\/error\?error=state_mismatch$/);
      await s.leads(returned(visitor, { state: "another", code: "x" }), /\/oops\?a=1&error=state_mismatch#top$/);
      await s.leads(returned(visitor, { state, error: "access_denied" }), /error=access_denied/);
      await s.leads(returned(visitor, { state, error: "access_denied" }), /\/error\?error=state_mismatch$/);
    },
    "a cookie that holds no flow": async (s) => {
      const visitor = s.visitor();
      visitor.jar.set("better-auth.oauth_state", "00ff");
      await s.leads(returned(visitor, { state: "x", code: "x" }), /\/error\?error=state_invalid$/);
    },
  },
  socialAnywhere: {
    "a flow that ends in another browser": async (s) => {
      const state = await begun(s, s.visitor());
      const other = s.visitor();
      await s.leads(returned(other, { state, error: "access_denied" }), /error=access_denied/);
      await s.leads(returned(other, { state, error: "access_denied" }), /error=state_mismatch/);
    },
  },
};
