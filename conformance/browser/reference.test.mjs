// Proves the browser harness against the reference server: what fails here is the harness, or the machine it runs on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines, sqliteDatabase, startReference } from "../reference/start.mjs";
import { launchBrowser } from "./driver.mjs";
import { passkeyScenario } from "./scenario.mjs";

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser?.close());

for (const [engine, open] of Object.entries(engines)) {
  for (const kind of ["ctap2", "u2f"]) {
    test(`${engine}: a passkey of a ${kind} authenticator lives through the official client`, async (t) => {
      const database = await open(t);
      if (!database) return;
      const server = await startReference(["--database", database, "--migrate"]);
      t.after(server.stop);
      const tab = await browser.open(server.url);
      t.after(tab.close);
      const { passkey } = await passkeyScenario(tab, { baseURL: server.url, kind });
      assert.ok(passkey.counter > 0);
    });
  }
}

test("the scenario fails where a server refuses the passkey", async (t) => {
  // The server expects another origin than the page has, so that no ceremony can succeed.
  const server = await startReference(["--database", await sqliteDatabase(t), "--migrate", "--origin", "http://localhost:1"]);
  t.after(server.stop);
  const tab = await browser.open(server.url);
  t.after(tab.close);
  await assert.rejects(passkeyScenario(tab, { baseURL: server.url, kind: "ctap2" }), /addPasskey.*FAILED_TO_VERIFY_REGISTRATION/);
});

test("console errors of the page are collected", async (t) => {
  const server = await startReference(["--database", await sqliteDatabase(t), "--migrate"]);
  t.after(server.stop);
  const tab = await browser.open(server.url);
  t.after(tab.close);
  await tab.page.evaluate(() => console.error("on purpose"));
  await tab.page.evaluate(() => fetch("/nowhere"));
  assert.equal(tab.errors.length, 2);
  assert.match(tab.errors[0], /on purpose/);
  assert.match(tab.errors[1], /404.*\/nowhere/);
});
