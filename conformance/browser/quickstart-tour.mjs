// A walk through the states of the quickstart's page, for the test that measures them and the pictures of them.
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ada, change, visit } from "./quickstart-visitor.mjs";

export const sizes = { 320: { width: 320, height: 640 }, 390: { width: 390, height: 844 }, 1200: { width: 1200, height: 720 } };
export const schemes = ["light", "dark"];

/** Where the pictures go; git ignores it. */
export const folder = fileURLToPath(new URL("screenshots/", import.meta.url));

const laptop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
const options = { viewport: sizes[1200], userAgent: laptop, deviceScaleFactor: 1, reducedMotion: "reduce" };

/** Calls at(page, state) in each state; what `t` collects with t.after is closed by whoever gave it. */
export async function tour(t, browser, server, at) {
  await beforeScripts(t, browser, server, at);
  const tab = await visit(t, browser, server, options);
  const { page } = tab;
  await at(page, "signed-out");
  await limited(tab, (state) => at(page, state));

  await page.goto(`${server.url}/?link=reset&token=x`);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await at(page, "reset");
  await page.goto(`${server.url}/?link=reset&error=INVALID_TOKEN`);
  await tab.says("no longer works");
  await at(page, "forgot");
  await page.goto(`${server.url}/#/sign-up`);
  await page.getByRole("heading", { name: "Create an account" }).waitFor();
  await at(page, "sign-up");
  await tab.button("Use a password instead").click();
  const form = page.locator("#sign-up-password");
  await form.getByLabel("Name").fill(ada.name);
  await form.getByLabel("E-mail").fill("ada@localhost");
  await form.getByLabel("Password").fill(ada.password);
  await tab.button("Create account").click();
  await tab.says("not a complete e-mail address");
  await at(page, "sign-up-password");
  await form.getByLabel("E-mail").fill(ada.email);
  await tab.button("Create account").click();
  await page.getByText("No passkey yet").waitFor();
  await at(page, "no-passkey");

  await withPasskeysAndSessions(tab, server);
  await page.getByRole("heading", { name: ada.name }).focus();
  await at(page, "signed-in");
  await tab.button("Add a passkey").click();
  await at(page, "dialog-add");
  await page.keyboard.press("Escape");
  await longNames(tab, server);
  await at(page, "long-names");
  await page.locator("#passkeys").getByRole("button", { name: "Show all" }).first().click();
  await at(page, "long-names-shown");
  await page.locator("[data-delete]").first().click();
  await at(page, "dialog-delete");
  await page.keyboard.press("Escape");
  await tab.button("Delete account").click();
  await page.getByText("with a passkey instead").waitFor();
  await page.getByRole("dialog").getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await tab.says("The password is wrong");
  await at(page, "dialog-delete-account");
  await page.keyboard.press("Escape");
  change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  await page.reload();
  await tab.button("Confirm").click();
  await page.getByRole("dialog").waitFor();
  await at(page, "dialog-confirm");
  await page.route("**/get-session", (route) => route.abort());
  await page.reload();
  await tab.button("Try again").waitFor();
  await at(page, "unreachable");
}

/** A picture of each state, width and colour scheme; resolves to a function for tour. */
export async function painter() {
  await mkdir(folder, { recursive: true });
  return (page, state, scheme, width) =>
    page.screenshot({ path: join(folder, `${state}-${width}-${scheme}.png`), fullPage: !state.startsWith("dialog") }); // a backdrop ends with the screen
}

/** Resolves when the page has been drawn, so that what follows its width has followed. A picture is drawn, however small, also where no script runs. */
export const frame = (page) => page.screenshot({ clip: { x: 0, y: 0, width: 1, height: 1 } });

/** Calls look(width, scheme) with the page in each width and colour scheme. */
export async function everyLook(page, look) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await look(width, colorScheme);
    }
  }
}

// What is there while the scripts are on their way, and where there are none.
async function beforeScripts(t, browser, server, at) {
  const slow = await browser.visit("about:blank", options);
  t.after(slow.close);
  await slow.page.route("**/*.js", () => {}); // never answered
  await slow.page.goto(server.url, { waitUntil: "commit" });
  await slow.page.getByText("Loading…").first().waitFor();
  await at(slow.page, "loading");
  await slow.close();
  const without = await browser.visit(server.url, { ...options, javaScriptEnabled: false });
  t.after(without.close);
  await without.page.locator("noscript p").waitFor();
  await at(without.page, "no-scripts");
}

async function limited(tab, at) {
  const { page } = tab;
  await page.route("**/sign-in/email", (route) => route.fulfill({ status: 429, headers: { "x-retry-after": "90" }, body: "{}" }));
  await tab.signIn(ada);
  await tab.says("Too many attempts");
  await at("limit");
  await page.unroute("**/sign-in/email");
}

/** Two passkeys, and a second session on a telephone. */
async function withPasskeysAndSessions(tab, server) {
  const { page } = tab;
  await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": telephone },
    body: JSON.stringify(ada),
  });
  for (const [name, kind] of [["MacBook", { transport: "internal", defaultBackupEligibility: true, defaultBackupState: true }], ["Security key", { transport: "usb" }]]) {
    const authenticator = await tab.addAuthenticator("ctap2", kind);
    await tab.addPasskey(name);
    await tab.says(`“${name}” is ready`);
    await tab.removeAuthenticator(authenticator);
  }
  // Virtual authenticators all say that they are none: this is what a MacBook's says.
  change(server, "update passkey set aaguid = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' where name = 'MacBook'");
  change(server, "update user set emailVerified = 1");
  await page.reload();
  await page.locator("#sessions .row").nth(1).waitFor();
  await page.getByText("Loading…").first().waitFor({ state: "hidden" });
}

async function longNames(tab, server) {
  change(server, `update passkey set name = '${"W".repeat(128)}' where name = 'MacBook'`);
  change(server, `update user set name = '${"Wolfeschlegelsteinhausenbergerdorff ".repeat(6)}'`);
  await tab.page.reload();
  await tab.page.locator("#passkeys .row").nth(1).waitFor();
}
