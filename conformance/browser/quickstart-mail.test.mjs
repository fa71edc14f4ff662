// The page of the quickstart and the mails that go with it: forgotten passwords, confirmed addresses; and what somebody does with their account.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

/** The mail page, in a tab of its own in the visitor's browser, once it shows a mail of this kind. */
async function readMail(tab, server, kind) {
  const page = await tab.context.newPage();
  const mail = page.locator("article", { has: page.getByText(kind, { exact: true }) }).first();
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    await page.goto(`${server.url}/dev/mail`);
    if (await mail.count()) return { page, mail, link: () => mail.getByRole("link", { name: "Open the link" }) };
    await page.waitForTimeout(50); // it is sent after the answer
  }
  assert.fail(`no mail of kind ${kind}: ${await page.locator("main").innerText()}`);
}

const newPassword = "a better horse battery";
const emailOf = (tab) => tab.page.locator(".person p");

test("a forgotten password: the mailed link leads to a new one, once", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  const elsewhere = await visit(t, browser, server);
  await elsewhere.page.locator("#sign-in").getByLabel("E-mail").fill(ada.email);
  await elsewhere.button("Forgot your password?").click();
  const forgot = elsewhere.page.locator("#forgot");
  assert.equal(await forgot.getByLabel("E-mail").inputValue(), ada.email, "the address need not be typed again");
  await elsewhere.button("Mail me a link").click();
  await elsewhere.says("a mail with a link is on its way");

  const { page, mail, link } = await readMail(elsewhere, server, "reset-password");
  assert.match(await mail.innerText(), /To ada@example\.com/);
  await mail.getByText("The whole message").click();
  assert.match(await mail.locator("pre").innerText(), /Better Auth Quickstart/);
  const url = await link().getAttribute("href");
  assert.ok(server.printed.includes(url), "the link is printed, too");
  await link().click();
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  assert.equal(page.url(), `${server.url}/#/reset`, "the token is not left in the address bar");
  assert.equal(await page.evaluate(() => document.activeElement.labels?.[0]?.innerText.trim()), "New password");
  await page.keyboard.type("short");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#reset").getByLabel("New password").evaluate((input) => input.validity.tooShort), true);
  await page.keyboard.type(newPassword);
  await page.keyboard.press("Enter");
  await page.locator(".notice", { hasText: "Your password is changed." }).waitFor();

  // The reset ended the session there was.
  await tab.page.reload();
  await tab.button("Sign in").waitFor();

  await tab.signIn({ ...ada, password: `short${newPassword}` });
  await tab.says("Welcome back");
  await tab.button("Sign out").click();
  await tab.signIn(ada);
  await tab.says("The e-mail address or the password is wrong.");

  // The link a second time.
  await page.goto(url);
  await page.locator(".notice", { hasText: "This link no longer works" }).waitFor();
  assert.equal(await page.locator(".notice").first().getAttribute("data-kind"), "error");
  await page.getByRole("button", { name: "Mail me a link" }).waitFor();
  assertErrors(tab, [/401.*sign-in\/email/]);
  assert.deepEqual(elsewhere.errors, []);
});

test("a link that is too old, and one used in another tab", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.button("Sign out").click();
  const ask = async () => {
    await tab.button("Forgot your password?").click();
    await tab.page.locator("#forgot").getByLabel("E-mail").fill(ada.email);
    await tab.button("Mail me a link").click();
    await tab.says("a mail with a link is on its way");
    const { page, link } = await readMail(tab, server, "reset-password");
    const url = await link().getAttribute("href");
    await page.close();
    return url;
  };
  const old = await ask();
  change(server, "update verification set expiresAt = '2020-01-01T00:00:00.000Z' where identifier like 'reset-password:%'");
  await tab.page.goto(old);
  await tab.says("This link no longer works");

  await tab.button("Sign in").and(tab.page.locator(".link")).click();
  const link = await ask();
  await tab.page.goto(link);
  await tab.page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  const token = /reset-password\/([^?]+)/.exec(link)[1];
  const used = await fetch(`${server.url}/api/auth/reset-password`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, newPassword }),
  });
  assert.equal(used.status, 200);
  await tab.page.locator("#reset").getByLabel("New password").fill("too late for this one");
  await tab.button("Change password").click();
  await tab.says("This link no longer works");
  assert.ok(await tab.button("Mail me a link").isVisible(), "another link can be asked for at once");
  assertErrors(tab, [/400.*reset-password/]);
});

test("an address that nobody has is answered alike, and gets no mail", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.button("Forgot your password?").click();
  await tab.page.locator("#forgot").getByLabel("E-mail").fill("nobody@example.com");
  await tab.button("Mail me a link").click();
  await tab.says("a mail with a link is on its way");
  await tab.page.getByRole("link", { name: "read the mail" }).first().click();
  await tab.page.getByText("No mail yet").waitFor();
  assert.deepEqual(tab.errors, []);
});

test("an address is confirmed by the mail of the sign-up, or by another one", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  assert.match(await emailOf(tab).innerText(), /ada@example\.com\s*Not confirmed\s*Send the mail again/);
  const first = await readMail(tab, server, "verify-email");
  const url = await first.link().getAttribute("href");

  await tab.page.bringToFront();
  await tab.button("Send the mail again").click();
  await tab.says("A mail with a link is on its way to ada@example.com.");

  await tab.page.goto(`${url.split("?")[0]}?token=broken&callbackURL=%2F%3Flink%3Dverified`);
  await tab.says("This link no longer works");
  await tab.button("Send the mail again").waitFor();

  await first.link().click();
  await first.page.locator(".notice", { hasText: "Your e-mail address is confirmed." }).waitFor();
  assert.match(await first.page.locator(".person p").innerText(), /ada@example\.com\s*Confirmed/);
  assert.equal(first.page.url(), `${server.url}/`);

  // The tab of before finds out when it is asked again.
  await tab.button("Send the mail again").click();
  await tab.says("Your e-mail address is already confirmed.");
  await tab.page.reload();
  await tab.page.getByText("Confirmed", { exact: true }).waitFor();
  assert.ok(await tab.button("Send the mail again").isHidden());
  assertErrors(tab, [/400.*send-verification-email/]);
});

test("a name is changed", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.button("Change name").click();
  const input = tab.page.getByRole("dialog").getByLabel("Name");
  assert.equal(await input.inputValue(), ada.name);
  await tab.page.keyboard.type("Augusta <b>King</b>");
  await tab.page.keyboard.press("Enter");
  await tab.says("Your name is now “Augusta <b>King</b>”.");
  assert.equal(await tab.page.locator("h1:visible").textContent(), "Augusta <b>King</b>");
  assert.equal(await tab.page.evaluate(() => document.activeElement.ariaLabel), "Change name");
  await tab.page.reload();
  await tab.page.getByRole("heading", { name: "Augusta <b>King</b>" }).waitFor();

  await tab.button("Change name").click();
  await tab.page.keyboard.type("Nobody");
  await tab.page.keyboard.press("Escape");
  assert.equal(await tab.page.locator("h1:visible").textContent(), "Augusta <b>King</b>");
  assert.deepEqual(tab.errors, []);
});

test("an account is deleted, with its passkeys and sessions, by whoever knows its password", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const authenticator = await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey();
  await tab.says("is ready");
  await tab.button("Delete account").click();
  const dialog = tab.page.getByRole("dialog", { name: "Delete your account?" });
  await tab.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await tab.button("Sign out").isVisible());

  await tab.button("Delete account").click();
  await tab.page.keyboard.type("incorrect horse");
  await tab.page.keyboard.press("Enter");
  await tab.says("The password is wrong.");
  await dialog.getByLabel("Password").fill(ada.password);
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await tab.says("Your account is deleted.");
  assert.ok(await tab.button("Sign in").isVisible());
  assert.deepEqual(await tab.credentials(authenticator), [], "the authenticator was told that the passkey is gone");

  const database = new Database(server.database, { readonly: true });
  for (const table of ["user", "session", "account", "passkey"]) {
    assert.equal(database.prepare(`select count(*) from "${table}"`).pluck().get(), 0, table);
  }
  database.close();
  await tab.signIn(ada);
  await tab.says("The e-mail address or the password is wrong.");
  assertErrors(tab, [/400.*delete-user/, /401.*sign-in\/email/]);
});

test("the forgotten password needs no more than a keyboard, and its mail fits 320 pixels", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server, { viewport: { width: 320, height: 640 } });
  const fits = () => tab.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  await tab.button("Forgot your password?").focus();
  await tab.page.keyboard.press("Enter");
  assert.equal(await tab.page.evaluate(() => document.activeElement.labels?.[0]?.innerText.trim()), "E-mail");
  await tab.page.keyboard.type(`${"long".repeat(12)}@example.com`);
  await tab.page.keyboard.press("Enter");
  await tab.says("on its way");
  assert.ok(await fits());
  await tab.page.goBack();
  await tab.signUp(ada);
  await tab.says("Welcome");
  const { page } = await readMail(tab, server, "verify-email");
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "the mail page");
  assert.deepEqual(tab.errors, []);
});

test("the mail page answers this machine alone, under a policy of its own", async (t) => {
  const server = await serve(t, quickstart);
  const answer = await fetch(`${server.url}/dev/mail`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-security-policy"), /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+';/);
  assert.equal((await fetch(`${server.url}/dev/mail`, { headers: { "x-forwarded-for": "192.0.2.1" } })).status, 404);
  const tab = await visit(t, browser, server);
  await tab.page.goto(`${server.url}/dev/mail`);
  await tab.page.getByText("No mail yet").waitFor();
  const padding = await tab.page.locator(".empty").evaluate((element) => getComputedStyle(element).paddingTop);
  assert.equal(padding, "20px", "the policy lets its style through");
  assert.deepEqual(tab.errors, []);
});
