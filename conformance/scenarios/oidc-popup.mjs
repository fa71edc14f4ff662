// Signing in at a provider in a popup: oidc-provider is there. In a browser: browser/social-popup.test.mjs.
import { signIn } from "../oidc/person.mjs";

// What a browser sends when a page of the server opens a window.
const opening = (s) => ({ referer: `${s.server.url}/page`, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "same-origin" });
const nonce = "00112233445566778899aabbccddeeff";

// The popup, as the official client opens it.
const start = (s, visitor, more = {}) => {
  const query = { provider: "oidc", popupOrigin: s.server.url, popupNonce: nonce, callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops", ...more };
  return visitor.raw("GET", `/oauth-popup/start?${new URLSearchParams(query)}`, { headers: opening(s) });
};

async function callback(s, visitor, { login = "ada", consent, ...more } = {}) {
  const authorizeURL = await s.leads(start(s, visitor, more), /^http:\/\/localhost:\d+\/auth\?/);
  return signIn({ authorizeURL, login, consent });
}

// Demands a page that tells its opener; resolves to what it is told.
async function told(s, response) {
  const page = await s.answers(response, 200);
  const [, message] = /<script type="application\/json" id="better-auth-oauth-popup"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
  if (!message) throw new Error(`the page tells nothing: ${page}`);
  const { type, targetOrigin, nonce: said, token, redirectTo, error } = JSON.parse(message);
  s.sees("to whom", [type, targetOrigin, said], ["better-auth:oauth-popup", s.server.url, nonce]);
  return { token, redirectTo, error };
}

const marker = ({ jar }) => jar.has("better-auth.oauth_popup");

export default {
  oidcPopup: {
    "a popup signs up, and signs in": async (s) => {
      for (const place of ["/welcome", "/home"]) {
        const visitor = s.visitor();
        const url = await callback(s, visitor);
        const { token, redirectTo, error } = await told(s, visitor.follow(url));
        s.sees("where to", [redirectTo, error], [place, undefined]);
        s.sees("the cookie is gone", marker(visitor), false);
        s.sees("user", (await s.ok(visitor.client.getSession())).user.email, "ada@example.com");
        // A page that another site embeds has no cookie, and sends the token.
        const embedded = s.visitor();
        s.sees("user by the token", (await s.ok(embedded.client.getSession({ fetchOptions: { headers: { authorization: `Bearer ${decodeURIComponent(token)}` } } }))).user.email, "ada@example.com");
        await s.leads(visitor.follow(url), /error=state_mismatch/);
      }
    },
    "a popup in which somebody declines": async (s) => {
      const visitor = s.visitor();
      const { token, redirectTo, error } = await told(s, visitor.follow(await callback(s, visitor, { consent: false })));
      s.sees("what", [token, redirectTo, error.code], [undefined, undefined, "access_denied"]);
      s.sees("session", (await visitor.client.getSession()).data, null);
      s.sees("the cookie is gone", marker(visitor), false);
    },
    "a popup whose code is none": async (s) => {
      const visitor = s.visitor();
      const url = new URL(await callback(s, visitor));
      url.searchParams.set("code", "x".repeat(43));
      const { token, error } = await told(s, visitor.follow(url.href));
      s.sees("what", [token, error.code], [undefined, "invalid_code"]);
    },
    "popups that do not begin": async (s) => {
      const visitor = s.visitor();
      for (const [more, code] of [
        [{ provider: "nowhere" }, "provider_not_found"], [{ callbackURL: "https://evil.example" }, "invalid_callback_url"],
        [{ errorCallbackURL: "https://evil.example" }, "invalid_error_callback_url"], [{ newUserCallbackURL: "https://evil.example" }, "invalid_new_user_callback_url"],
      ]) {
        const { token, error } = await told(s, start(s, visitor, more));
        s.sees("what", [token, error.code], [undefined, code]);
      }
      s.sees("cookies", [...visitor.jar.keys()], []);
    },
    "popups of pages that are not trusted": async (s) => {
      for (const popupOrigin of ["https://evil.example", "/", ""]) await s.answers(start(s, s.visitor(), { popupOrigin }), 403);
    },
    "a popup that names no page": async (s) => {
      await s.answers(s.visitor().raw("GET", "/oauth-popup/start?provider=oidc", { headers: opening(s) }), 400);
    },
    "another page opens a popup": async (s) => {
      const evil = { ...opening(s), referer: "https://evil.example/", "sec-fetch-site": "cross-site" };
      const query = new URLSearchParams({ provider: "oidc", popupOrigin: s.server.url, popupNonce: nonce });
      const { status } = await s.given(() => s.visitor().raw("GET", `/oauth-popup/start?${query}`, { headers: evil }));
      s.sees("status", status, s.either({ reference: 302, here: 403 }));
    },
    "a sign-in without a popup, while one is open": async (s) => {
      const visitor = s.visitor();
      await s.given(() => start(s, visitor));
      const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome" }));
      const back = await signIn({ authorizeURL: url, login: "ada" });
      const { status } = await s.given(() => visitor.follow(back));
      s.sees("status", status, s.either({ reference: 200, here: 302 }));
      s.sees("user", (await s.ok(visitor.client.getSession())).user.email, "ada@example.com");
    },
  },
};
