// Sessions in cookies alone. There is no database to empty, so each scenario has a user of its own.
import { ada } from "../suite/world.mjs";

// With a picture and a username, since a column without a value is absent there from the reference's answers, and null with a database.
const lovelace = (name) => ({ ...ada, image: "https://example.com/ada.png", email: `${name}@example.com`, username: name });

export default {
  stateless: {
    "a session without a database": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.signUp.email(lovelace("one")));
      await s.ok(client.getSession());
      await s.ok(client.getSession({ query: { disableRefresh: true } }));
      await s.ok(client.signOut());
      s.sees("session", await s.ok(client.getSession()), null);
    },
    "a session without a database that is not remembered": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.signUp.email({ ...lovelace("two"), rememberMe: false }));
      await s.ok(client.getSession());
    },
    "a session without a database outlives its end": async (s) => {
      const who = lovelace("three");
      const here = await s.signedUp(who);
      const there = await s.signedIn(who);
      await s.ok(there.client.revokeOtherSessions());
      s.sees("whose session", (await s.ok(here.client.getSession())).user.email, who.email);
    },
    "a session without a database whose copy is gone": async (s) => {
      const visitor = await s.signedUp(lovelace("four"));
      visitor.jar.set("better-auth.session_data", "nonsense");
      await visitor.client.getSession();
    },
    "changing the user without a database": async (s) => {
      const { client } = await s.signedUp(lovelace("five"));
      await s.ok(client.updateUser({ name: "Countess" }));
      s.sees("name", (await s.ok(client.getSession())).user.name, "Countess");
    },
  },
};
