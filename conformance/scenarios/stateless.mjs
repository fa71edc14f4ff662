// Sessions in cookies alone. There is no database to empty, so each scenario has a user of its own.
import { ada } from "../suite/world.mjs";

// With a picture, since a column without a value is absent there from the reference's answers, and null with a database.
const lovelace = { ...ada, image: "https://example.com/ada.png" };

export default {
  stateless: {
    "a session without a database": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.signUp.email({ ...lovelace, email: "one@example.com" }));
      await s.ok(client.getSession());
      await s.ok(client.getSession({ query: { disableRefresh: true } }));
      await s.ok(client.signOut());
      s.sees("session", await s.ok(client.getSession()), null);
    },
    "a session without a database that is not remembered": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.signUp.email({ ...lovelace, email: "two@example.com", rememberMe: false }));
      await s.ok(client.getSession());
    },
    "a session without a database outlives its end": async (s) => {
      const who = { ...lovelace, email: "three@example.com" };
      const here = await s.signedUp(who);
      const there = await s.signedIn(who);
      await s.ok(there.client.revokeOtherSessions());
      s.sees("whose session", (await s.ok(here.client.getSession())).user.email, who.email);
    },
    "a session without a database whose copy is gone": async (s) => {
      const visitor = await s.signedUp({ ...lovelace, email: "four@example.com" });
      visitor.jar.set("better-auth.session_data", "nonsense");
      await visitor.client.getSession();
    },
    "changing the user without a database": async (s) => {
      const { client } = await s.signedUp({ ...lovelace, email: "five@example.com" });
      await s.ok(client.updateUser({ name: "Countess" }));
      s.sees("name", (await s.ok(client.getSession())).user.name, "Countess");
    },
  },
};
