// Somebody at the page of the quickstart: what they see and press, for the tests that drive it.
import assert from "node:assert/strict";
import Database from "better-sqlite3";

/** Who they are. */
export const ada = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" };

/** Starts a server of its own for a test, whose rate limits nobody else uses up. */
export async function serve(t, quickstart) {
  const server = await quickstart.start();
  t.after(server.stop);
  return server;
}

/** Opens the page as a new visitor, and waits until it knows who that is. */
export async function visit(t, browser, server, options) {
  const tab = await browser.visit(server.url, options);
  t.after(tab.close);
  await tab.page.locator("h1:visible").waitFor();
  const { page } = tab;
  const button = (name) => page.getByRole("button", { name, exact: true }).or(page.getByRole("link", { name, exact: true }));
  const says = async (text) => {
    const notice = page.locator(".notice:visible", { hasText: text });
    await notice.waitFor({ timeout: 60_000 }).catch(async () => {
      assert.fail(`the page does not say "${text}" but ${JSON.stringify(await page.locator(".notice").allTextContents())}; console: ${tab.errors}; the server says: ${server.errors ?? ""}`);
    });
    return notice;
  };
  const present = (authenticatorId, enabled) => tab.session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    ...tab,
    button,
    says,
    signUp: async ({ name, email, password }) => {
      await button("Create an account").click();
      if (await button("Use a password instead").isVisible()) await button("Use a password instead").click();
      const form = page.locator("#sign-up-password");
      await form.getByLabel("Name").fill(name);
      await form.getByLabel("E-mail").fill(email);
      await form.getByLabel("Password").fill(password);
      await button("Create account").click();
    },
    signUpByPasskey: async (name) => {
      await button("Create an account").click();
      await page.locator("#sign-up").getByLabel("Name").fill(name);
      await button("Create a passkey").click();
    },
    signIn: async ({ email, password }) => {
      const form = page.locator("#sign-in");
      await form.getByLabel("E-mail").fill(email);
      await form.getByLabel("Password").fill(password);
      await button("Sign in").click();
    },
    addPasskey: async (name) => {
      await button("Add a passkey").click();
      const dialog = page.getByRole("dialog");
      if (name) await dialog.getByLabel("Name").fill(name);
      await dialog.getByRole("button", { name: "Continue" }).click();
    },
    passkeys: () => page.locator("#passkeys strong").allTextContents(),
    sessions: () => page.locator("#sessions .row"),
    present,
    // Presses the passkey button with an authenticator that was not present until then, so that it is this ceremony it answers.
    signInByButton: async (authenticatorId) => {
      const options = "**/generate-authenticate-options";
      await page.route(options, async (route) => {
        await present(authenticatorId, true);
        await route.continue();
      }, { times: 1 });
      await button("Sign in with a passkey").click();
    },
    credentials: async (authenticatorId) => (await tab.session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

/** Every console error must be the browser's own line about one of these failed requests. */
export function assertErrors(tab, expected) {
  const unexpected = tab.errors.filter((error) => !expected.some((pattern) => pattern.test(error)));
  assert.deepEqual(unexpected, []);
  for (const pattern of expected) assert.ok(tab.errors.some((error) => pattern.test(error)), `no console error like ${pattern}`);
}

/** Changes rows behind the server's back, as time or an administrator would. */
export function change(server, sql) {
  const database = new Database(server.database);
  database.pragma("busy_timeout = 60000");
  const { changes } = database.prepare(sql).run();
  database.close();
  assert.ok(changes > 0, "the row to change is there");
}
