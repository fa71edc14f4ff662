// What the page of the quickstart says when something goes wrong: sentences for people, with what to do next, and never a text of the server or the browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

const focused = (tab) => tab.page.evaluate(() => document.activeElement.labels?.[0]?.innerText.trim() || document.activeElement.innerText.trim());
const notice = (tab) => tab.page.locator("#notice");

test("whatever the server or the browser says, a sentence for people is shown", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  const said = await tab.page.evaluate(async () => {
    const { explain, explainCode } = await import("/messages.js");
    const { ApiError, Unreachable } = await import("/api.js");
    const { sentences } = await import("/codes.js");
    const said = {};
    const answers = [...Object.keys(sentences), "SOMETHING_NEW", "", "constructor", "__proto__", 7, null].map((code) => ({ code }));
    for (const body of [...answers, null, [], "text"]) {
      for (const status of [400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 500, 502, 503, 504]) {
        if (body && typeof body === "object") body.message = "[body.email] Invalid PROTOCOL_TEXT";
        said[`${status} ${JSON.stringify(body)}`] = explain(new ApiError(new Response(null, { status }), body, "/path")).text;
      }
    }
    const names = ["NotAllowedError", "InvalidStateError", "SecurityError", "NotSupportedError", "ConstraintError", "OperationError", "TimeoutError",
      "UnknownError", "NotReadableError", "DataError", "EncodingError", "NetworkError", "QuotaExceededError", "SomethingNew", "constructor"];
    for (const name of names) said[name] = explain(new DOMException("PROTOCOL_TEXT", name)).text;
    for (const error of [new TypeError("PROTOCOL_TEXT"), new RangeError("PROTOCOL_TEXT"), new Unreachable("PROTOCOL_TEXT"), "PROTOCOL_TEXT", undefined]) said[String(error)] = explain(error).text;
    for (const code of ["INVALID_TOKEN", "SOMETHING_NEW", "<b>", "constructor"]) said[`a link with ${code}`] = explainCode(code);
    for (const field of ["name", "email", "password", "newPassword", "constructor"]) {
      const body = { code: "VALIDATION_ERROR", message: `[body.${field}] Invalid PROTOCOL_TEXT` };
      said[`a wrong ${field}`] = explain(new ApiError(new Response(null, { status: 400 }), body, "/path")).text;
    }
    return said;
  });
  assert.ok(Object.keys(said).length > 900);
  for (const [what, sentence] of Object.entries(said)) {
    assert.match(sentence, /^[A-Z][^[\]{}_<>]{20,}\.$/, what);
    assert.doesNotMatch(sentence, /PROTOCOL|undefined|\b[45]\d\d\b/, what);
  }
  assert.match(said["a wrong newPassword"], /8 to 128 characters/);
  assert.match(said["a wrong email"], /name@example\.com/);
});

test("blank names and half an address are told at the field, and are not sent", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.addAuthenticator("ctap2");
  const sent = [];
  tab.page.on("request", (request) => /sign-|reset|register/.test(request.url()) && request.method() === "POST" && sent.push(request.url()));
  const tell = async (sentence, field) => {
    await tab.says(sentence);
    assert.equal(await focused(tab), field);
    assert.equal(await tab.page.evaluate(() => document.activeElement.ariaInvalid), "true");
  };
  await tab.signUpByPasskey("   ");
  await tell("Please enter a name.", "Name");
  await tab.button("Use a password instead").click();
  const form = tab.page.locator("#sign-up-password");
  for (const [name, email, sentence, field] of [
    ["  ", ada.email, "Please enter a name.", "Name"],
    [ada.name, "ada@localhost", "That is not a complete e-mail address.", "E-mail"],
  ]) {
    await form.getByLabel("Name").fill(name);
    await form.getByLabel("E-mail").fill(email);
    await form.getByLabel("Password").fill(ada.password);
    await tab.button("Create account").click();
    await tell(sentence, field);
  }
  await tab.page.goto(`${server.url}/#/forgot`);
  await tab.page.locator("#forgot").getByLabel("E-mail").fill("ada@localhost");
  await tab.button("Mail me a link").click();
  await tell("That is not a complete e-mail address.", "E-mail");
  assert.deepEqual(sent, []);

  // What only the server knows to be wrong.
  await tab.page.goto(`${server.url}/#/sign-up/password`);
  await form.getByLabel("Name").fill(`  ${ada.name} `);
  await form.getByLabel("E-mail").fill("ada@example.c");
  await form.getByLabel("Password").fill(ada.password);
  await tab.button("Create account").click();
  await tell("That is not a complete e-mail address.", "E-mail");
  await form.getByLabel("E-mail").fill(ada.email);
  await tab.button("Create account").click();
  await tab.says("Welcome, Ada Lovelace.");

  await tab.button("Change name").click();
  await tab.page.keyboard.type("  ");
  await tab.page.keyboard.press("Enter");
  await tell("Please enter a name.", "Name");
  await tab.page.keyboard.press("Escape");
  await tab.addPasskey("  ");
  await tell("Please enter a name.", "Name");
  assertErrors(tab, [/400.*sign-up\/email/]);
});

test("somebody whose name is blank is called by their address, and a code nobody knows has a sentence", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  change(server, "update user set name = '  '");
  await tab.page.reload();
  await tab.page.getByRole("heading", { name: ada.email }).waitFor();
  await tab.page.route("**/sign-out", (route) => route.fulfill({ status: 400, json: { code: "SOMETHING_NEW", message: "[body.session] Invalid" } }), { times: 1 });
  await tab.button("Sign out").click();
  await tab.says("That did not work, and nothing was changed. Try again; if it happens again, reload the page.");
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.signIn(ada);
  await tab.says(`Welcome back, ${ada.email}.`);
  assertErrors(tab, [/400.*sign-out/]);
});

test("a taken address: signing in instead is a button, and the address comes along", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.signUp({ ...ada, name: "Someone else" });
  await tab.says("An account with this address already exists.");
  await tab.page.getByRole("button", { name: "Sign in instead" }).click();
  assert.equal(await tab.page.locator("#sign-in").getByLabel("E-mail").inputValue(), ada.email);
  assert.equal(await focused(tab), "Password");
  assert.equal(await notice(tab).textContent(), "", "the old message is gone");
  await tab.page.keyboard.type(ada.password);
  await tab.page.keyboard.press("Enter");
  await tab.says("Welcome back, Ada Lovelace.");
  assertErrors(tab, [/422.*sign-up\/email/]);
});

test("a refused delete offers what to do: another passkey, or confirming by passkey or password right there", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.addAuthenticator("ctap2");
  const old = () => change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  const confirmation = tab.page.getByRole("dialog", { name: "Confirm that it is you" });
  await tab.signUpByPasskey("Grace Hopper");
  await tab.says("Welcome, Grace Hopper.");

  // The only passkey.
  await tab.button("Delete Chrome on Linux").click();
  await tab.button("Delete").click();
  await tab.says("This passkey is your only way to sign in.");
  await tab.page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  await tab.page.getByRole("dialog", { name: "Add a passkey" }).waitFor();
  await tab.page.keyboard.press("Escape");
  await tab.page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(new URL(tab.page.url()).hash, "");

  // An account without a password, signed in a while ago.
  old();
  await tab.button("Delete account").click();
  const dialog = tab.page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await confirmation.getByRole("button", { name: "Cancel" }).click();
  await tab.says("Nothing was changed, because you did not confirm that it is you.");
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await confirmation.getByRole("button", { name: "Use a passkey" }).click();
  await tab.says("Your account is deleted.");
  assertErrors(tab, [/400.*delete-passkey/, /400.*delete-user/]);
});

test("whoever forgot their password deletes their account with a passkey", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  await tab.addAuthenticator("ctap2");
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.addPasskey();
  await tab.says("is ready");
  change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  await tab.button("Delete account").click();
  const dialog = tab.page.getByRole("dialog", { name: "Delete your account?" });
  await dialog.getByLabel("Password").fill("forgotten");
  await dialog.getByRole("button", { name: "Delete account" }).click();
  await tab.says("The password is wrong.");
  await dialog.getByRole("button", { name: "Delete with a passkey instead" }).click();
  await tab.says("Your account is deleted.");
  assertErrors(tab, [/400.*delete-user/]);
});

test("a limit counts down, and what had to wait opens again by itself", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart), { prepare: (page) => page.clock.install() });
  const { page } = tab;
  const { clock } = page;
  const limit = (headers) => page.route("**/sign-in/email", (route) => route.fulfill({ status: 429, headers, body: "Too many requests. PROTOCOL_TEXT" }), { times: 1 });
  for (const header of ["X-Retry-After", "Retry-After"]) {
    await limit({ [header]: "62" });
    await tab.signIn(ada);
    await tab.says("Too many attempts. You can try again in");
    await clock.pauseAt((await page.evaluate(() => Date.now())) + 1000);
    const shown = async () => / in (?:1 minute ?)?(?:(\d+) seconds?)?\.$/.exec(await notice(tab).textContent());
    const first = await shown();
    assert.ok(first, await notice(tab).textContent());
    await clock.runFor(1000);
    const second = await shown();
    assert.notEqual(second[0], first[0], "the seconds go down");
    const button = page.locator("#sign-in").getByRole("button", { name: "Sign in", exact: true });
    assert.equal(await button.getAttribute("aria-disabled"), "true");
    assert.equal(await page.getByRole("timer").getAttribute("aria-live"), "off", "a screen reader is not read each second");

    // Pressing it meanwhile asks nobody; going away and coming back changes nothing.
    const asked = [];
    page.on("request", (request) => request.url().endsWith("/sign-in/email") && asked.push(request.url()));
    await page.keyboard.press("Enter");
    await button.click({ force: true });
    await tab.button("Create an account").click();
    assert.equal(await notice(tab).textContent(), "");
    await page.goBack();
    await page.locator("#sign-in").getByLabel("Password").fill(ada.password);
    await page.keyboard.press("Enter");
    await tab.says("Too many attempts.");
    assert.deepEqual(asked, []);

    await clock.runFor(62_000);
    await tab.says("You can try again now.");
    assert.equal(await button.getAttribute("aria-disabled"), null);
    await clock.resume();
    await page.keyboard.press("Enter");
    await tab.says("The e-mail address or the password is wrong.");
    assert.equal(asked.length, 1, "it is asked again");
    page.removeAllListeners("request");
  }

  // The page itself: it goes on without anybody's doing.
  await page.route("**/get-session", (route) => route.fulfill({ status: 429, headers: { "retry-after": "5" }, body: "" }), { times: 1 });
  await page.reload();
  await tab.says("Too many attempts. You can try again in");
  await clock.runFor(6000);
  await page.locator("#sign-in").waitFor();
  assertErrors(tab, [/429.*sign-in\/email/, /401.*sign-in\/email/, /429.*get-session/]);
});
