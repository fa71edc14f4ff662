// The page of the quickstart under conditions: no network, an old browser, a keyboard alone, long names, password managers, its own security policy.
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

test("without a network it says so, and goes on when the network is back", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  await tab.context.setOffline(true);
  await tab.signUp(ada);
  await tab.says("You are offline. Connect to a network and try again.");
  await tab.context.setOffline(false);
  await tab.button("Create account").click();
  await tab.says("Welcome");
  assertErrors(tab, [/ERR_INTERNET_DISCONNECTED/]);

  const late = await visit(t, browser, await serve(t, quickstart), { prepare: (page) => page.route("**/get-session", (route) => route.abort(), { times: 1 }) });
  await late.says("The server cannot be reached.");
  await late.button("Try again").click();
  await late.button("Sign in").waitFor();
});

test("a browser without the functions the page needs is told, and still signs in by password", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart), {
    prepare: (page) => page.addInitScript(() => void delete PublicKeyCredential.parseCreationOptionsFromJSON),
  });
  assert.ok(await tab.page.locator("[data-unsupported]:visible").getByText("This browser is too old").isVisible());
  assert.ok(await tab.button("Sign in with a passkey").isHidden());
  await tab.signUp(ada);
  await tab.says("Welcome");
  assert.ok(await tab.button("Add a passkey").isHidden());
  assert.deepEqual(tab.errors, []);
});

test("signing up and adding a passkey needs no more than a keyboard", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  await tab.addAuthenticator("ctap2");
  const { keyboard } = tab.page;
  const focused = () => tab.page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText).then((text) => text.trim().replace(/\s+/g, " "));
  const tabTo = async (...names) => {
    for (const name of names) {
      await keyboard.press("Tab");
      assert.equal(await focused(), name);
      const outline = await tab.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.equal(outline, "solid", `the focus on ${name} can be seen`);
    }
  };
  await tabTo("Better Auth for Go", "Sign in with a passkey", "E-mail", "Password", "Sign in", "Forgot your password?", "Create an account");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Name", "the focus goes to the form that appeared");
  await keyboard.type(ada.name);
  await tabTo("Create a passkey", "Use a password instead");
  await keyboard.press("Enter");
  assert.equal(await focused(), "E-mail", "what was typed comes along");
  await keyboard.type(ada.email);
  await tabTo("Password");
  await keyboard.type(ada.password);
  await keyboard.press("Enter");
  await tab.says("Welcome");
  assert.equal(await focused(), ada.name, "the focus goes to the heading of the new part");

  await tabTo("Change name", "Send the mail again", "Sign out", "Add a passkey");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Name");
  await keyboard.press("Escape");
  assert.equal(await focused(), "Add a passkey", "the focus comes back from the dialog");
  await keyboard.press("Enter");
  await tab.page.locator("#add-dialog[open]").waitFor(); // it opens once the step back from its address is done
  await keyboard.press("Enter");
  await tab.says("“Chrome on Linux” is ready");
  assert.equal(await focused(), "Rename Chrome on Linux");
  await tabTo("Delete Chrome on Linux");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Keep it", "deleting is not what Enter does first");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Enter");
  await tab.says("is deleted");
  assert.equal(await focused(), "Passkeys");
  assert.deepEqual(tab.errors, []);
});

test("names that are cut are shown whole by key and by touch, and others have no button for it", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server, { viewport: { width: 360, height: 640 }, hasTouch: true });
  await tab.addAuthenticator("ctap2");
  const long = { name: "Wolfeschlegelsteinhausenbergerdorff ".repeat(3).trim(), email: `${"long".repeat(15)}@${"example.".repeat(6)}com`, password: ada.password };
  await tab.signUp(long);
  await tab.says("Welcome, Wolfeschlegelsteinhausenbergerdorff Wol….");
  await tab.addPasskey("W".repeat(128));
  await tab.says(`The passkey “${"W".repeat(39)}…” is ready.`);
  const whole = (element) => element.evaluate((element) => element.scrollHeight <= element.clientHeight + 1);
  for (const [element, text] of [
    [tab.page.locator("h1[data-name]"), long.name],
    [tab.page.locator("[data-email]"), long.email],
    [tab.page.locator("#passkeys strong"), "W".repeat(128)],
  ]) {
    assert.equal(await element.textContent(), text, "a screen reader reads it all");
    assert.equal(await whole(element), false);
    const button = element.locator("xpath=following::button[text()='Show all' or text()='Show less'][1]");
    await button.focus();
    await tab.page.keyboard.press("Enter");
    assert.equal(await whole(element), true, "by a key");
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    await button.tap();
    assert.equal(await whole(element), false, "by touch, back");
    await button.tap();
    assert.equal(await whole(element), true, "by touch");
  }
  await tab.page.setViewportSize({ width: 360, height: 900 });
  change(server, "update passkey set name = 'Short'");
  change(server, "update user set name = 'Ada', email = 'ada@example.com'");
  await tab.page.reload();
  await tab.page.getByText("Short", { exact: true }).waitFor();
  assert.ok(await tab.page.getByRole("button", { name: "Show all" }).count().then((count) => count === 0));
  assert.deepEqual(tab.errors, []);
});

test("browsers and password managers are told what each field is for", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  const fields = await tab.page.evaluate(() => Object.fromEntries([...document.forms].map((form) => [
    form.dataset.form ?? form.closest("dialog").id,
    [...form.querySelectorAll("input")].map((input) => {
      if (!input.labels.length && !input.ariaHidden) throw new Error(`${input.name} has no label`);
      return `${input.name}: ${input.autocomplete}`;
    }),
  ])));
  assert.deepEqual(fields, {
    "sign-in": ["email: username webauthn", "password: current-password"],
    "sign-up": ["name: name"],
    "sign-up-password": ["name: name", "email: username", "password: new-password"],
    forgot: ["email: username"],
    reset: ["password: new-password"],
    "add-dialog": ["name: off"],
    "rename-dialog": ["name: off"],
    "delete-dialog": [],
    "unlink-dialog": [],
    "name-dialog": ["name: name"],
    // The address is there unseen, so that a password manager knows whose password is asked for.
    "delete-account-dialog": ["email: username", "password: current-password"],
    "confirm-dialog": ["email: username", "password: current-password"],
  });
});

test("the content security policy stops what is not the page's own", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  const policy = (await fetch(server.url)).headers.get("content-security-policy");
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
  const ran = await tab.page.evaluate(() => {
    const script = document.createElement("script");
    try {
      script.textContent = "window.injected = true";
      document.body.append(script);
    } catch {
      // Trusted types refuse the text already.
    }
    return window.injected === true;
  });
  assert.equal(ran, false);
  assert.ok(tab.errors.length > 0, "a violation is a console error, so the other tests would see one");
});

test("devices are named from their user agents", async (t) => {
  const tab = await visit(t, browser, await serve(t, quickstart));
  const named = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "Chrome on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on macOS",
    "Mozilla/5.0 (iPad; CPU OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1": "Chrome on iPad",
    "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    "curl/8.9.1": "curl",
    "Go-http-client/1.1": "Go-http-client",
    "Mozilla/5.0": "Unknown device",
    "": "Unknown device",
  };
  const found = await tab.page.evaluate(async (agents) => {
    const { deviceName } = await import("/device.js");
    return Object.fromEntries(agents.map((agent) => [agent, deviceName(agent)]));
  }, Object.keys(named));
  assert.deepEqual(found, named);
});

test("the server makes its secret once, and stops when it is asked to, browsers or not", async (t) => {
  const server = await serve(t, quickstart);
  await visit(t, browser, server);
  assert.match(server.printed, /BETTER_AUTH_SECRET is not set: the program generated a secret and stored it in .*auth\.db\.secret\./);
  assert.equal((await stat(`${server.database}.secret`)).mode & 0o777, 0o600);
  const byAddress = await fetch(server.url.replace("localhost", "127.0.0.1"), { redirect: "manual" });
  assert.equal(byAddress.status, 307);
  assert.equal(byAddress.headers.get("location"), `${server.url}/`);
  assert.equal(await server.interrupt(), 0);
  assert.doesNotMatch(server.errors, /^(?!\S+ \S+ INFO )./m, "nothing but what was started is logged");
});
