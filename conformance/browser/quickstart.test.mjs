// Drives the page of the quickstart as a person does: by what it shows, with a virtual authenticator in place of a finger.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

/** Keeps in window.mediation how the page asked for passkeys since it was loaded. */
function recordMediation() {
  window.mediation = [];
  const get = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = (options) => {
    window.mediation.push(options.mediation);
    return get(options);
  };
}

test("a passkey's life: added, renamed, used by button and by autofill, deleted", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server, { prepare: (page) => page.addInitScript(recordMediation) });
  const authenticator = await tab.addAuthenticator("ctap2");
  assert.equal(await tab.page.locator("#sign-in").getByLabel("E-mail").getAttribute("autocomplete"), "username webauthn");

  await tab.signUp(ada);
  await tab.says("Welcome, Ada Lovelace.");
  assert.equal(await tab.page.locator("h1:visible").textContent(), ada.name);
  assert.ok(await tab.page.getByText("No passkey yet").isVisible());

  await tab.addPasskey("My laptop");
  await tab.says("“My laptop” is ready");
  assert.deepEqual(await tab.passkeys(), ["My laptop"]);
  const [credential] = await tab.credentials(authenticator);
  assert.equal(credential.isResidentCredential, true);
  assert.ok(Buffer.from(credential.privateKey, "base64").includes(Buffer.from([0x2b, 0x65, 0x70])), "the key is Ed25519 (RFC 8410)");

  await tab.button("Rename My laptop").click();
  const input = tab.page.getByRole("dialog").getByLabel("Name");
  assert.equal(await input.inputValue(), "My laptop");
  await input.fill("Old laptop");
  await tab.page.keyboard.press("Enter");
  await tab.says("now called “Old laptop”");
  await tab.page.reload();
  await tab.page.locator("#passkeys .row").waitFor();
  assert.deepEqual(await tab.passkeys(), ["Old laptop"], "the new name is stored");

  // By button: no presence yet, so that the autofill that waits meanwhile is not answered.
  await tab.present(authenticator, false);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.signInByButton(authenticator);
  await tab.says("Signed in with a passkey.");
  const afterButton = (await tab.credentials(authenticator))[0].signCount;
  assert.ok(afterButton > credential.signCount, "the authenticator signed");

  // By autofill: nobody presses anything.
  await tab.button("Sign out").click();
  await tab.says("Welcome back, Ada Lovelace. Signed in with a passkey.");
  assert.ok((await tab.credentials(authenticator))[0].signCount > afterButton, "the authenticator signed again");
  assert.deepEqual(await tab.page.evaluate(() => window.mediation), ["conditional", "optional", "conditional"], "a prompt is shown for the button alone");

  await tab.button("Delete Old laptop").click();
  await tab.button("Delete").click();
  await tab.says("“Old laptop” is deleted");
  assert.deepEqual(await tab.passkeys(), []);
  assert.deepEqual(await tab.credentials(authenticator), [], "the authenticator was told that the passkey is gone");
  assert.ok(await tab.page.getByText("No passkey yet").isVisible());
  assert.deepEqual(tab.errors, []);
});

test("sessions: another device is listed, and signed out from here", async (t) => {
  const server = await serve(t, quickstart);
  const laptop = await visit(t, browser, server);
  await laptop.signUp(ada);
  await laptop.says("Welcome");
  const telephone = await visit(t, browser, server, {
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1",
  });
  await telephone.signIn(ada);
  await telephone.says("Welcome back");
  assert.equal(await telephone.sessions().count(), 2);

  await laptop.page.reload();
  await laptop.sessions().nth(1).waitFor();
  const rows = await laptop.sessions().allInnerTexts();
  assert.match(rows[0], /Chrome on Linux\s*This device\s*127\.0\.0\.1 · signed in just now/);
  assert.match(rows[1], /Safari on iPhone\s*127\.0\.0\.1 · signed in just now\s*Sign out/);
  assert.doesNotMatch(rows[1], /This device/);

  // The tokens are worth a sign-in each: none may be in the page.
  const database = new Database(server.database, { readonly: true });
  const tokens = database.prepare("select token from session").pluck().all();
  database.close();
  assert.equal(tokens.length, 2);
  const html = await laptop.page.content();
  assert.ok(html.includes("Safari on iPhone"));
  for (const token of tokens) assert.ok(!html.includes(token), "a session token is in the page");

  await laptop.button("Sign out Safari on iPhone, 127.0.0.1").click();
  await laptop.says("Safari on iPhone is signed out.");
  assert.equal(await laptop.sessions().count(), 1);
  assert.ok(await laptop.button("Sign out others").isHidden());

  // The other device finds out at its next move.
  await telephone.button("Sign out others").click();
  await telephone.says("Your session has ended.");
  assert.ok(await telephone.button("Sign in").isVisible());
  assertErrors(telephone, [/401.*revoke-other-sessions/]);

  await telephone.signIn(ada);
  await telephone.says("Welcome back");
  await telephone.button("Sign out others").click();
  await telephone.says("All other devices are signed out.");
  assert.equal(await telephone.sessions().count(), 1);
  assert.deepEqual(laptop.errors, []);
});

test("an old security key: registered, and found through allowCredentials", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  const authenticator = await tab.addAuthenticator("u2f");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey("Security key");
  await tab.says("“Security key” is ready");
  const [credential] = await tab.credentials(authenticator);
  assert.equal(credential.isResidentCredential, false);
  assert.ok(Buffer.from(credential.privateKey, "base64").includes(Buffer.from("2a8648ce3d030107", "hex")), "the key is on P-256 (RFC 5480)");

  const { listed, status, body } = await tab.page.evaluate(async () => {
    const options = await (await fetch("/api/auth/passkey/generate-authenticate-options", { method: "POST" })).json();
    const assertion = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    const answer = await fetch("/api/auth/passkey/verify-authentication", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response: assertion }),
    });
    return { listed: options.allowCredentials.length, status: answer.status, body: await answer.json() };
  });
  assert.equal(listed, 1);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.user.email, ada.email);
  assert.deepEqual(tab.errors, []);
});

test("a wrong password, a taken address, too many attempts", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");

  await tab.signIn({ ...ada, password: "incorrect horse" });
  const notice = await tab.says("The e-mail address or the password is wrong.");
  assert.equal(await notice.getAttribute("role"), "status");
  assert.equal(await notice.getAttribute("data-kind"), "error");
  assert.equal(await tab.page.evaluate(() => document.activeElement.name), "password", "the password can be typed again at once");

  const again = () => tab.button("Sign in").click();
  for (let attempt = 2; attempt <= 3; attempt++) {
    await again();
    await tab.page.waitForFunction(() => document.querySelector("#notice").textContent.includes("wrong") && !document.querySelector("[aria-busy=true]"));
  }
  await again();
  const waiting = await tab.says("Too many attempts.");
  assert.match(await waiting.textContent(), /You can try again in ([1-9]|10) seconds?\./);

  await tab.button("Create an account").click();
  await tab.button("Use a password instead").click();
  const form = tab.page.locator("#sign-up-password");
  await form.getByLabel("Name").fill("Someone else");
  await form.getByLabel("E-mail").fill(ada.email);
  await form.getByLabel("Password").fill("another password");
  await tab.button("Create account").click();
  await tab.says("An account with this address already exists.");
  assertErrors(tab, [/401.*sign-in\/email/, /429.*sign-in\/email/, /422.*sign-up\/email/]);
});

test("ceremonies that come to nothing say why", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  const authenticator = await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey();
  await tab.says("“Chrome on Linux” is ready");

  await tab.addPasskey();
  await tab.says("This device already has a passkey for your account.");
  assert.ok(await tab.page.getByRole("dialog").isVisible(), "the dialog stays, for another try");
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.deepEqual(await tab.passkeys(), ["Chrome on Linux"]);

  // Esc while the browser asks: the ceremony ends with the dialog, and nobody complains.
  await tab.removeAuthenticator(authenticator);
  const other = await tab.addAuthenticator("ctap2", { automaticPresenceSimulation: false });
  await tab.addPasskey("Never made");
  await tab.says("Follow the prompt");
  await tab.page.keyboard.press("Escape");
  await tab.page.waitForFunction(() => !document.querySelector("dialog[open], [aria-busy=true]"));
  assert.deepEqual(await tab.credentials(other), []);
  await tab.removeAuthenticator(other);

  // Somebody whom the authenticator does not recognise: to the page that is the same as a cancelled prompt.
  const stranger = await tab.addAuthenticator("ctap2", { isUserVerified: false });
  await tab.addPasskey("Never made");
  await tab.says("Cancelled, or it took too long. Nothing was changed.");
  await tab.page.keyboard.press("Escape");
  await tab.removeAuthenticator(stranger);
  assert.deepEqual(await tab.passkeys(), ["Chrome on Linux"]);
  assert.deepEqual(tab.errors, []);
});

test("a passkey the server does not know is refused and forgotten", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const authenticator = await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey();
  await tab.says("is ready");
  await tab.present(authenticator, false);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  change(server, "delete from passkey");
  await tab.signInByButton(authenticator);
  await tab.says("The server does not know this passkey.");
  assert.deepEqual(await tab.credentials(authenticator), [], "the authenticator was told that the passkey is gone");
  assertErrors(tab, [/401.*verify-authentication/]);
});

test("a session that is no longer fresh asks who it is, by password and by passkey", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  const old = () => change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  const focused = () => tab.page.evaluate(() => document.activeElement.labels?.[0]?.innerText.trim() || document.activeElement.innerText.trim());

  // Without a passkey there is the password alone.
  old();
  await tab.addPasskey("Made after all");
  const confirmation = tab.page.getByRole("dialog", { name: "Confirm that it is you" });
  await confirmation.getByLabel("Password").fill("wrong");
  assert.ok(await confirmation.getByRole("button", { name: "passkey" }).isHidden());
  await tab.page.keyboard.press("Enter");
  await tab.says("The e-mail address or the password is wrong.");
  await confirmation.getByLabel("Password").fill(ada.password);
  await tab.page.keyboard.press("Enter");
  await tab.says("“Made after all” is ready");

  // With one, Enter is enough; the dialog of before then goes on where it stopped.
  const session = () => tab.page.evaluate(async () => (await (await fetch("/api/auth/get-session")).json()).session);
  const before = await session();
  const second = await tab.addAuthenticator("ctap2", { transport: "usb" });
  old();
  await tab.addPasskey("A second one");
  await confirmation.waitFor();
  assert.equal(await focused(), "Use a passkey");
  assert.ok(await confirmation.getByLabel("Password").isHidden());
  await tab.page.keyboard.press("Enter");
  await tab.says("“A second one” is ready");
  assert.deepEqual(await tab.passkeys(), ["Made after all", "A second one"]);
  assert.equal((await tab.credentials(second)).length, 1);
  const after = await session();
  assert.equal(after.id, before.id, "it is the same session");
  assert.notEqual(after.token, before.token, "under a new token");

  old();
  await tab.page.reload();
  await tab.button("Confirm").click();
  await confirmation.getByRole("button", { name: "Use your password instead" }).click();
  assert.equal(await focused(), "Password");
  await confirmation.getByRole("button", { name: "Use a passkey instead" }).click();
  await tab.page.keyboard.press("Enter");
  await tab.sessions().first().waitFor();
  assert.equal(await tab.sessions().count(), 1);
  assert.match(await tab.sessions().first().innerText(), /This device/);
  assertErrors(tab, [/403.*generate-register-options/, /403.*list-sessions/, /401.*sign-in\/email/]);
});

test("confirming with a passkey that comes to nothing says why, and can be done by password", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server, { viewport: { width: 360, height: 640 } });
  const authenticator = await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey();
  await tab.says("is ready");
  change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  await tab.session.send("WebAuthn.setUserVerified", { authenticatorId: authenticator, isUserVerified: false });
  await tab.page.reload();
  await tab.button("Confirm").click();
  const confirmation = tab.page.getByRole("dialog", { name: "Confirm that it is you" });
  await confirmation.getByRole("button", { name: "Use a passkey" }).click();
  await tab.says("Cancelled, or it took too long. Nothing was changed.");
  assert.ok(await tab.page.evaluate(() => [...document.querySelectorAll("dialog[open] button:not([hidden])")].every((button) => button.getBoundingClientRect().right <= innerWidth)));
  assert.equal(await tab.sessions().count(), 0);
  await confirmation.getByRole("button", { name: "Use your password instead" }).click();
  await confirmation.getByLabel("Password").fill(ada.password);
  await tab.page.keyboard.press("Enter");
  await tab.sessions().first().waitFor();
  assert.equal(await tab.sessions().count(), 1, "the new session took the place of the old one");
  assertErrors(tab, [/403.*list-sessions/]);
});
