// The life of a passkey as the official client drives it in a browser. The same script runs against the reference server and any other.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

const algorithms = { ctap2: -8, u2f: -7 };

/**
 * Signs up, adds a passkey, lists it, signs in with it, deletes it and signs out, checking each answer.
 * `tab` comes from the driver's open, `baseURL` is what an application would give the client, `kind` is "ctap2" or "u2f".
 * Resolves to what was seen: {user, passkey, session}; rejects at the first answer that is not right.
 */
export async function passkeyScenario(tab, { baseURL, kind }) {
  const authenticator = await tab.addAuthenticator(kind);
  await tab.page.evaluate((url) => void (window.client = window.createOfficialClient(url)), baseURL);
  const client = (method, ...args) => call(tab.page, method, args);

  const email = `${kind}-${randomBytes(6).toString("hex")}@example.com`;
  const { user } = await client("signUp.email", { name: "Ada", email, password: "correct horse battery" });
  assert.equal(user.email, email);
  const before = await client("getSession");
  assert.equal(before.user.id, user.id, "signing up signs in");

  const added = await client("passkey.addPasskey", { name: "First key" });
  assert.equal(added.userId, user.id);
  const [passkey, ...others] = await client("passkey.listUserPasskeys");
  assert.deepEqual(others, [], "one passkey is listed");
  assert.equal(passkey.id, added.id);
  assert.equal(passkey.name, "First key");
  assert.equal(algorithmOf(passkey.publicKey), algorithms[kind], "algorithm of the stored key");

  // A u2f key keeps no credentials of its own: the server has to name them, and knows them only of somebody signed in.
  if (kind === "ctap2") {
    await client("signOut");
    assert.equal(await client("getSession"), null, "signing out ends the session");
  }
  const signedIn = await client("signIn.passkey");
  assert.equal(signedIn.user.id, user.id, "the passkey signs in whom it was registered for");
  assert.notEqual(signedIn.session.token, before.session.token, "a sign-in makes a session of its own");
  const after = await client("getSession");
  assert.equal(after.session.id, signedIn.session.id);

  const [used] = await client("passkey.listUserPasskeys");
  const { credentials } = await tab.session.send("WebAuthn.getCredentials", { authenticatorId: authenticator });
  assert.equal(used.counter, credentials[0].signCount, "the server keeps the authenticator's counter");

  assert.deepEqual(await client("passkey.deletePasskey", { id: passkey.id }), { status: true });
  assert.deepEqual(await client("passkey.listUserPasskeys"), []);
  await client("signOut");
  assert.equal(await client("getSession"), null);
  await tab.removeAuthenticator(authenticator);
  assert.deepEqual(tab.errors, [], "errors on the browser's console");
  return { user, passkey: used, session: after.session };
}

// Answers the data of a call such as passkey.addPasskey; an error of the client becomes an exception that says which call it was.
async function call(page, method, args) {
  const { data, error } = await page.evaluate(
    async ([path, given]) => {
      const target = path.split(".").reduce((at, name) => at[name], window.client);
      const { data, error } = await target(...given);
      return { data: data === undefined ? null : JSON.parse(JSON.stringify(data)), error: error ?? null };
    },
    [method, args],
  );
  if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return data;
}

// A COSE key begins with its type (1) and its algorithm (3), in this order, wherever it was encoded canonically; algorithms here are -1 to -24.
function algorithmOf(publicKey) {
  const bytes = Buffer.from(publicKey, "base64");
  assert.equal(bytes[1], 1, "the first member of a COSE key is its type");
  assert.equal(bytes[3], 3, "the second member of a COSE key is its algorithm");
  return 0x1f - bytes[4];
}
