// Registering, using and managing passkeys, with a software authenticator behind the official client.
import { authenticate, register } from "../interop/authenticator.mjs";
import { ada, bob } from "../suite/world.mjs";

const day = 86_400;

async function withPasskey(s, who = ada) {
  const visitor = await s.signedUp(who);
  await s.given(() => s.ok(visitor.client.passkey.addPasskey({ name: "Laptop" })));
  return visitor;
}

// Somebody else's browser with this visitor's authenticator.
function sameAuthenticator(s, visitor) {
  const other = s.visitor();
  other.authenticator = visitor.authenticator;
  return other;
}

// An assertion of the visitor's passkey, for a challenge that somebody else asked for.
async function signed(s, { authenticator }, how) {
  const asked = (await s.given(() => s.visitor(how).client.$fetch("/passkey/generate-authenticate-options"))).data;
  return authenticate(asked, { origin: s.server.url, credential: authenticator.credentials[0] }).response;
}

const options = async (s, visitor) => (await s.given(() => visitor.client.$fetch("/passkey/generate-register-options"))).data;
const verify = (visitor, body) => visitor.client.$fetch("/passkey/verify-registration", { method: "POST", body });
const assertion = (visitor, body) => visitor.client.$fetch("/passkey/verify-authentication", { method: "POST", body });

export default {
  plain: {
    "adding a passkey and signing in with it": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.passkey.addPasskey({ name: "Laptop" }));
      const other = sameAuthenticator(s, visitor);
      await s.ok(other.client.signIn.passkey());
      s.sees("whose session", (await s.ok(other.client.getSession())).user.email, ada.email);
      await s.ok(other.client.signOut());
      await s.ok(other.client.signIn.passkey());
    },
    "a passkey without a name, of one kind": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.passkey.addPasskey({ authenticatorAttachment: "cross-platform" }));
      await s.ok(client.passkey.listUserPasskeys());
    },
    "a passkey is registered once by each authenticator": async (s) => {
      const visitor = await withPasskey(s);
      await s.refused(visitor.client.passkey.addPasskey({ name: "Again" }), 400, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    },
    "a person who refuses": async (s) => {
      const visitor = await withPasskey(s);
      visitor.authenticator.canceled = true;
      s.sees("refused", (await visitor.client.passkey.addPasskey({ name: "Phone" })).error.status, 400);
      s.sees("refused", (await visitor.client.signIn.passkey()).error.status, 400);
    },
    "signing in with a passkey while signed in": async (s) => {
      const visitor = await withPasskey(s);
      await s.ok(visitor.client.signIn.passkey());
      s.sees("how many sessions", (await s.ok(visitor.client.getSession())).user.email, ada.email);
    },
    "options for a new passkey need a fresh session": async (s) => {
      await s.refused(s.visitor().client.passkey.addPasskey({ name: "Laptop" }), 401, "UNAUTHORIZED");
      const { client } = await s.signedUp();
      await s.refused(client.$fetch("/passkey/generate-register-options?authenticatorAttachment=watch"), 400, "VALIDATION_ERROR");
      await s.control("age-sessions", { seconds: day });
      await s.refused(client.passkey.addPasskey({ name: "Laptop" }), 403, "SESSION_NOT_FRESH");
    },
    "registering needs a fresh session, a challenge and a body": async (s) => {
      const visitor = await s.signedUp();
      const { response } = register(await options(s, visitor), { origin: s.server.url, algorithm: "ES256" });
      await s.refused(verify(s.visitor(), { response }), 401, "UNAUTHORIZED");
      visitor.jar.delete("better-auth.better-auth-passkey");
      await s.refused(verify(visitor, { response }), 400, "CHALLENGE_NOT_FOUND");
      await s.refused(verify(visitor, { response, name: 7 }), 400, "VALIDATION_ERROR");
      await s.control("age-sessions", { seconds: day });
      await s.refused(verify(visitor, { response }), 403, "SESSION_NOT_FRESH");
    },
    "a challenge works once": async (s) => {
      const visitor = await s.signedUp();
      const { response } = register(await options(s, visitor), { origin: s.server.url, algorithm: "ES256" });
      await s.ok(verify(visitor, { response, name: " Laptop " }));
      await s.refused(verify(visitor, { response }), 400, "CHALLENGE_NOT_FOUND");
    },
    "a challenge of somebody else": async (s) => {
      const [visitor, other] = [await s.signedUp(), await s.signedUp(bob)];
      const { response } = register(await options(s, visitor), { origin: s.server.url, algorithm: "ES256" });
      const cookie = "better-auth.better-auth-passkey";
      other.jar.set(cookie, visitor.jar.get(cookie));
      await s.refused(verify(other, { response }), 401, "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY");
    },
    "registrations that prove nothing": async (s) => {
      const visitor = await s.signedUp();
      const attempt = async (spoil, how = {}) => {
        const { response } = register(spoil(await options(s, visitor)), { origin: s.server.url, algorithm: "ES256", ...how });
        const { error } = await verify(visitor, { response });
        s.sees("code", error.code, "FAILED_TO_VERIFY_REGISTRATION");
      };
      await attempt((o) => ({ ...o, challenge: Buffer.alloc(32).toString("base64url") }));
      await attempt((o) => o, { origin: "https://evil.example" });
      await attempt((o) => ({ ...o, rp: { ...o.rp, id: "evil.example" } }));
    },
    "a registration that is none": async (s) => {
      const visitor = await s.signedUp();
      for (const response of [{}, { id: "x", rawId: "x", type: "public-key", response: {} }]) {
        await options(s, visitor);
        s.sees("code", (await verify(visitor, { response })).error.code, "FAILED_TO_VERIFY_REGISTRATION");
      }
    },
    "options for signing in": async (s) => {
      await s.ok(s.visitor().client.$fetch("/passkey/generate-authenticate-options"));
      const visitor = await withPasskey(s);
      const { allowCredentials } = await s.ok(visitor.client.$fetch("/passkey/generate-authenticate-options"));
      s.sees("how many", allowCredentials.length, 1);
    },
    "signing in with a passkey nobody knows": async (s) => {
      const visitor = await withPasskey(s);
      const [{ id }] = await s.ok(visitor.client.passkey.listUserPasskeys());
      await s.ok(visitor.client.passkey.deletePasskey({ id }));
      await s.refused(sameAuthenticator(s, visitor).client.signIn.passkey(), 401, "PASSKEY_NOT_FOUND");
    },
    "signing in without a challenge": async (s) => {
      const response = await signed(s, await withPasskey(s));
      await s.refused(assertion(s.visitor(), { response }), 400, "CHALLENGE_NOT_FOUND");
      await s.refused(assertion(s.visitor(), { response: "x" }), 400, "VALIDATION_ERROR");
      await s.refused(assertion(s.visitor(), {}), 400, "VALIDATION_ERROR");
    },
    "signing in without cookies": async (s) => {
      const app = { origin: s.server.url };
      const response = await signed(s, await withPasskey(s), app);
      const { client } = s.visitor(app);
      await client.$fetch("/passkey/verify-authentication", { method: "POST", body: { response } });
    },
    "assertions that prove nothing": async (s) => {
      const visitor = await withPasskey(s);
      for (const spoil of [(a) => (a.origin = "https://evil.example"), (a) => (a.credentials[0].counter = -1)]) {
        const other = sameAuthenticator(s, visitor);
        const before = { origin: visitor.authenticator.origin, counter: visitor.authenticator.credentials[0].counter };
        spoil(visitor.authenticator);
        const { error } = await other.client.signIn.passkey();
        s.sees("code", error.code, "AUTHENTICATION_FAILED");
        visitor.authenticator.origin = before.origin;
        visitor.authenticator.credentials[0].counter = before.counter;
      }
    },
    "a passkey is renamed and deleted": async (s) => {
      const { client } = await withPasskey(s);
      const [{ id }] = await s.ok(client.passkey.listUserPasskeys());
      await s.ok(client.passkey.updatePasskey({ id, name: "  Old laptop " }));
      s.sees("name", (await s.ok(client.passkey.listUserPasskeys()))[0].name, "Old laptop");
      await s.ok(client.passkey.deletePasskey({ id }));
      s.sees("passkeys", await s.ok(client.passkey.listUserPasskeys()), []);
    },
    "passkeys that do not exist": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.passkey.updatePasskey({ id: "unknown", name: "x" }), 404, "PASSKEY_NOT_FOUND");
      await s.refused(client.passkey.deletePasskey({ id: "unknown" }), 404, "PASSKEY_NOT_FOUND");
      await s.refused(client.passkey.deletePasskey({ id: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.passkey.updatePasskey({ id: "x", name: " " }), 400, "VALIDATION_ERROR");
    },
    "passkeys of somebody else": async (s) => {
      const visitor = await withPasskey(s);
      const [{ id }] = (await visitor.client.passkey.listUserPasskeys()).data;
      const { client } = await s.signedUp(bob);
      s.sees("refused", (await client.passkey.updatePasskey({ id, name: "Mine" })).data, null);
      s.sees("refused", (await client.passkey.deletePasskey({ id })).data, null);
      s.sees("how many", (await s.ok(visitor.client.passkey.listUserPasskeys())).length, 1);
    },
    "managing passkeys needs a session": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.passkey.listUserPasskeys(), 401, "UNAUTHORIZED");
      await s.refused(client.passkey.updatePasskey({ id: "x", name: "x" }), 401, "UNAUTHORIZED");
      await s.refused(client.passkey.deletePasskey({ id: "x" }), 401, "UNAUTHORIZED");
    },
    "deleting the user deletes their passkeys": async (s) => {
      const visitor = await withPasskey(s);
      await s.ok(visitor.client.deleteUser({ password: ada.password }));
      await s.refused(sameAuthenticator(s, visitor).client.signIn.passkey(), 401, "PASSKEY_NOT_FOUND");
    },
  },
  cached: {
    "signing in with a passkey caches the session": async (s) => {
      const visitor = await withPasskey(s);
      const other = sameAuthenticator(s, visitor);
      await s.ok(other.client.signIn.passkey());
      await s.ok(other.client.getSession());
    },
  },
};
