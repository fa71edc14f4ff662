// Forgetting, changing and checking a password.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const newPassword = "another password";
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

export default {
  plain: {
    "a password that was forgotten": async (s) => {
      const here = await s.verified();
      const { client } = s.visitor();
      await s.ok(client.requestPasswordReset({ email, redirectTo: "/reset" }));
      const { url, token } = await s.mail("reset-password-token");
      await s.leads(s.visitor().follow(url), /\/reset\?token=/);
      await s.ok(client.resetPassword({ newPassword, token }));
      await s.refused(client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.ok(client.signIn.email({ email, password: newPassword }));
      s.sees("sessions live on", (await s.ok(here.client.getSession())).user.email, email);
    },
    "a password of an address that nobody had proven": async (s) => {
      const early = await s.signedUp();
      const { client } = s.visitor();
      await s.given(() => s.ok(client.requestPasswordReset({ email })));
      const { token } = await s.given(() => s.mail("reset-password-token"));
      await s.ok(client.resetPassword({ newPassword, token }));
      await s.onlyHere(async () => {
        s.sees("the session of whoever signed up", await s.ok(early.client.getSession()), null);
        const { user } = await s.ok(client.signIn.email({ email, password: newPassword }));
        s.sees("emailVerified", user.emailVerified, true);
      });
    },
    "a reset without somewhere to go": async (s) => {
      await s.signedUp();
      await s.ok(s.visitor().client.requestPasswordReset({ email }));
      const { url } = await s.mail("reset-password-token");
      await s.leads(s.visitor().follow(url), /\/error\?error=INVALID_TOKEN/);
    },
    "a reset that leads to another page with a query": async (s) => {
      await s.signedUp();
      await s.ok(s.visitor().client.requestPasswordReset({ email, redirectTo: `${s.server.url}/reset?lang=de#form` }));
      const { url } = await s.mail("reset-password-token");
      await s.leads(s.visitor().follow(url), /\/reset\?lang=de&token=.*#form/);
    },
    "an unknown address gets the same answer and no mail": async (s) => {
      await s.ok(s.visitor().client.requestPasswordReset({ email, redirectTo: "/reset" }));
      await s.noMail("reset-password-token");
    },
    "a reset mail that cannot be sent": async (s) => {
      await s.signedUp();
      await s.control("set-reset-password-mode", { mode: "throw" });
      await s.ok(s.visitor().client.requestPasswordReset({ email }));
      await s.noMail("reset-password-token");
    },
    "a reset for no address, and to a foreign page": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.requestPasswordReset({ email: "ada" }), 400, "VALIDATION_ERROR");
      await s.refused(client.requestPasswordReset({ email, redirectTo: "https://evil.example/reset" }), 403, "INVALID_REDIRECT_URL");
      await s.refused(client.requestPasswordReset({ email, redirectTo: "//evil.example" }), 403, "INVALID_REDIRECT_URL");
    },
    "links with a token that is none": async (s) => {
      await s.leads(s.visitor().raw("GET", "/reset-password/unknown?callbackURL=%2Freset"), /\/reset\?error=INVALID_TOKEN/);
      await s.leads(s.visitor().raw("GET", "/reset-password/unknown?callbackURL=%2Freset%3Fa%3Db"), /\/reset\?a=b&error=INVALID_TOKEN/);
    },
    "links with a token that has expired": async (s) => {
      await s.signedUp();
      await s.control("seed-reset-password-token", { email, token: "an-old-token", expiresAt: "2020-01-01T00:00:00.000Z" });
      await s.leads(s.visitor().raw("GET", "/reset-password/an-old-token?callbackURL=%2Freset"), /error=INVALID_TOKEN/);
      await s.refused(s.visitor().client.resetPassword({ newPassword, token: "an-old-token" }), 400, "INVALID_TOKEN");
    },
    "links to foreign pages, and to none": async (s) => {
      const visitor = s.visitor();
      await s.refused(visitor.client.$fetch("/reset-password/unknown", { query: { callbackURL: "https://evil.example" } }), 403, "INVALID_CALLBACK_URL");
      await s.refused(visitor.client.$fetch("/reset-password/unknown"), 400, "VALIDATION_ERROR");
    },
    "a token works once": async (s) => {
      await s.signedUp();
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      const { client } = s.visitor();
      await s.ok(client.resetPassword({ newPassword, token: "a-seeded-token" }));
      await s.refused(client.resetPassword({ newPassword, token: "a-seeded-token" }), 400, "INVALID_TOKEN");
    },
    "a token in the query": async (s) => {
      await s.signedUp();
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(s.visitor().client.resetPassword({ newPassword, query: { token: "a-seeded-token" } }));
    },
    "a token survives a password that does not do": async (s) => {
      await s.signedUp();
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      const { client } = s.visitor();
      await s.refused(client.resetPassword({ newPassword: "short", token: "a-seeded-token" }), 400, "PASSWORD_TOO_SHORT");
      await s.refused(client.resetPassword({ newPassword: "x".repeat(129), token: "a-seeded-token" }), 400, "PASSWORD_TOO_LONG");
      await s.ok(client.resetPassword({ newPassword, token: "a-seeded-token" }));
    },
    "a reset without a token or a password": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.resetPassword({ newPassword }), 400, "INVALID_TOKEN");
      await s.refused(client.resetPassword({ token: "a-token" }), 400, "VALIDATION_ERROR");
      await s.refused(client.resetPassword({ newPassword: 12345678, token: "a-token" }), 400, "VALIDATION_ERROR");
    },
    "a reset for a user who is gone": async (s) => {
      const visitor = await s.signedUp();
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(visitor.client.deleteUser({ password }));
      await s.refused(s.visitor().client.resetPassword({ newPassword, token: "a-seeded-token" }), 400, s.either({ reference: "USER_NOT_FOUND", here: "INVALID_TOKEN" }));
    },
    "a reset gives a password to who had none": async (s) => {
      const visitor = await s.verified();
      await s.control("remove-credential-account", { email });
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(s.visitor().client.resetPassword({ newPassword, token: "a-seeded-token" }));
      await s.ok(s.visitor().client.signIn.email({ email, password: newPassword }));
      s.sees("accounts", (await s.ok(visitor.client.listAccounts())).map(({ providerId }) => providerId), ["credential"]);
    },
    "changing the password": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      const { token } = await s.ok(here.client.changePassword({ currentPassword: password, newPassword }));
      s.sees("token", token, null);
      await s.refused(s.visitor().client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.ok(s.visitor().client.signIn.email({ email, password: newPassword }));
      s.sees("the other session lives on", (await s.ok(there.client.getSession())).user.email, email);
    },
    "changing the password and ending other sessions": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      const { session: before } = await s.ok(here.client.getSession());
      await s.ok(here.client.changePassword({ currentPassword: password, newPassword, revokeOtherSessions: true }));
      const { session, user } = await s.ok(here.client.getSession());
      s.sees("whose session", user.email, email);
      s.sees("the token is the same", session.token === before.token, false);
      s.sees("the id is the same", session.id === before.id, s.either({ reference: false, here: true }));
      s.sees("the other session", await s.ok(there.client.getSession()), null);
    },
    "changing the password without the right one": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.changePassword({ currentPassword: "not the password", newPassword }), 400, "INVALID_PASSWORD");
      await s.refused(client.changePassword({ currentPassword: password, newPassword: "short" }), 400, "PASSWORD_TOO_SHORT");
      await s.refused(client.changePassword({ currentPassword: password, newPassword: "x".repeat(129) }), 400, "PASSWORD_TOO_LONG");
      await s.refused(client.changePassword({ newPassword }), 400, "VALIDATION_ERROR");
      await s.refused(client.changePassword({ currentPassword: password, newPassword, revokeOtherSessions: "yes" }), 400, "VALIDATION_ERROR");
      await s.refused(s.visitor().client.changePassword({ currentPassword: password, newPassword }), 401, "UNAUTHORIZED");
      await s.control("remove-credential-account", { email });
      await s.refused(client.changePassword({ currentPassword: password, newPassword }), 400, "CREDENTIAL_ACCOUNT_NOT_FOUND");
    },
    "asking for the password again": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.verifyPassword({ password }));
      await s.refused(client.verifyPassword({ password: "not the password" }), 400, "INVALID_PASSWORD");
      await s.refused(client.verifyPassword({ password: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(s.visitor().client.verifyPassword({ password }), 401, "UNAUTHORIZED");
      await s.control("remove-credential-account", { email });
      await s.refused(client.verifyPassword({ password }), 400, "INVALID_PASSWORD");
    },
    "setting a password is for servers only": async (s) => {
      const { client } = await s.signedUp(bob);
      await s.refused(client.setPassword({ newPassword }), 404, s.either({ reference: "Not Found", here: "NOT_FOUND" }));
    },
  },
  strict: {
    "a reset that ends all sessions": async (s) => {
      const here = s.visitor();
      await s.given(() => s.ok(here.client.signUp.email(ada)));
      const { url } = await s.given(() => s.mail("verification-email"));
      await s.given(() => s.leads(here.follow(url), /./));
      s.sees("whose session", (await s.ok(here.client.getSession())).user.email, email);
      await s.control("seed-reset-password-token", { email, token: "a-seeded-token", expiresAt: inAnHour() });
      await s.ok(s.visitor().client.resetPassword({ newPassword, token: "a-seeded-token" }));
      s.sees("session", await s.ok(here.client.getSession()), null);
    },
  },
  bare: {
    "a reset where there is no mail": async (s) => {
      await s.refused(s.visitor().client.requestPasswordReset({ email }), 400, "RESET_PASSWORD_DISABLED");
    },
  },
};
