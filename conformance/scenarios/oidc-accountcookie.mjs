// The account that somebody signed in with, as a cookie of their browser: oidc-provider is there.
import { signIn } from "../oidc/person.mjs";

async function enter(s, visitor, login = "ada") {
  const { url } = await s.ok(visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops" }));
  await s.leads(visitor.follow(await signIn({ authorizeURL: url, login })), /\/(home|welcome)$/);
}

const arrived = (s, login) =>
  s.given(async () => {
    const visitor = s.visitor();
    await enter(s, visitor, login);
    return visitor;
  });

const ask = ({ client }, path, body = { useAccountCookie: true }) => client.$fetch(path, { method: "POST", body });
const accountOf = async (s, { client }) => (await s.ok(client.listAccounts())).find(({ providerId }) => providerId === "oidc");
const names = ({ jar }) => [...jar.keys()].filter((name) => name.startsWith("better-auth.account_data")).sort();

export default {
  oidcAccountCookie: {
    "the account in a cookie": async (s) => {
      const visitor = s.visitor();
      await enter(s, visitor);
      s.sees("cookies", names(visitor), ["better-auth.account_data"]);
      const first = await s.ok(ask(visitor, "/get-access-token"));
      const { id } = await accountOf(s, visitor);
      s.sees("the same", (await s.ok(ask(visitor, "/get-access-token", { accountId: id }))).accessToken === first.accessToken, true);
      await s.ok(visitor.client.$fetch("/account-info", { query: { accountId: id } }));
      const second = await s.ok(ask(visitor, "/refresh-token"));
      s.sees("refreshed", second.accessToken === first.accessToken, false);
      s.sees("kept", (await s.ok(ask(visitor, "/get-access-token"))).accessToken === second.accessToken, true);
      await s.ok(ask(visitor, "/refresh-token"));
      // Whenever the session's copy is made anew, so is the account's.
      await s.ok(visitor.client.getSession({ query: { disableCookieCache: true } }));
      await s.ok(ask(visitor, "/get-access-token"));
      await s.ok(visitor.client.signOut());
      s.sees("cookies in the end", names(visitor), []);
    },
    "the account in a cookie is about to expire": async (s) => {
      await s.server.provider.control("settings", { accessTokenTTL: 4 });
      try {
        const visitor = await arrived(s);
        const first = await s.ok(ask(visitor, "/get-access-token"));
        const second = await s.ok(ask(visitor, "/get-access-token"));
        s.sees("the same", first.accessToken === second.accessToken, false);
      } finally {
        await s.server.provider.control("settings", { accessTokenTTL: 3600 });
      }
    },
    "an account that does not fit into one cookie": async (s) => {
      await s.server.provider.control("settings", { idTokenClaims: true });
      try {
        await s.server.provider.control("accounts", { login: "wordy", picture: `https://example.com/${"p".repeat(3000)}` });
        const visitor = s.visitor();
        await s.given(() => enter(s, visitor, "wordy"));
        s.sees("cookies", names(visitor), ["better-auth.account_data.0", "better-auth.account_data.1"]);
        s.sees("token", typeof (await s.given(() => s.ok(ask(visitor, "/get-access-token")))).accessToken, "string");
        await s.given(() => s.ok(visitor.client.signOut()));
        s.sees("cookies in the end", names(visitor), []);
      } finally {
        await s.server.provider.control("settings", { idTokenClaims: false });
      }
    },
    "the account in a cookie of somebody else": async (s) => {
      const [visitor, other] = [await arrived(s), await arrived(s, "bob")];
      visitor.jar.set("better-auth.account_data", other.jar.get("better-auth.account_data"));
      await s.refused(ask(visitor, "/get-access-token"), 400, "ACCOUNT_NOT_FOUND");
      await s.refused(ask(visitor, "/refresh-token"), 400, "ACCOUNT_NOT_FOUND");
    },
    "an account cookie that is none": async (s) => {
      const visitor = await arrived(s);
      const value = visitor.jar.get("better-auth.account_data");
      for (const broken of [`${value}x`, value.slice(1), "{}", visitor.jar.get("better-auth.session_data")]) {
        visitor.jar.set("better-auth.account_data", broken);
        await s.refused(ask(visitor, "/get-access-token"), 400, "ACCOUNT_NOT_FOUND");
      }
      visitor.jar.delete("better-auth.account_data");
      await s.refused(ask(visitor, "/get-access-token"), 400, "ACCOUNT_NOT_FOUND");
      visitor.jar.set("better-auth.account_data", value);
      await s.given(async () => {
        for (const body of [{ useAccountCookie: false }, { useAccountCookie: true, accountId: "x" }, {}]) await s.refused(ask(visitor, "/get-access-token", body), 400, "VALIDATION_ERROR");
        // In a query it is text, which neither server takes for true.
        await s.refused(visitor.client.$fetch("/account-info", { query: { useAccountCookie: true } }), 400, "VALIDATION_ERROR");
        const stranger = s.visitor();
        stranger.jar.set("better-auth.account_data", value);
        await s.answers(stranger.raw("POST", "/get-access-token", { headers: { "content-type": "application/json" }, body: JSON.stringify({ useAccountCookie: true }) }), 401);
      });
    },
    "the account in a cookie is unlinked": async (s) => {
      const visitor = await arrived(s);
      const { id } = await accountOf(s, visitor);
      await s.given(() => s.control("add-account", { email: "ada@example.com", providerId: "other", accountId: "x" }));
      await s.ok(visitor.client.unlinkAccount({ accountId: id }));
      const { status } = await s.given(() => visitor.raw("POST", "/get-access-token", { headers: { "content-type": "application/json" }, body: JSON.stringify({ useAccountCookie: true }) }));
      s.sees("status", status, s.either({ reference: 200, here: 400 }));
    },
  },
};
