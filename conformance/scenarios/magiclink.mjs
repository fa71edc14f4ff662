// Signing in with a link in a mail.
import { ada, bob } from "../suite/world.mjs";

const { email } = ada;
const json = { "content-type": "application/json" };

// Asks for a link and resolves to the mail.
async function mailed(s, visitor, body = {}) {
  await s.ok(visitor.client.signIn.magicLink({ email, ...body }));
  return s.mail("magic-link");
}

export default {
  plain: {
    "a link signs up": async (s) => {
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor, { email: "Ada@Example.com", name: "Ada", callbackURL: "/home?a=b c", newUserCallbackURL: "/welcome" });
      await s.leads(visitor.follow(url), /\/welcome$/);
      s.sees("user", (await s.ok(visitor.client.getSession())).user.email, email);
    },
    "a link signs in": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor, { callbackURL: "/home?a=b c", newUserCallbackURL: "/welcome", metadata: { plan: "pro", seats: 2 } });
      await s.leads(visitor.follow(url), /\/home\?a=b%20c$/);
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
    },
    "a link ends at the root by itself": async (s) => {
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor);
      await s.leads(visitor.follow(url), /^http.*\/$/);
    },
    "a link that the client follows": async (s) => {
      const visitor = s.visitor();
      const { token } = await mailed(s, visitor);
      await s.ok(visitor.client.magicLink.verify({ query: { token } }));
      await s.ok(visitor.client.getSession());
    },
    "a link works once": async (s) => {
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor, { callbackURL: "/home" });
      await s.leads(visitor.follow(url), /\/home$/);
      await s.leads(s.visitor().follow(url), /\/home\?error=INVALID_TOKEN$/);
    },
    "a link expires": async (s) => {
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor, { callbackURL: "/home", errorCallbackURL: "/oops?a=1#top" });
      await s.control("expire-verifications", {});
      await s.leads(visitor.follow(url), /\/oops\?a=1&error=INVALID_TOKEN#top$/);
    },
    "links that are none": async (s) => {
      const visitor = s.visitor();
      const verify = (query) => visitor.raw("GET", `/magic-link/verify?${new URLSearchParams(query)}`);
      await s.leads(verify({ token: "x" }), /\/\?error=INVALID_TOKEN$/);
      await s.leads(verify({ token: "", callbackURL: "/a%20b" }), /\/a%20b\?error=INVALID_TOKEN$/);
      await s.answers(visitor.raw("GET", "/magic-link/verify"), 400);
      for (const name of ["callbackURL", "newUserCallbackURL", "errorCallbackURL"]) {
        await s.answers(verify({ token: "x", [name]: "https://evil.example" }), 403);
        await s.answers(verify({ token: "x", [name]: "https%3A%2F%2Fevil.example" }), 403);
      }
    },
    "the owner of an address comes by a link": async (s) => {
      const early = await s.signedUp();
      const owner = s.visitor();
      const { url } = await mailed(s, owner, { callbackURL: "/home" });
      await s.leads(owner.follow(url), /\/home$/);
      s.sees("the session of whoever signed up", (await early.client.getSession()).data, null);
      await s.refused(early.client.signIn.email({ email, password: ada.password }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "requests for a link that are refused": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.signIn.magicLink({ email: "ada" }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.magicLink({ email, name: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.magicLink({ email, metadata: "x" }), 400, "VALIDATION_ERROR");
      const evil = "https://evil.example";
      await s.refused(client.signIn.magicLink({ email, callbackURL: evil }), 403, "INVALID_CALLBACK_URL");
      await s.refused(client.signIn.magicLink({ email, newUserCallbackURL: evil }), 403, "INVALID_NEW_USER_CALLBACK_URL");
      await s.refused(client.signIn.magicLink({ email, errorCallbackURL: evil }), 403, "INVALID_ERROR_CALLBACK_URL");
    },
    "no other site asks for a link": async (s) => {
      const body = JSON.stringify({ email });
      const ask = (visitor, headers = {}) => visitor.raw("POST", "/sign-in/magic-link", { headers: { ...json, ...headers }, body });
      await s.answers(ask(s.visitor({ origin: "https://evil.example" })), 403);
      await s.answers(ask(s.visitor({ origin: null, headers: { "sec-fetch-site": "same-origin" } })), 403);
      await s.answers(ask(s.visitor({ origin: null, headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } })), 403);
      await s.answers(ask(s.visitor({ origin: null })), 200);
    },
  },
  coded: {
    "a link for whoever has an account": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      const { url } = await mailed(s, visitor, { callbackURL: "/home" });
      await s.leads(visitor.follow(url), /\/home$/);
    },
    "a link for nobody": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.magicLink({ email: bob.email, callbackURL: "/home" }));
      const { url } = await s.mail("magic-link", bob.email);
      await s.leads(visitor.follow(url), /\/home\?error=new_user_signup_disabled$/);
    },
  },
};
