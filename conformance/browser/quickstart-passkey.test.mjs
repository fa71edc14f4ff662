// The page of the quickstart for whoever has nothing but a passkey, and what becomes of passkeys over time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

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
  await tab.says("Welcome, Grace Hopper. You now sign in with your passkey.");
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
  await tab.says("Please enter a name.");
  await tab.removeAuthenticator(stranger);
  assert.deepEqual(rows(server, "select * from user"), []);
  assert.deepEqual(tab.errors, []);

  // Somebody whose session has ended does not become somebody new.
  const authenticator = await tab.addAuthenticator("ctap2");
  await tab.page.locator("#sign-up").getByLabel("Name").fill("Grace");
  await tab.button("Create a passkey").click();
  await tab.says("Welcome, Grace.");
  await tab.present(authenticator, false); // or it answers the autofill of the page that says so, which is gone then
  await tab.context.clearCookies();
  await tab.addPasskey();
  await tab.says("Your session has ended.");
  assert.equal(rows(server, "select * from user").length, 1);
  assertErrors(tab, [/401.*generate-register-options/]);
});

test("a passkey that begins to be synced still signs in, and is kept as that", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const authenticatorId = await tab.addAuthenticator("ctap2");
  await tab.signUpByPasskey("Grace");
  await tab.says("Welcome, Grace.");
  const kept = () => rows(server, "select deviceType, backedUp from passkey");
  assert.deepEqual(kept(), [{ deviceType: "singleDevice", backedUp: 0 }]);
  assert.match(await tab.page.locator("#passkeys .row").innerText(), /on one device/);
  await tab.present(authenticatorId, false);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");

  const [{ credentialId }] = await tab.credentials(authenticatorId);
  await tab.session.send("WebAuthn.setCredentialProperties", { authenticatorId, credentialId, backupEligibility: true, backupState: true });
  await tab.signInByButton(authenticatorId);
  await tab.says("Welcome back, Grace.");
  assert.deepEqual(kept(), [{ deviceType: "multiDevice", backedUp: 1 }]);
  assert.match(await tab.page.locator("#passkeys .row").innerText(), /synced/);

  // Never back: a synced passkey that says it cannot be is a copy or a lie.
  await tab.present(authenticatorId, false);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.session.send("WebAuthn.setCredentialProperties", { authenticatorId, credentialId, backupEligibility: false, backupState: false });
  await tab.signInByButton(authenticatorId);
  await tab.says("The passkey could not be verified.");
  assert.deepEqual(kept(), [{ deviceType: "multiDevice", backedUp: 1 }]);
  assertErrors(tab, [/40[01].*verify-authentication/]);
});

test("two tabs with one challenge: one signs in, the other says what to do", async (t) => {
  const server = await serve(t, quickstart);
  const first = await visit(t, browser, server);
  const ids = new Map([[first, await first.addAuthenticator("ctap2")]]);
  await first.signUpByPasskey("Grace");
  await first.says("Welcome, Grace.");
  const [credential] = await first.credentials(ids.get(first));
  await first.present(ids.get(first), false);
  await first.button("Sign out").click();
  await first.says("You are signed out.");
  const second = await visit(t, browser, server, { context: first.context });
  ids.set(second, await second.addAuthenticator("ctap2", { automaticPresenceSimulation: false }));
  await second.session.send("WebAuthn.addCredential", { authenticatorId: ids.get(second), credential });

  // Both get the challenge of the first, and send their answers at the same moment.
  let begun;
  let release;
  const both = new Promise((resolve) => (release = resolve));
  const statuses = [];
  let waiting = 0;
  for (const tab of [first, second]) {
    await tab.page.route("**/generate-authenticate-options", async (route) => {
      await tab.present(ids.get(tab), true);
      begun ??= route.fetch().then(async (answer) => ({ response: answer, body: await answer.text() }));
      const { response, body } = await begun;
      await route.fulfill(tab === first ? { response, body } : { contentType: "application/json", body });
    }, { times: 1 });
    await tab.page.route("**/verify-authentication", async (route) => {
      await tab.present(ids.get(tab), false); // autofill is offered again afterwards, and must not answer by itself
      if (++waiting === 2) release();
      await both;
      await route.continue();
    }, { times: 1 });
    tab.page.on("response", (answer) => answer.url().endsWith("/verify-authentication") && statuses.push(answer.status()));
    await tab.button("Sign in with a passkey").click();
    if (tab === first) await tab.says("Follow the prompt");
  }
  const outcome = (tab) => tab.page.waitForFunction(() => /Welcome back|another tab/.exec(document.querySelector("#notice").textContent)?.[0]).then((said) => said.jsonValue());
  const outcomes = await Promise.all([first, second].map(outcome));
  assert.deepEqual(outcomes.toSorted(), ["Welcome back", "another tab"]);
  assert.deepEqual(statuses.toSorted(), [200, 400]);
  const loser = outcomes[0] === "another tab" ? first : second;
  await loser.says("That took too long, or you started it in another tab. Please try again.");
  await loser.page.reload();
  await loser.page.getByRole("heading", { name: "Grace" }).waitFor();
  assert.equal(rows(server, "select id from session").length, 1, "one challenge, one session");
  assertErrors(loser, [/400.*verify-authentication/]);
});

test("password managers are told what was deleted and who the user is now", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const told = [];
  for (const event of ["WebAuthn.credentialDeleted", "WebAuthn.credentialUpdated"]) {
    tab.session.on(event, ({ authenticatorId, credentialId, credential }) => told.push({ event, authenticatorId, credentialId, credential }));
  }
  const toldOf = async (event, check) => {
    for (const until = Date.now() + 60_000; Date.now() < until; await tab.page.waitForTimeout(50)) {
      const found = told.find((one) => one.event === `WebAuthn.${event}` && check(one));
      if (found) return found;
    }
    assert.fail(`no ${event} but ${JSON.stringify(told)}`);
  };
  const laptop = await tab.addAuthenticator("ctap2");
  await tab.signUpByPasskey("Grace");
  await tab.says("Welcome, Grace.");
  await tab.present(laptop, false);
  const key = await tab.addAuthenticator("ctap2", { transport: "usb" });
  await tab.addPasskey("Key");
  await tab.says("“Key” is ready");
  const [mine] = await tab.credentials(laptop);
  const [keys] = await tab.credentials(key);
  assert.equal(mine.userHandle, keys.userHandle, "one user handle for all passkeys of a user");

  // signalCurrentUserDetails, after the name changed.
  await tab.button("Change name").click();
  await tab.page.keyboard.type("Rear Admiral Hopper");
  await tab.page.keyboard.press("Enter");
  await tab.says("Your name is now “Rear Admiral Hopper”.");
  for (const authenticatorId of [laptop, key]) {
    const { credential } = await toldOf("credentialUpdated", (one) => one.authenticatorId === authenticatorId);
    assert.equal(credential.userName, "Rear Admiral Hopper");
    assert.equal((await tab.credentials(authenticatorId))[0].userDisplayName, "Rear Admiral Hopper");
  }

  // signalAllAcceptedCredentials, after one was deleted here.
  assert.deepEqual(told.filter(({ event }) => event.endsWith("Deleted")), [], "nothing was deleted yet");
  await tab.button("Delete Key").click();
  await tab.button("Delete").click();
  await tab.says("“Key” is deleted");
  await toldOf("credentialDeleted", (one) => one.authenticatorId === key);
  assert.deepEqual(await tab.credentials(key), []);
  assert.equal((await tab.credentials(laptop)).length, 1, "the one that is left is left alone");

  // And after a name was given here to one passkey, where another was deleted elsewhere meanwhile.
  await tab.addPasskey("Key again");
  await tab.says("“Key again” is ready");
  change(server, "delete from passkey where name = 'Key again'");
  await tab.button("Rename Chrome on Linux").click();
  await tab.page.getByRole("dialog").getByLabel("Name").fill("Laptop");
  await tab.page.keyboard.press("Enter");
  await tab.says("now called “Laptop”");
  assert.deepEqual(await tab.credentials(key), []);
  assert.deepEqual(await tab.passkeys(), ["Laptop"]);

  // signalUnknownCredential, after the last one was deleted behind the back of whoever signs in with it.
  await tab.removeAuthenticator(key);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  change(server, "delete from passkey");
  await tab.signInByButton(laptop);
  await tab.says("The server does not know this passkey.");
  await toldOf("credentialDeleted", (one) => one.authenticatorId === laptop && one.credentialId === mine.credentialId);
  assertErrors(tab, [/401.*verify-authentication/]);
});

test("the list says who keeps a passkey, where it is, and when it was made and used", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const synced = await tab.addAuthenticator("ctap2", { defaultBackupEligibility: true, defaultBackupState: true });
  await tab.signUpByPasskey("Grace");
  await tab.says("Welcome, Grace.");
  await tab.present(synced, false);
  await tab.addAuthenticator("ctap2", { transport: "usb" }).then(async (key) => {
    await tab.addPasskey("Key");
    await tab.says("“Key” is ready");
    await tab.removeAuthenticator(key);
  });
  const list = () => tab.page.locator("#passkeys .row").allInnerTexts();
  const told = (await list()).map((text) => text.trim().split("\n"));
  assert.deepEqual(told, [
    ["Chrome on Linux", "synced", "Added just now"],
    ["Key", "on one device", "Added just now"],
  ]);
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  change(server, "update passkey set aaguid = 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4', createdAt = '2020-01-01T00:00:00.000Z' where name <> 'Key'");
  await tab.signInByButton(synced);
  await tab.says("Welcome back, Grace.");
  // The one that was moved into the past is the older one still.
  const [first, second] = (await list()).map((text) => text.trim().split("\n"));
  assert.deepEqual(first.slice(0, 2), ["Chrome on Linux", "Google Password Manager · synced"]);
  assert.match(first[2], /^Added [\d,.]+ days ago · used just now$/);
  assert.deepEqual(second, ["Key", "on one device", "Added just now"]);
  const title = await tab.page.locator("#passkeys time").first().getAttribute("title");
  assert.match(title, /20(19|20)/, "the whole date can be seen");
  assert.deepEqual(tab.errors, []);
});
