// Additional columns of users and sessions: input, default, required, checked, and never returned.
import { ada } from "../suite/world.mjs";

const who = { ...ada, birthYear: 1815 };

export default {
  fields: {
    "additional columns at sign-up": async (s) => {
      const { client } = s.visitor();
      const { user } = await s.ok(client.signUp.email({ ...who, nickname: "Countess", note: "nobody sees this" }));
      s.sees("columns", [user.birthYear, user.plan, user.nickname, user.note], [1815, "free", "Countess", undefined]);
      const { session } = await s.ok(client.getSession());
      s.sees("columns of the session", [session.theme, session.channel], [null, "web"]);
    },
    "additional columns in every answer that has the user": async (s) => {
      await s.signedUp({ ...who, nickname: "Countess", note: "nobody sees this" });
      const { client } = s.visitor();
      await s.ok(client.signIn.email(ada));
      await s.ok(client.revokeOtherSessions());
      await s.ok(client.getSession());
      await s.ok(client.getSession({ query: { disableCookieCache: true } }));
      await s.ok(client.listSessions());
      await s.ok(client.changePassword({ currentPassword: ada.password, newPassword: "another password", revokeOtherSessions: true }));
    },
    "a column that is required": async (s) => {
      await s.refused(s.visitor().client.signUp.email(ada), 400, "MISSING_FIELD");
    },
    "a column that clients may not set": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email({ ...who, plan: "gold" }));
      s.sees("plan", user.plan, "free");
    },
    "a column that clients may not set, later": async (s) => {
      const { client } = await s.signedUp(who);
      await s.refused(client.updateUser({ plan: "gold" }), 400, "FIELD_NOT_ALLOWED");
      s.sees("plan", (await s.ok(client.getSession())).user.plan, "free");
    },
    "a column with a value that does not fit": async (s) => {
      await s.refused(s.visitor().client.signUp.email({ ...who, nickname: "C" }), 400, "VALIDATION_ERROR");
    },
    "a column with a value that does not fit, later": async (s) => {
      const { client } = await s.signedUp(who);
      await s.refused(client.updateUser({ nickname: "C" }), 400, "VALIDATION_ERROR");
    },
    "changing additional columns of the user": async (s) => {
      const { client } = await s.signedUp(who);
      await s.ok(client.updateUser({ nickname: "Countess", birthYear: 1816, note: "nobody sees this" }));
      const { user } = await s.ok(client.getSession());
      s.sees("columns", [user.birthYear, user.nickname, user.note], [1816, "Countess", undefined]);
    },
    "changing additional columns of the session": async (s) => {
      const { client } = await s.signedUp(who);
      const { session } = await s.ok(client.updateSession({ theme: "dark" }));
      s.sees("theme", session.theme, "dark");
      s.sees("theme", (await s.ok(client.getSession())).session.theme, "dark");
      s.sees("theme", (await s.ok(client.getSession({ query: { disableCookieCache: true } }))).session.theme, "dark");
    },
    "a column of the session that clients may not set": async (s) => {
      const { client } = await s.signedUp(who);
      await s.refused(client.updateSession({ channel: "app" }), 400, "FIELD_NOT_ALLOWED");
    },
  },
};
