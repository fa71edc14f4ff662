// The forms and dialogs of the quickstart's page have addresses: back, forward and reload, also in the middle of typing; and what is there before the scripts are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

const address = (tab) => tab.page.url().replace(/^http:\/\/localhost:\d+/, "");
const heading = (tab, name) => tab.page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();

test("back, forward and reload lead from form to form, and what was typed stays", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const { page } = tab;
  await tab.button("Create an account").click();
  assert.equal(address(tab), "/#/sign-up");
  assert.match(await page.title(), /^Create an account · /);
  await page.locator("#sign-up").getByLabel("Name").fill(ada.name);
  await tab.button("Use a password instead").click();
  assert.equal(address(tab), "/#/sign-up/password");
  const form = page.locator("#sign-up-password");
  assert.equal(await form.getByLabel("Name").inputValue(), ada.name, "what was typed comes along");
  await form.getByLabel("E-mail").fill(ada.email);
  await form.getByLabel("Password").fill(ada.password);

  await page.reload();
  await form.waitFor();
  assert.equal(await form.getByLabel("Name").inputValue(), ada.name);
  assert.equal(await form.getByLabel("E-mail").inputValue(), ada.email);
  assert.equal(await form.getByLabel("Password").inputValue(), "", "a password is kept nowhere");
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })), /correct horse/);

  await page.goBack();
  await page.locator("#sign-up").waitFor();
  await page.goBack();
  await heading(tab, "Sign in");
  assert.equal(await page.locator("#sign-in").getByLabel("E-mail").inputValue(), ada.email);
  await page.goForward();
  await page.goForward();
  await form.getByLabel("Password").fill(ada.password);
  await tab.button("Create account").click();
  await tab.says("Welcome");
  assert.equal(address(tab), "/");
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...sessionStorage })), /Ada|ada/, "nothing typed is left");

  // Back to a form that is for somebody who is not signed in.
  await page.goBack();
  await page.getByRole("heading", { name: ada.name }).waitFor();
  await page.waitForURL(`${server.url}/`);

  // An address that is none.
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await page.goto(`${server.url}/#/nowhere`);
  await heading(tab, "Sign in");
  assert.equal(address(tab), "/");
  assert.deepEqual(tab.errors, []);
});

test("dialogs have addresses: back closes one, reload opens it again, and the focus finds its way", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const { page } = tab;
  await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey("Laptop");
  await tab.says("“Laptop” is ready");
  assert.equal(address(tab), "/");

  const focused = () => page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.innerText.trim());
  const dialog = page.getByRole("dialog");
  for (const [button, path, back] of [
    ["Add a passkey", /^\/#\/passkeys\/add$/, ada.name],
    ["Rename Laptop", /^\/#\/passkeys\/\w+\/rename$/, ada.name],
    ["Delete Laptop", /^\/#\/passkeys\/\w+\/delete$/, ada.name],
    ["Change name", /^\/#\/name$/, ada.name],
    ["Delete account", /^\/#\/delete-account$/, ada.name],
  ]) {
    await tab.button(button).first().click();
    await dialog.waitFor();
    assert.match(address(tab), path);
    await page.goBack();
    await dialog.waitFor({ state: "hidden" });
    assert.equal(address(tab), "/");
    assert.equal(await focused(), button, "the focus comes back to the button");
    await page.goForward();
    await dialog.waitFor();
    await page.reload();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.waitForURL(`${server.url}/`);
    assert.equal(await focused(), back, "after a reload there is no such button: the heading");
  }
  // A passkey that was deleted elsewhere meanwhile has no dialogs.
  await tab.button("Rename Laptop").click();
  await dialog.waitFor();
  change(server, "delete from passkey");
  await page.reload();
  await page.getByText("No passkey yet").waitFor();
  await page.waitForURL(`${server.url}/`);
  assert.equal(await dialog.count(), 0);
  assert.deepEqual(tab.errors, []);
});

test("a link to choose a new password survives a reload, and not its use", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const { page } = tab;
  await tab.signUp(ada);
  await tab.says("Welcome");
  await page.goto(`${server.url}/#/forgot`);
  await page.waitForURL(`${server.url}/`); // somebody who is signed in
  await fetch(`${server.url}/api/auth/request-password-reset`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: ada.email, redirectTo: "/?link=reset" }),
  });
  const printed = /http:\S+reset-password\/\S+/;
  for (let n = 0; n < 100 && !printed.test(server.printed); n++) await page.waitForTimeout(50); // mail is sent after the answer
  await page.goto(printed.exec(server.printed)[0]);
  await heading(tab, "Choose a new password");
  assert.equal(address(tab), "/#/reset");
  await page.reload();
  await heading(tab, "Choose a new password");
  // What is still on its way when somebody goes back leaves the address as it is by then.
  let answer;
  const lists = new Promise((resolve) => (answer = resolve));
  await page.route("**/list-sessions", (route) => lists.then(() => route.continue()));
  await tab.button("Keep the old password").click();
  await page.getByRole("heading", { name: ada.name }).waitFor();
  await page.goBack();
  await heading(tab, "Choose a new password");
  const answered = page.waitForResponse("**/list-sessions");
  answer();
  await (await answered).finished();
  await page.waitForTimeout(100);
  await page.unroute("**/list-sessions");
  await page.locator("#reset").getByLabel("New password").fill("another horse battery");
  await tab.button("Change password").click();
  await tab.says("Your password is changed.");
  assert.equal(address(tab), "/");
  assert.equal(await page.evaluate(() => history.state), null, "the token is gone");
  await page.goto(`${server.url}/#/reset`);
  await tab.says("This link no longer works");
  assert.equal(address(tab), "/#/forgot");
  assert.deepEqual(tab.errors, []);
});

test("old messages go: with the next action, and with another address", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const { page } = tab;
  const notice = page.locator("#notice");
  await tab.signIn(ada);
  await tab.says("The e-mail address or the password is wrong.");
  let release;
  await page.route("**/sign-in/email", async (route) => {
    await new Promise((resolve) => (release = resolve));
    await route.continue();
  }, { times: 1 });
  await tab.button("Sign in").click();
  await page.locator("[aria-busy=true]").waitFor();
  assert.equal(await notice.textContent(), "");
  release();
  await tab.says("The e-mail address or the password is wrong.");
  await tab.button("Create an account").click();
  assert.equal(await notice.textContent(), "");
  await page.goBack();
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.button("Change name").click();
  await page.getByRole("dialog").waitFor();
  assert.equal(await notice.textContent(), "", "also behind a dialog");
  assertErrors(tab, [/401.*sign-in\/email/]);
});

test("on a slow line there is something to see, and what does not come can be asked for again", async (t) => {
  const server = await serve(t, quickstart);
  const slow = await browser.visit("about:blank");
  t.after(slow.close);
  const { page } = slow;
  let held = [];
  await page.route("**/*.js", (route) => (held ? held.push(route) : route.continue()));
  await page.goto(server.url, { waitUntil: "commit" });
  await page.getByText("Loading…").first().waitFor();
  // Nothing is painted before the stylesheet is there, which hides the rest for a while.
  await page.waitForFunction(() => document.getAnimations().some((animation) => animation.animationName === "appear"));
  assert.ok(await page.getByText("This takes longer than usual.").isHidden());
  await page.evaluate(() => document.getAnimations().forEach((animation) => (animation.currentTime = 10_000)));
  assert.ok(await page.getByRole("link", { name: "Load the page again" }).isVisible());
  const late = held;
  held = undefined;
  for (const route of late) await route.continue();
  await page.locator("#sign-in").waitFor();
  assert.ok(await page.locator("#loading").isHidden());

  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.page.route("**/list-sessions", (route) => route.abort(), { times: 1 });
  await tab.page.reload();
  await tab.says("The server cannot be reached.");
  await tab.button("Load it again").first().click();
  await tab.sessions().first().waitFor();
  assert.equal(await tab.button("Load it again").count(), 0);
  assertErrors(tab, [/ERR_FAILED.*list-sessions/]);
});
