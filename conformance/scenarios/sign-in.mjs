// Signing in with an e-mail address and a password, and signing out.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;

export default {
  plain: {
    "signing in and out": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.email({ email, password }));
      await s.ok(visitor.client.getSession());
      await s.ok(visitor.client.signOut());
      s.sees("session after signing out", await s.ok(visitor.client.getSession()), null);
    },
    "signing in with somewhere to go": async (s) => {
      await s.signedUp();
      await s.ok(s.visitor().client.signIn.email({ email, password, callbackURL: "/dashboard?tab=1" }));
    },
    "signing in without being remembered, and with it again": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.email({ email, password, rememberMe: false }));
      await s.ok(visitor.client.getSession());
      await s.ok(visitor.client.signIn.email({ email, password, rememberMe: true }));
    },
    "signing in by a form": async (s) => {
      await s.signedUp();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      await s.answers(s.visitor().raw("POST", "/sign-in/email", { headers, body: new URLSearchParams({ email, password }).toString() }), 200);
      await s.answers(s.visitor().raw("POST", "/sign-in/email", { headers, body: "email=a&email=b&password=c" }), 400);
    },
    "a wrong password and an unknown address look alike": async (s) => {
      await s.signedUp();
      await s.refused(s.visitor().client.signIn.email({ email, password: "not the password" }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(s.visitor().client.signIn.email({ email: bob.email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "a user without a password": async (s) => {
      await s.signedUp();
      await s.control("remove-credential-account", { email });
      await s.refused(s.visitor().client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "no address at sign-in": async (s) => {
      await s.refused(s.visitor().client.signIn.email({ email: "ada", password }), 400, "INVALID_EMAIL");
      await s.refused(s.visitor().client.signIn.email({ email: "", password }), 400, "INVALID_EMAIL");
    },
    "members of the wrong type at sign-in": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.signIn.email({ email: 1, password: null }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.email({ email, password, rememberMe: "no" }), 400, "VALIDATION_ERROR");
      await s.refused(client.signIn.email({ password }), 400, "VALIDATION_ERROR");
    },
    "signing out without a session": async (s) => {
      await s.ok(s.visitor().client.signOut());
      const visitor = await s.signedUp();
      await s.ok(visitor.client.signOut());
      await s.ok(visitor.client.signOut());
    },
    "a bearer token instead of a cookie": async (s) => {
      const { token } = (await (await s.signedUp()).client.getSession()).data.session;
      const visitor = s.visitor({ origin: null, headers: { authorization: `Bearer ${token}` } });
      await s.ok(visitor.client.getSession());
      await s.ok(visitor.client.signOut({ fetchOptions: { body: {} } }));
      s.sees("session of the token", await s.ok(visitor.client.getSession()), null);
    },
    "bearer tokens that are none": async (s) => {
      for (const token of ["", "nonsense", "a.b", "x".repeat(32)]) {
        const { client } = s.visitor({ headers: { authorization: `Bearer ${token}` } });
        s.sees(`session of "${token}"`, await s.ok(client.getSession()), null);
      }
    },
  },
};
