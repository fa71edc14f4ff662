// The official client, unmodified, in a browser against the Go server: what an application with a front end for the reference relies on.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launchBrowser } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { passkeyScenario } from "./scenario.mjs";

const password = "correct horse battery";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchBrowser(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

/** A server of its own for a test, whose rate limits nobody else uses up. */
async function serve(t) {
  const server = await quickstart.start();
  t.after(server.stop);
  return server;
}

/** A page with the official client, and functions that call it: ok answers the data, refused the error. */
async function open(t, kind) {
  const server = await serve(t);
  const tab = await browser.open(server.url);
  await tab.page.context().clearCookies(); // cookies are the host's, whatever the port
  t.after(tab.close);
  const authenticator = kind && (await tab.addAuthenticator(kind));
  t.after(() => authenticator && tab.removeAuthenticator(authenticator).catch(() => {})); // the page may be gone first
  await tab.page.evaluate((url) => void (window.client = window.createOfficialClient(url)), server.url);
  const call = (method, ...args) =>
    tab.page.evaluate(
      async ([path, given]) => {
        const { data, error } = await path.split(".").reduce((at, name) => at[name], window.client)(...given);
        return { data: data ?? null, error: error ?? null };
      },
      [method, args],
    );
  return {
    ...tab,
    authenticator,
    ok: async (method, ...args) => {
      const { data, error } = await call(method, ...args);
      assert.equal(error, null, `${method}: ${JSON.stringify(error)}`);
      return data;
    },
    refused: async (method, ...args) => {
      const { data, error } = await call(method, ...args);
      assert.equal(data, null, `${method} was to be refused`);
      return error;
    },
    credentials: async () => (await tab.session.send("WebAuthn.getCredentials", { authenticatorId: authenticator })).credentials,
  };
}

const newcomer = () => ({ name: "Grace Hopper", email: `grace-${randomBytes(6).toString("hex")}@example.com`, password });

for (const kind of ["ctap2", "u2f"]) {
  test(`${kind}: the scenario that the reference server passes`, async (t) => {
    const server = await serve(t);
    const tab = await browser.open(server.url);
    t.after(tab.close);
    const { passkey } = await passkeyScenario(tab, { baseURL: server.url, kind });
    assert.ok(passkey.counter > 0);
  });

  test(`${kind}: every passkey method of the client`, async (t) => {
    const client = await open(t, kind);
    const somebody = newcomer();
    const { user, token } = await client.ok("signUp.email", somebody);
    assert.equal(user.email, somebody.email);
    assert.match(token, /^[A-Za-z0-9]{32}$/);

    const added = await client.ok("passkey.addPasskey", { name: "First" });
    assert.equal(added.name, "First");
    assert.equal(added.deviceType, "singleDevice");
    const again = await client.refused("passkey.addPasskey", { name: "Second" });
    assert.equal(again.code, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    assert.equal((await client.ok("passkey.listUserPasskeys")).length, 1);

    const { passkey } = await client.ok("passkey.updatePasskey", { id: added.id, name: "Renamed" });
    assert.equal(passkey.name, "Renamed");
    assert.equal((await client.ok("passkey.listUserPasskeys"))[0].name, "Renamed");
    assert.equal((await client.refused("passkey.updatePasskey", { id: "none", name: "x" })).status, 404);

    const { session } = await client.ok("signIn.passkey");
    assert.notEqual(session.token, token, "the passkey made a session of its own");
    assert.equal((await client.credentials())[0].signCount, (await client.ok("passkey.listUserPasskeys"))[0].counter);

    assert.deepEqual(await client.ok("passkey.deletePasskey", { id: added.id }), { status: true });
    assert.deepEqual(await client.ok("passkey.listUserPasskeys"), []);
    assert.equal((await client.refused("passkey.deletePasskey", { id: added.id })).status, 404);

    await client.ok("signOut");
    assert.equal(await client.ok("getSession"), null);
    assert.equal((await client.refused("passkey.listUserPasskeys")).status, 401);
    assert.deepEqual(client.errors.filter((error) => !/status of 40[14]/.test(error)), []);
  });
}

test("autofill: the client waits for a passkey to be picked, and signs in with it", async (t) => {
  const client = await open(t, "ctap2");
  const { user } = await client.ok("signUp.email", newcomer());
  await client.ok("passkey.addPasskey", { name: "Picked" });
  await client.ok("signOut");
  await client.page.setContent('<input name="email" autocomplete="username webauthn">');

  // With nobody there, it waits.
  const present = (enabled) => client.session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: client.authenticator, enabled });
  await present(false);
  const waited = await client.page.evaluate(() =>
    Promise.race([window.client.signIn.passkey({ autoFill: true }), new Promise((resolve) => setTimeout(() => resolve("still waiting"), 1500))]),
  );
  assert.equal(waited, "still waiting");

  await present(true);
  const signedIn = await client.ok("signIn.passkey", { autoFill: true });
  assert.equal(signedIn.user.id, user.id);
  assert.equal((await client.ok("getSession")).session.id, signedIn.session.id);
});

test("two people, one authenticator: each passkey is its owner's", async (t) => {
  const client = await open(t, "u2f");
  const first = await client.ok("signUp.email", newcomer());
  await client.ok("passkey.addPasskey", { name: "Of the first" });
  await client.ok("signOut");
  const second = await client.ok("signUp.email", newcomer());
  assert.deepEqual(await client.ok("passkey.listUserPasskeys"), []);
  await client.ok("passkey.addPasskey", { name: "Of the second" });
  assert.equal((await client.ok("signIn.passkey")).user.id, second.user.id);
  assert.notEqual(first.user.id, second.user.id);
});

test("run.mjs, the entry for other languages, passes against the Go server", async (t) => {
  const server = await serve(t);
  const script = fileURLToPath(new URL("./run.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--url", server.url], { timeout: 300_000 });
  const { ok, runs } = JSON.parse(stdout);
  assert.equal(ok, true);
  assert.deepEqual(runs.map(({ authenticator }) => authenticator), ["ctap2", "u2f"]);
});
