// How often a client may call. Each scenario has an address of its own: counts outlive the reset of the database.
import { ada } from "../suite/world.mjs";

const { email, password } = ada;
const tooMany = (s) => s.either({ reference: "Too many requests. Please try again later.", here: "TOO_MANY_REQUESTS" });

export default {
  limited: {
    "three sign-ins in ten seconds": async (s) => {
      const { client } = s.visitor({ address: "198.51.100.1" });
      for (let i = 0; i < 3; i++) await s.refused(client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(client.signIn.email({ email, password }), 429, tooMany(s));
      await s.ok(client.getSession());
    },
    "clients and paths are counted apart": async (s) => {
      const [here, there] = [s.visitor({ address: "198.51.100.2" }), s.visitor({ address: "198.51.100.3" })];
      for (let i = 0; i < 3; i++) await s.refused(here.client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(here.client.signIn.email({ email, password }), 429, tooMany(s));
      await s.ok(here.client.signUp.email(ada));
      await s.ok(there.client.signIn.email({ email, password }));
    },
    "addresses of one IPv6 network count as one": async (s) => {
      const from = (address) => s.visitor({ address }).client.signIn.email({ email, password });
      for (const address of ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:0db8:0001:0002:ffff::"]) await s.refused(from(address), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(from("2001:db8:1:2:3:4:5:6"), 429, tooMany(s));
      await s.refused(from("2001:db8:1:3::1"), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "three resets and three verification mails a minute": async (s) => {
      const { client } = s.visitor({ address: "198.51.100.4" });
      for (let i = 0; i < 3; i++) await s.ok(client.requestPasswordReset({ email }));
      await s.refused(client.requestPasswordReset({ email }), 429, tooMany(s));
    },
    "changes of password and address": async (s) => {
      const { client } = await s.signedUp(ada, { address: "198.51.100.5" });
      const wrong = { currentPassword: "not the password", newPassword: "another password" };
      for (let i = 0; i < 3; i++) await s.refused(client.changePassword(wrong), 400, "INVALID_PASSWORD");
      await s.refused(client.changePassword(wrong), 429, tooMany(s));
      for (let i = 0; i < 3; i++) await s.refused(client.changeEmail({ newEmail: email }), 400, "Email is the same");
      await s.refused(client.changeEmail({ newEmail: email }), 429, tooMany(s));
    },
    "rules of the application": async (s) => {
      const { client } = await s.signedUp(ada, { address: "198.51.100.6" });
      for (let i = 0; i < 2; i++) await s.ok(client.listSessions());
      await s.refused(client.listSessions(), 429, tooMany(s));
      await s.ok(client.passkey.listUserPasskeys());
      await s.refused(client.passkey.listUserPasskeys(), 429, tooMany(s));
    },
    "a path without a limit": async (s) => {
      const { client } = s.visitor({ address: "198.51.100.7" });
      for (let i = 0; i < 110; i++) await s.given(() => s.ok(client.signOut()));
      await s.ok(client.signOut());
    },
    "the general limit, on paths that do not exist too": async (s) => {
      const visitor = s.visitor({ address: "198.51.100.8" });
      for (let i = 0; i < 100; i++) await s.given(() => s.answers(visitor.raw("GET", "/nothing"), 404));
      await s.answers(visitor.raw("GET", "/nothing"), 429);
    },
  },
};
