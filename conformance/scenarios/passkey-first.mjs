// Registering a passkey without a session: signing up with nothing else, and getting back into an account.
import { register } from "../interop/authenticator.mjs";
import { ada, bob } from "../suite/world.mjs";

const day = 86_400;
const path = "/passkey/generate-register-options";

const options = (visitor, context) => visitor.client.$fetch(path, { query: { context } });
const verify = (visitor, body) => visitor.client.$fetch("/passkey/verify-registration", { method: "POST", body });

// A response to the options for a claim, which nobody looks at.
async function made(s, visitor, context) {
  const { data } = await s.given(() => options(visitor, context));
  return register(data, { origin: s.server.url, algorithm: "ES256" }).response;
}

export default {
  passkeyFirst: {
    "signing up with nothing but a passkey": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.passkey.addPasskey({ name: "Phone", context: `new ${ada.email}`, createSession: true }));
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, ada.email);
      s.sees("passkeys", (await s.ok(visitor.client.passkey.listUserPasskeys())).length, 1);
      await s.ok(visitor.client.signOut());
      await s.ok(visitor.client.signIn.passkey());
    },
    "signing up with a passkey, and in afterwards": async (s) => {
      const visitor = s.visitor();
      const { name } = await s.ok(visitor.client.passkey.addPasskey({ context: `new ${ada.email}` }));
      s.sees("the name the application gave", name, "Made at sign-up");
      s.sees("session", await s.ok(visitor.client.getSession()), null);
      await s.ok(visitor.client.signIn.passkey());
    },
    "a first passkey for the owner of an account": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      await s.ok(visitor.client.passkey.addPasskey({ name: "New phone", context: `owner ${ada.email}`, createSession: true }));
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, ada.email);
    },
    "who is signed in registers for themself": async (s) => {
      await s.signedUp(bob);
      const visitor = await s.signedUp();
      await s.ok(visitor.client.passkey.addPasskey({ name: "Laptop", context: `owner ${bob.email}` }));
      s.sees("passkeys", (await s.ok(visitor.client.passkey.listUserPasskeys())).length, 1);
    },
    "a passkey and a new session for who is signed in": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.passkey.addPasskey({ name: "Laptop", createSession: true }));
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, ada.email);
    },
    "a passkey for nobody": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.passkey.addPasskey({ name: "Phone" }), 400, "RESOLVED_USER_INVALID");
      await s.refused(client.passkey.addPasskey({ name: "Phone", context: "nobody" }), 400, "RESOLVED_USER_INVALID");
      await s.refused(client.passkey.addPasskey({ name: "Phone", context: "owner nobody@example.com" }), 400, "RESOLVED_USER_INVALID");
    },
    "a passkey that is given to somebody else": async (s) => {
      await s.signedUp(bob);
      const { client } = await s.signedUp();
      await s.refused(client.passkey.addPasskey({ name: "Phone", context: `other ${bob.email}` }), 401, "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY");
      s.sees("passkeys", await s.ok(client.passkey.listUserPasskeys()), []);
    },
    "a visitor's challenge in somebody's session": async (s) => {
      const [visitor, other] = [s.visitor(), await s.signedUp()];
      const response = await made(s, visitor, `new ${bob.email}`);
      const cookie = "better-auth.better-auth-passkey";
      other.jar.set(cookie, visitor.jar.get(cookie));
      await s.refused(verify(other, { response }), 401, "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY");
    },
    "a sign-up is for one answer": async (s) => {
      const visitor = s.visitor();
      const response = await made(s, visitor, `new ${ada.email}`);
      await s.ok(verify(visitor, { response, createSession: true }));
      await s.refused(verify(s.visitor(), { response }), 400, "CHALLENGE_NOT_FOUND");
      await s.refused(verify(s.visitor(), { response, createSession: "yes" }), 400, "VALIDATION_ERROR");
    },
    "an account that somebody only claims": async (s) => {
      await s.signedUp();
      const visitor = s.visitor();
      await s.ok(options(visitor, `claim ${ada.email}`));
      const response = await made(s, visitor, `claim ${ada.email}`);
      await s.onlyHere(() => s.refused(verify(visitor, { response }), 401, "SESSION_REQUIRED"));
    },
    "a challenge outlives its session": async (s) => {
      const visitor = await s.signedUp();
      const response = await made(s, visitor, "");
      visitor.jar.delete("better-auth.session_token");
      await s.onlyHere(() => s.refused(verify(visitor, { response }), 401, "SESSION_REQUIRED"));
    },
    "a session that is no longer fresh": async (s) => {
      const visitor = await s.signedUp();
      await s.control("age-sessions", { seconds: day });
      await s.given(() => visitor.client.getSession());
      await s.onlyHere(() => s.refused(options(visitor, ""), 403, "SESSION_NOT_FRESH"));
    },
  },
  passkeyUnresolved: {
    "a passkey where nobody says who visitors are": async (s) => {
      await s.refused(s.visitor().client.passkey.addPasskey({ name: "Phone", context: "x" }), 400, "RESOLVE_USER_REQUIRED");
      await s.ok((await s.signedUp()).client.passkey.addPasskey({ name: "Phone" }));
    },
  },
};
