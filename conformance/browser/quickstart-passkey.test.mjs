// The page of the quickstart for whoever has nothing but a passkey, and what becomes of passkeys over time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { assertErrors, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

/** What the database says, in rows. */
function rows(server, sql) {
  const database = new Database(server.database, { readonly: true });
  const found = database.prepare(sql).all();
  database.close();
  return found;
}

test("a name and a passkey are an account, from a keyboard at 360 pixels, and its end", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server, { viewport: { width: 360, height: 640 } });
  const authenticator = await tab.addAuthenticator("ctap2");
  const fits = async (where) => {
    const outside = await tab.page.evaluate(() =>
      [...document.querySelectorAll("button, input, h1, h2, p")]
        .filter((element) => element.checkVisibility() && !element.classList.contains("off-screen"))
        .map((element) => [element.textContent, element.getBoundingClientRect()])
        .filter(([, { left, right }]) => left < 0 || right > innerWidth)
        .map(([text]) => text),
    );
    assert.deepEqual(outside, [], `${where}: outside of the screen`);
  };
  const { keyboard } = tab.page;
  await tab.button("Create an account").focus();
  await keyboard.press("Enter");
  await fits("signing up");
  await keyboard.type("Grace Hopper");
  await keyboard.press("Enter");
  await tab.says("Welcome, Grace Hopper. Your passkey is how you sign in from now on.");
  assert.equal(await tab.page.evaluate(() => document.activeElement.textContent), "Grace Hopper", "the focus goes to the heading");
  assert.deepEqual(await tab.passkeys(), ["Chrome on Linux"]);
  await fits("signed in");
  const [credential] = await tab.credentials(authenticator);
  assert.equal(credential.userName, "Grace Hopper", "what the authenticator shows");
  const html = await tab.page.content();
  assert.doesNotMatch(html, /placeholder\.invalid/, "an address that is none is not shown");
  assert.ok(await tab.button("Send the mail again").isHidden());
  assert.deepEqual(rows(server, "select name from user"), [{ name: "Grace Hopper" }]);
  assert.deepEqual(rows(server, "select * from account"), [], "there is no password");

  // The only way in is kept.
  await tab.button("Delete Chrome on Linux").click();
  await tab.button("Delete").click();
  await tab.says("This passkey is your only way to sign in. Add another one first.");
  await keyboard.press("Escape");

  await tab.present(authenticator, false);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.signInByButton(authenticator);
  await tab.says("Welcome back, Grace Hopper. Signed in with a passkey.");

  await tab.button("Delete account").click();
  const dialog = tab.page.getByRole("dialog", { name: "Delete your account?" });
  assert.ok(await dialog.getByLabel("Password").isHidden(), "nobody is asked for a password they do not have");
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await tab.says("Your account is deleted.");
  assert.deepEqual(rows(server, "select * from user"), []);
  assertErrors(tab, [/400.*delete-passkey/]);
});

test("signing up with a passkey that comes to nothing says why, and leaves nothing behind", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const stranger = await tab.addAuthenticator("ctap2", { isUserVerified: false });
  await tab.signUpByPasskey("Grace");
  await tab.says("Cancelled, or it took too long. Nothing was changed.");
  assert.equal(await tab.page.evaluate(() => document.activeElement.name), "name", "the name can be sent again at once");
  await tab.page.locator("#sign-up").getByLabel("Name").fill("   ");
  await tab.button("Create a passkey").click();
  await tab.says("Please enter your name.");
  await tab.removeAuthenticator(stranger);
  assert.deepEqual(rows(server, "select * from user"), []);
  assert.deepEqual(tab.errors, []);

  // Somebody whose session has ended does not become somebody new.
  await tab.addAuthenticator("ctap2");
  await tab.page.locator("#sign-up").getByLabel("Name").fill("Grace");
  await tab.button("Create a passkey").click();
  await tab.says("Welcome, Grace.");
  await tab.context.clearCookies();
  await tab.addPasskey();
  await tab.says("Your session has ended.");
  assert.equal(rows(server, "select * from user").length, 1);
  assertErrors(tab, [/401.*generate-register-options/]);
});
