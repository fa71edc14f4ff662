// Signing up with nothing but a passkey, and stepping up with it, in Chromium with the official client against the Go server.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { buildGoServer, startGo } from "../suite/sites.mjs";
import { launchBrowser } from "./driver.mjs";

let browser, go;
before(async () => ([browser, go] = await Promise.all([launchBrowser(), buildGoServer()])));
after(() => Promise.all([browser?.close(), go?.remove()]));

/** A visitor who has just signed up with a passkey: ok answers a call's data, refused its error. */
async function newcomer(t) {
  const server = await startGo(go.program, ["--database", "sqlite::memory:", "--with", "passkey-first"]);
  t.after(server.stop);
  const tab = await browser.open(server.url);
  t.after(tab.close);
  await tab.page.context().clearCookies(); // cookies are the host's, whatever the port
  const authenticator = await tab.addAuthenticator("ctap2");
  t.after(() => tab.removeAuthenticator(authenticator).catch(() => {})); // the page may be gone first
  await tab.page.evaluate((url) => void (window.client = window.createOfficialClient(url)), server.url);
  const call = (method, ...args) =>
    tab.page.evaluate(
      async ([path, given]) => {
        const { data, error } = await path.split(".").reduce((at, name) => at[name], window.client)(...given);
        return { data: data ?? null, error: error ?? null };
      },
      [method, args],
    );
  const visitor = {
    ...tab,
    server,
    email: `grace-${randomBytes(6).toString("hex")}@example.com`,
    ok: async (method, ...args) => {
      const { data, error } = await call(method, ...args);
      assert.equal(error, null, `${method}: ${JSON.stringify(error)}`);
      return data;
    },
    refused: async (method, ...args) => (await call(method, ...args)).error,
    credentials: async () => (await tab.session.send("WebAuthn.getCredentials", { authenticatorId: authenticator })).credentials,
  };
  visitor.signedUp = await visitor.ok("passkey.addPasskey", { context: `new ${visitor.email}`, createSession: true });
  return visitor;
}

test("a visitor signs up with nothing but a passkey, and in again", async (t) => {
  const visitor = await newcomer(t);
  assert.equal(visitor.signedUp.user.email, visitor.email);
  assert.equal((await visitor.ok("getSession")).session.id, visitor.signedUp.session.id);
  const [credential] = await visitor.credentials();
  assert.equal(credential.userName, visitor.email, "what the authenticator shows");
  await visitor.ok("signOut");
  assert.equal((await visitor.ok("signIn.passkey")).user.id, visitor.signedUp.user.id);
  assert.deepEqual(visitor.errors, []);
});

test("an old session becomes fresh by the user's own passkey", async (t) => {
  const visitor = await newcomer(t);
  const age = await fetch(`${visitor.server.url}/__test/age-sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seconds: 90_000 }),
  });
  assert.equal(age.status, 200);
  assert.equal((await visitor.refused("listSessions")).code, "SESSION_NOT_FRESH");
  // As documented.
  const status = await visitor.page.evaluate(async () => {
    const get = async (path) => (await fetch("/api/auth/passkey/" + path)).json();
    const post = (path, body) =>
      fetch("/api/auth/passkey/" + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(await get("generate-step-up-options"));
    const credential = await navigator.credentials.get({ publicKey: options });
    return (await post("verify-step-up", { response: credential })).status;
  });
  assert.equal(status, 200);
  const [session, ...others] = await visitor.ok("listSessions");
  assert.deepEqual(others, [], "it is the same session");
  assert.equal(session.id, visitor.signedUp.session.id);
  assert.notEqual(session.token, visitor.signedUp.session.token, "under a new token");
  assert.equal((await visitor.ok("passkey.listUserPasskeys"))[0].counter, (await visitor.credentials())[0].signCount);
});
