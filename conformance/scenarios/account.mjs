// Changing and deleting the user, and the ways they sign in.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const day = 86_400;

export default {
  plain: {
    "changing name and picture": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.updateUser({ name: "Countess Løvelace", image: "https://example.com/ada.png" }));
      await s.ok(client.getSession());
      await s.ok(client.updateUser({ image: null }));
      s.sees("image", (await s.ok(client.getSession())).user.image, null);
    },
    "what nobody may change about the user": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.updateUser({ email: bob.email }), 400, "EMAIL_CAN_NOT_BE_UPDATED");
      await s.refused(client.updateUser({ emailVerified: true }), 400, "No fields to update");
      await s.refused(client.updateUser({ id: "mine", createdAt: "2000-01-01T00:00:00.000Z" }), 400, "No fields to update");
      await s.refused(client.$fetch("/update-user", { method: "POST", body: {} }), 400, "No fields to update");
      await s.refused(client.$fetch("/update-user", { method: "POST", body: ["name"] }), 400, "VALIDATION_ERROR");
      await s.refused(s.visitor().client.updateUser({ name: "Mallory" }), 401, "UNAUTHORIZED");
    },
    "the accounts of a user": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.listAccounts());
      await s.control("add-account", { email, providerId: "github", accountId: "4711" });
      const listed = await s.ok(client.listAccounts());
      s.sees("providers", listed.map(({ providerId }) => providerId).sort(), ["credential", "github"]);
      s.sees("scopes", listed.find(({ providerId }) => providerId === "github").scopes, ["read", "write"]);
      await s.refused(s.visitor().client.listAccounts(), 401, "UNAUTHORIZED");
    },
    "an account is unlinked, but never the last one": async (s) => {
      const { client } = await s.signedUp();
      await s.control("add-account", { email, providerId: "github", accountId: "4711" });
      const github = (await s.ok(client.listAccounts())).find(({ providerId }) => providerId === "github");
      await s.refused(client.unlinkAccount({ accountId: "unknown" }), 400, "ACCOUNT_NOT_FOUND");
      await s.ok(client.unlinkAccount({ accountId: github.id }));
      const [last] = await s.ok(client.listAccounts());
      await s.refused(client.unlinkAccount({ accountId: last.id }), 400, "FAILED_TO_UNLINK_LAST_ACCOUNT");
    },
    "an account of somebody else": async (s) => {
      const { client } = await s.signedUp();
      await s.control("add-account", { email, providerId: "github", accountId: "4711" });
      const other = await s.signedUp(bob);
      const [account] = (await other.client.listAccounts()).data;
      await s.refused(client.unlinkAccount({ accountId: account.id }), 400, "ACCOUNT_NOT_FOUND");
      s.sees("how many", (await s.ok(other.client.listAccounts())).length, 1);
    },
    "unlinking needs a session that is fresh": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.unlinkAccount({ accountId: 1 }), 400, "VALIDATION_ERROR");
      await s.control("age-sessions", { seconds: day });
      await s.refused(client.unlinkAccount({ accountId: "x" }), 403, "SESSION_NOT_FRESH");
      await s.refused(s.visitor().client.unlinkAccount({ accountId: "x" }), 401, "UNAUTHORIZED");
    },
    "deleting the user with the password": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.deleteUser({ password: "not the password" }), 400, "INVALID_PASSWORD");
      await s.ok(client.deleteUser({ password }));
      s.sees("session", await s.ok(client.getSession()), null);
      await s.refused(s.visitor().client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.ok(s.visitor().client.signUp.email(ada));
    },
    "deleting the user with a fresh session": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      await s.ok(here.client.deleteUser());
      s.sees("the other session", await s.ok(there.client.getSession()), null);
    },
    "deleting the user with a session that is not fresh": async (s) => {
      const { client } = await s.signedUp();
      await s.control("age-sessions", { seconds: day });
      await s.refused(client.deleteUser(), 400, "SESSION_EXPIRED");
      await s.ok(client.deleteUser({ password }));
    },
    "deleting the user needs a session, and fitting members": async (s) => {
      await s.refused(s.visitor().client.deleteUser({ password }), 401, "UNAUTHORIZED");
      const { client } = await s.signedUp();
      await s.refused(client.deleteUser({ password: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.deleteUser({ password, callbackURL: "https://evil.example" }), 403, "INVALID_CALLBACK_URL");
    },
    "deleting a user who has no password": async (s) => {
      const { client } = await s.signedUp();
      await s.control("remove-credential-account", { email });
      await s.refused(client.deleteUser({ password }), 400, "CREDENTIAL_ACCOUNT_NOT_FOUND");
      await s.ok(client.deleteUser());
    },
    "deleting the user with a token": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.deleteUser({ token: "unknown" }), 404, "INVALID_TOKEN");
      await s.control("seed-delete-user-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(client.deleteUser({ token: "a-seeded-token" }));
      s.sees("session", await s.ok(client.getSession()), null);
    },
    "deleting the user by a link": async (s) => {
      const visitor = await s.signedUp();
      await s.control("seed-delete-user-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.leads(visitor.raw("GET", "/delete-user/callback?token=a-seeded-token&callbackURL=%2Fgoodbye"), /^\/goodbye$/);
      s.sees("session", await s.ok(visitor.client.getSession()), null);
    },
    "deleting the user by a link without somewhere to go": async (s) => {
      const visitor = await s.signedUp();
      await s.control("seed-delete-user-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(visitor.client.deleteUser.callback({ query: { token: "a-seeded-token" } }));
    },
    "links for deletion that do not work": async (s) => {
      const visitor = await s.signedUp();
      const other = await s.signedUp(bob);
      const callback = (from, token) => from.client.deleteUser.callback({ query: { token } });
      await s.control("seed-delete-user-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.control("seed-delete-user-token", { email, token: "an-old-token", expiresAt: "2020-01-01T00:00:00.000Z" });
      await s.refused(callback(s.visitor(), "a-seeded-token"), 404, "FAILED_TO_GET_USER_INFO");
      await s.refused(callback(visitor, "unknown"), 404, "INVALID_TOKEN");
      await s.refused(callback(visitor, "an-old-token"), 404, "INVALID_TOKEN");
      await s.refused(callback(other, "a-seeded-token"), 404, "INVALID_TOKEN");
      await s.refused(visitor.client.$fetch("/delete-user/callback"), 400, "VALIDATION_ERROR");
      await s.refused(visitor.client.$fetch("/delete-user/callback?token=x&callbackURL=https://evil.example"), 403, "INVALID_CALLBACK_URL");
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, email);
      s.sees("the other's", (await s.ok(other.client.getSession())).user.email, bob.email);
    },
  },
  cached: {
    "a change of the user is seen in the cached session": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.updateUser({ name: "Countess" }));
      s.sees("name", (await s.ok(client.getSession())).user.name, "Countess");
    },
    "a new password ends other sessions and caches the new one": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.changePassword({ currentPassword: password, newPassword: "another password", revokeOtherSessions: true }));
      await s.ok(client.getSession());
    },
    "deleting the user clears the cached session": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.deleteUser({ password }));
      s.sees("session", await s.ok(client.getSession()), null);
    },
  },
  strict: {
    "deleting the user takes a mail": async (s) => {
      const visitor = s.visitor();
      await s.given(() => s.ok(visitor.client.signUp.email(ada)));
      await s.given(async () => s.leads(visitor.follow((await s.mail("verification-email")).url), /./));
      await s.refused(visitor.client.deleteUser({ password: "not the password" }), 400, "INVALID_PASSWORD");
      await s.ok(visitor.client.deleteUser({ password, callbackURL: "/goodbye" }));
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, email);
      const { url } = await s.mail("delete-user-email");
      await s.leads(visitor.follow(url), /^\/goodbye$/);
      s.sees("session", await s.ok(visitor.client.getSession()), null);
    },
  },
};
