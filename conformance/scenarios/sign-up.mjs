// Signing up with an e-mail address and a password.
import { ada, bob } from "../suite/world.mjs";

const form = { "content-type": "application/x-www-form-urlencoded" };

export default {
  plain: {
    "signing up signs in": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email(ada));
      const { user } = await s.ok(visitor.client.getSession());
      s.sees("who is signed in", user.email, ada.email);
    },
    "an address is stored in lower case": async (s) => {
      await s.ok(s.visitor().client.signUp.email({ ...ada, email: "Ada@Example.COM" }));
      await s.ok(s.visitor().client.signIn.email({ email: "ADA@example.com", password: ada.password }));
    },
    "signing up with a picture and somewhere to go": async (s) => {
      await s.ok(s.visitor().client.signUp.email({ ...ada, image: "https://example.com/ada.png", callbackURL: "/welcome" }));
    },
    "signing up without being remembered": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email({ ...ada, rememberMe: false }));
      await s.ok(visitor.client.getSession());
    },
    "signing up by a form": async (s) => {
      const body = new URLSearchParams(ada).toString();
      await s.answers(s.visitor().raw("POST", "/sign-up/email", { headers: form, body }), 200);
    },
    "members nobody asked for are ignored": async (s) => {
      await s.ok(s.visitor().client.signUp.email({ ...ada, rank: "admin", emailVerified: true, id: "mine" }));
    },
    "an address that is taken": async (s) => {
      await s.signedUp();
      await s.refused(s.visitor().client.signUp.email({ ...bob, email: ada.email }), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
      await s.refused(s.visitor().client.signUp.email({ ...bob, email: "ADA@example.com" }), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
    },
    "no address at sign-up": async (s) => {
      for (const email of ["ada", "ada@localhost", "a..b@example.com", "äda@example.com", ""]) {
        await s.refused(s.visitor().client.signUp.email({ ...ada, email }), 400, "VALIDATION_ERROR");
      }
      await s.onlyHere(() => s.ok(s.visitor().client.signUp.email({ ...ada, email: ` ${ada.email}` })));
    },
    "passwords that are too short and too long": async (s) => {
      await s.refused(s.visitor().client.signUp.email({ ...ada, password: "1234567" }), 400, "PASSWORD_TOO_SHORT");
      await s.refused(s.visitor().client.signUp.email({ ...ada, password: "x".repeat(129) }), 400, "PASSWORD_TOO_LONG");
      await s.refused(s.visitor().client.signUp.email({ ...ada, password: "" }), 400, "VALIDATION_ERROR");
      await s.ok(s.visitor().client.signUp.email({ ...ada, password: "ä".repeat(128) }));
    },
    "members of the wrong type at sign-up": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.signUp.email({ ...ada, name: 7 }), 400, "VALIDATION_ERROR");
      await s.refused(client.signUp.email({ ...ada, rememberMe: "yes" }), 400, "VALIDATION_ERROR");
      await s.refused(client.signUp.email({ ...ada, image: ["a"] }), 400, "VALIDATION_ERROR");
      await s.refused(client.signUp.email({ email: ada.email }), 400, "VALIDATION_ERROR");
      await s.refused(client.$fetch("/sign-up/email", { method: "POST", body: {} }), 400, "VALIDATION_ERROR");
    },
  },
  lenient: {
    "without automatic sign-in a taken address looks new": async (s) => {
      await s.ok(s.visitor().client.signUp.email(ada));
      await s.ok(s.visitor().client.signUp.email({ ...ada, name: "Somebody else" }));
      await s.ok(s.visitor().client.signIn.email(ada));
    },
  },
  bare: {
    "signing up where nobody may": async (s) => {
      await s.refused(s.visitor().client.signUp.email(ada), 400, "EMAIL_PASSWORD_SIGN_UP_DISABLED");
    },
  },
};
