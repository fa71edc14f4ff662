// Reading, listing, prolonging, changing and ending sessions.
import { ada } from "../suite/world.mjs";

const day = 86_400;

export default {
  plain: {
    "nobody is signed in": async (s) => {
      s.sees("session", await s.ok(s.visitor().client.getSession()), null);
    },
    "a session read in every way": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.getSession());
      await s.ok(client.getSession({ query: { disableCookieCache: true } }));
      await s.ok(client.getSession({ query: { disableRefresh: true } }));
    },
    "useSession sees who is signed in": async (s) => {
      const visitor = await s.signedUp();
      const seen = await new Promise((resolve) => {
        const stop = visitor.atoms.useSession.subscribe((state) => {
          if (!state.isPending) resolve(state);
          return () => stop();
        });
      });
      s.sees("error", seen.error, null);
      s.sees("user", seen.data.user.email, ada.email);
    },
    "a session is prolonged when it is a day old": async (s) => {
      const { client } = await s.signedUp();
      await s.control("age-sessions", { seconds: 2 * day });
      await s.ok(client.getSession({ query: { disableRefresh: true } }));
      await s.ok(client.getSession());
      await s.ok(client.getSession());
    },
    "a session that is not remembered is not prolonged": async (s) => {
      await s.signedUp();
      const { client } = s.visitor();
      await s.given(() => s.ok(client.signIn.email({ ...ada, rememberMe: false })));
      await s.control("age-sessions", { seconds: day - 60 });
      await s.ok(client.getSession());
    },
    "a session that has expired": async (s) => {
      const { client } = await s.signedUp();
      await s.control("age-sessions", { seconds: 8 * day });
      s.sees("session", await s.ok(client.getSession()), null);
    },
    "a session that was ended elsewhere": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      await s.given(() => s.ok(there.client.revokeOtherSessions()));
      s.sees("session", await s.ok(here.client.getSession()), null);
    },
    "cookies that were tampered with": async (s) => {
      const visitor = await s.signedUp();
      const [[name, value]] = visitor.jar;
      for (const forged of [value.replace(/^./, (c) => (c === "a" ? "b" : "a")), value.slice(0, -6), value.split(".")[0], "%", ""]) {
        visitor.jar.set(name, forged);
        s.sees("session", await s.ok(visitor.client.getSession()), null);
      }
    },
    "get-session by POST": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.$fetch("/get-session", { method: "POST" }), 405, "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED");
      await s.refused(s.visitor().client.$fetch("/get-session", { method: "POST" }), 405, "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED");
    },
    "the one session there is, listed": async (s) => {
      const { client } = await s.signedUp();
      const listed = await s.ok(client.listSessions());
      s.sees("how many", listed.length, 1);
    },
    "all sessions, listed": async (s) => {
      await s.signedUp();
      const { client } = await s.signedIn();
      const listed = await s.ok(client.listSessions());
      s.sees("how many", listed.length, 2);
    },
    "listing sessions needs one that is fresh": async (s) => {
      await s.refused(s.visitor().client.listSessions(), 401, "UNAUTHORIZED");
      const { client } = await s.signedUp();
      await s.control("age-sessions", { seconds: day });
      await s.refused(client.listSessions(), 403, "SESSION_NOT_FRESH");
    },
    "ending one session": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      const { session } = (await there.client.getSession()).data;
      await s.ok(here.client.revokeSession({ token: session.token }));
      s.sees("session", await s.ok(there.client.getSession()), null);
      await s.ok(here.client.getSession());
    },
    "ending a session of somebody else changes nothing": async (s) => {
      const { client } = await s.signedUp();
      const bob = await s.signedUp({ ...ada, email: "bob@example.com" });
      const { session } = (await bob.client.getSession()).data;
      await s.ok(client.revokeSession({ token: session.token }));
      await s.ok(client.revokeSession({ token: "unknown" }));
      s.sees("whose session", (await s.ok(bob.client.getSession())).user.email, "bob@example.com");
    },
    "ending a session needs its token, and one's own": async (s) => {
      await s.refused(s.visitor().client.revokeSession({ token: "x" }), 401, "UNAUTHORIZED");
      const { client } = await s.signedUp();
      await s.refused(client.revokeSession({ token: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.revokeSession({ no: "token" }), 400, "VALIDATION_ERROR");
    },
    "ending all sessions": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      await s.ok(here.client.revokeSessions());
      s.sees("session", await s.ok(there.client.getSession()), null);
      s.sees("own session", await s.ok(here.client.getSession()), null);
      await s.refused(s.visitor().client.revokeSessions(), 401, "UNAUTHORIZED");
    },
    "ending all other sessions": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      await s.ok(here.client.revokeOtherSessions());
      s.sees("session", await s.ok(there.client.getSession()), null);
      s.sees("how many", (await s.ok(here.client.listSessions())).length, 1);
      await s.refused(s.visitor().client.revokeOtherSessions(), 401, "UNAUTHORIZED");
    },
    "changing a session without columns of its own": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.updateSession({ theme: "dark" }), 400, "No fields to update");
      await s.refused(client.updateSession({ userId: "somebody", expiresAt: "2030-01-01T00:00:00.000Z" }), 400, "No fields to update");
      await s.refused(s.visitor().client.updateSession({ theme: "dark" }), 401, "UNAUTHORIZED");
    },
    "what a session is changed to has to be an object": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.$fetch("/update-session", { method: "POST", body: ["a"] }), 400, "VALIDATION_ERROR");
    },
  },
  cached: {
    "a session read from its cookie": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email(ada));
      await s.ok(visitor.client.getSession());
      await s.ok(visitor.client.getSession({ query: { disableCookieCache: true } }));
      await s.ok(visitor.client.signOut());
    },
    "a session that was ended elsewhere lives on in its cookie": async (s) => {
      const here = await s.signedUp();
      const there = await s.signedIn();
      await s.ok(there.client.revokeOtherSessions());
      s.sees("whose session", (await s.ok(here.client.getSession())).user.email, ada.email);
      await s.refused(here.client.verifyPassword({ password: ada.password }), 401, "UNAUTHORIZED");
      s.sees("session", await s.ok(here.client.getSession({ query: { disableCookieCache: true } })), null);
    },
    "a cached session that was tampered with": async (s) => {
      const visitor = await s.signedUp();
      const name = "better-auth.session_data";
      const data = JSON.parse(Buffer.from(visitor.jar.get(name), "base64url"));
      data.session.user.name = "Mallory";
      visitor.jar.set(name, Buffer.from(JSON.stringify(data)).toString("base64url"));
      s.sees("name", (await s.ok(visitor.client.getSession())).user.name, ada.name);
      visitor.jar.set(name, "nonsense");
      s.sees("name", (await s.ok(visitor.client.getSession())).user.name, ada.name);
    },
    "somebody else's cached session": async (s) => {
      const visitor = await s.signedUp();
      const bob = await s.signedUp({ ...ada, email: "bob@example.com" });
      const name = "better-auth.session_data";
      visitor.jar.set(name, bob.jar.get(name));
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, ada.email);
    },
    "a cache without its session": async (s) => {
      const visitor = await s.signedUp();
      visitor.jar.delete("better-auth.session_token");
      s.sees("session", await s.ok(visitor.client.getSession()), null);
    },
    "a session that is not remembered is cached as long": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email({ ...ada, rememberMe: false }));
      await s.ok(visitor.client.getSession());
    },
  },
  lenient: {
    "reading does not prolong where that is deferred": async (s) => {
      await s.signedUp();
      const { client } = await s.signedIn();
      await s.ok(client.getSession());
      await s.control("age-sessions", { seconds: 2 * day });
      s.sees("needsRefresh", (await s.ok(client.getSession())).needsRefresh, true);
      await s.ok(client.$fetch("/get-session", { method: "POST" }));
      s.sees("needsRefresh", (await s.ok(client.getSession())).needsRefresh, false);
      s.sees("session of nobody", await s.ok(s.visitor().client.$fetch("/get-session", { method: "POST" })), null);
    },
    "an expired session where prolonging is deferred": async (s) => {
      await s.signedUp();
      const { client } = await s.signedIn();
      await s.control("age-sessions", { seconds: 8 * day });
      s.sees("session", await s.ok(client.getSession()), null);
      s.sees("session", await s.ok(client.$fetch("/get-session", { method: "POST" })), null);
    },
  },
};
